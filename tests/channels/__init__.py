"""Tests of the room channels/, most of them with receivers on real sockets."""
