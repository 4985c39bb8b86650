"""The audit log: read, told in sentences, and verified."""
