"""Batches: planned, made, run, steered and seen."""
