"""Tests of reading what is imported."""
