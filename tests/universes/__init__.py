"""Tests of the room universes/."""
