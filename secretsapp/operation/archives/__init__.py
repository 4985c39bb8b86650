"""Archives of the audit log as files: made, read back, verified, and events proved from them."""
