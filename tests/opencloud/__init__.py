"""Tests of the client, over real sockets and without Django's database."""
