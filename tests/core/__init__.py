"""Tests of the words and tools."""
