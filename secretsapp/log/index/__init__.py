"""The index of the audit log: which events hold what, as bits, so that all is found at once."""
