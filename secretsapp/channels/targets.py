"""Where a channel leads: its address and what signs for it, encrypted and bound to its row."""

import json
from dataclasses import dataclass, field
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from secretsapp.core import keyring
from secretsapp.core.errors import InvalidInput
from secretsapp.core.plaintext import Plaintext
from secretsapp.models import Channel
from secretsapp.models.channels import SHOWN_LIMIT, ChannelKind
from secretsapp.outgoing import targets, webhooks
from secretsapp.rules.keys import master_ring

FIELD = "target"
# Where the webhooks of chats are; there may be a proxy before them, or another service like them.
_HOSTS = {
    ChannelKind.DISCORD: ("discord.com", "discordapp.com"),
    ChannelKind.SLACK: ("hooks.slack.com", "hooks.slack-gov.com"),
}


@dataclass(frozen=True)
class Opened:
    """An address in its one form, and the secret that signs what is sent to a webhook."""

    address: str = field(repr=False)
    secret: str = field(default="", repr=False)


def checked(kind: ChannelKind, typed: Plaintext) -> str:
    """The address in its one form; raises InvalidInput, which never repeats it."""
    found = _in_one_form(kind, typed.expose().decode("utf-8").strip())
    if len(shown(kind, found)) > SHOWN_LIMIT:
        raise InvalidInput("This address is too long.", field=FIELD)
    return found


def _in_one_form(kind: ChannelKind, text: str) -> str:
    if kind is ChannelKind.EMAIL:
        return _email(text)
    if kind is ChannelKind.SYSLOG:
        return targets.read_place(text, field=FIELD).place
    return targets.read_url(text, field=FIELD).url


def _email(text: str) -> str:
    try:
        validate_email(text)
    except ValidationError:
        raise InvalidInput("Enter an email address.", field=FIELD) from None
    return text


def shown(kind: ChannelKind, address: str) -> str:
    """What people may see of an address: its host; of mail, all of it."""
    return address if kind is ChannelKind.EMAIL else place_of(kind, address).place


def caution(kind: ChannelKind, place: str) -> str:
    """What to check where a chat's address, of which this is shown, leads elsewhere; or nothing."""
    host, usual = place.partition(":")[0], _HOSTS.get(kind, ())
    if not usual or any(host == each or host.endswith(f".{each}") for each in usual):
        return ""
    return (
        f"{kind.label}’s webhooks are at {usual[0]}. Check that you trust {host}: it is sent every "
        "message, and what is secret in the address."
    )


def place_of(kind: ChannelKind, address: str) -> targets.Target:
    """Where an address leads that is no mail's."""
    is_syslog = kind is ChannelKind.SYSLOG
    return targets.read_place(address) if is_syslog else targets.read_url(address)


def secret_for(kind: ChannelKind, given: Plaintext | None) -> str:
    """The secret that signs, given or new; empty where nothing is signed. Raises InvalidInput."""
    if kind is not ChannelKind.WEBHOOK:
        return ""
    if given is None:
        return webhooks.new_secret()
    return webhooks.check_secret(given.expose().decode("utf-8"), field="secret")


def encrypt(channel_id: UUID, opened: Opened) -> bytes:
    """The target as it is stored: it opens for the row of that id alone."""
    content = json.dumps({"address": opened.address, "secret": opened.secret}).encode()
    return master_ring().encrypt(content, owner=_owner(channel_id))


def decrypt(channel: Channel) -> Opened:
    """The stored target; raises KeyTrouble."""
    content = master_ring().decrypt(bytes(channel.encrypted_target), owner=_owner(channel.pk))
    return Opened(**json.loads(content))


def reencrypt(channel: Channel) -> bytes:
    """The stored target again, under the master key that writes now."""
    return encrypt(channel.pk, decrypt(channel))


def key_id_of(channel: Channel) -> str:
    """The id, in hexadecimal, of the master key that the stored target is under, if it is whole."""
    return keyring.key_id_in(bytes(channel.encrypted_target))


def _owner(channel_id: UUID) -> str:
    """Table, column and row, so that a blob moved elsewhere does not open."""
    return f"secretsapp_channel.encrypted_target.{channel_id}"
