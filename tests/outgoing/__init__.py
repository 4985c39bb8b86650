"""Tests of what goes to addresses that people name, over real sockets and without a database."""
