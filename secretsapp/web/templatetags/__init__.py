"""What templates need beside the context."""
