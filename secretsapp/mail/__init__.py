"""Mail: an outbox in which it waits, and what the worker sends of it."""
