"""Sealroom: the one Django app that holds the product."""

__version__ = "0.1.0"
