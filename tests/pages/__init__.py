"""Tests of the pages, through Django's own test client."""
