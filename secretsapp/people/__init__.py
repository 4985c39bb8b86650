"""Accounts, their passwords and one-time codes, and the sessions of who signed in."""
