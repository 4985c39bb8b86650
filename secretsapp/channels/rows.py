"""The rows of channels, one writer at a time."""

from secretsapp.core.errors import NotFound
from secretsapp.models import Channel
from secretsapp.rules.locks import lock_channel


def locked(channel: Channel) -> Channel:
    """The channel as it is stored, locked; raises NotFound where it was removed meanwhile."""
    stored = lock_channel(Channel.objects.filter(pk=channel.pk))
    if stored is None:
        raise NotFound("Someone has removed the channel. Nothing was changed.")
    return stored
