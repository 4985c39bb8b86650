"""The demo: its processes, its place, and its past."""
