"""Tests of the room api_keys/."""
