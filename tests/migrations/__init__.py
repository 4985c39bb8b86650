"""Tests of the migrations: rows of the version before, and what becomes of them."""
