"""Names and values from .env, JSON and CSV, by the dialect that docs/import.md states."""
