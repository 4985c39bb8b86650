"""Migrations of allauth’s table of second factors, in place of its own."""
