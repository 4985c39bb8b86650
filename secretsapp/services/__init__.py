"""Every write; the actor comes first, and each writes its own audit events."""
