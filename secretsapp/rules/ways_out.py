"""The way to addresses that people name, as the operator's settings allow it."""

from django.conf import settings

from secretsapp.outgoing.lines import Way


def way_out() -> Way:
    """Into the internet and the networks that the operator allows, with their authorities."""
    return Way(networks=settings.CHANNEL_NETWORKS, authorities=settings.CHANNEL_AUTHORITIES)
