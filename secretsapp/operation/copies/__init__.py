"""Whole copies of the database: saved and put in place with each engine's own tools."""
