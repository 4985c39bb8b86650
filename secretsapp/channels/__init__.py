"""Channels: where events are told, by which rule, in which form, and what became of it."""
