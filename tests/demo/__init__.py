"""The demo: its place, and its past."""
