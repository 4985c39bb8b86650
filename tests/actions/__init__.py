"""Every action, and the events that it writes."""
