"""Tests that guard the repository itself."""
