"""Channels at doors: what their forms send, and one to be acted on."""

from uuid import UUID

from secretsapp.channels import keeping
from secretsapp.channels.keeping import Terms
from secretsapp.channels.rule import Rule
from secretsapp.core.plaintext import Plaintext
from secretsapp.models import Channel
from secretsapp.models.channels import ChannelKind
from tests.stage import STAGEHAND

CHANNEL = {
    "name": "Crew",
    "target": "crew@example.com",
    "at_least": "warning",
    "rhythm": "daily",
}
OFF = {"choice": "off"}


def channel() -> UUID:
    """A channel that leads to mail, added now where there is none."""
    found = Channel.objects.first()
    terms = Terms("Team", Rule(), target=Plaintext(b"team@example.com"))
    return (found or keeping.add(STAGEHAND, ChannelKind.EMAIL, terms).channel).pk


def turn_off() -> None:
    """Let there be one that is off."""
    keeping.turn_off(STAGEHAND, Channel.objects.get(pk=channel()))
