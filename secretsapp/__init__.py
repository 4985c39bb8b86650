"""Sealroom: the one Django app that holds the product."""
