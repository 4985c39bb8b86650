"""Tests of settings and start."""
