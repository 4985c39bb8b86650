"""What an item is to become at Roblox: judged by what was just read there, like a single change."""

from dataclasses import dataclass

from secretsapp.batches.items import actor_of
from secretsapp.batches.planning import TAKES
from secretsapp.core.errors import StaleVersion
from secretsapp.core.roles import refusal
from secretsapp.core.sealing import PublicKey, Sealed
from secretsapp.models import BatchItem, Universe
from secretsapp.models.secrets import ChangeKind
from secretsapp.opencloud.client import Client
from secretsapp.rules.policy import Rights
from secretsapp.secrets.attempts import Intent
from secretsapp.secrets.changes import (
    Creation,
    Deletion,
    Look,
    Rotation,
    check_new,
    find_unchanged,
    look_at,
)

REMOVED = "The universe was removed from Sealroom, so nothing was sent."
NEW_KEY = (
    "Roblox’s public key of the universe has changed, so nothing was sent. Enter the value again."
)


@dataclass(frozen=True)
class Seen:
    """What Roblox lists of a universe, and its public key."""

    look: Look
    key: PublicKey


def look_and_ask(universe: Universe, client: Client) -> Seen:
    """Read the list and the key of a universe; the database isn't asked."""
    return Seen(look_at(client, universe), client.public_key(universe.pk))


def universe_of(item: BatchItem) -> Universe:
    """Its universe; items whose universe was removed are never begun."""
    if item.universe is None:
        raise StaleVersion(REMOVED)
    return item.universe


def intent_of(item: BatchItem, seen: Seen, rights: Rights) -> Intent:
    """What is to be sent, if everything is as it was when the batch was made.

    Raises Forbidden, as who no longer has the right isn't told more; StaleVersion where the secret
    or the universe's key is not, and whatever else refuses a single change.
    """
    look, universe = seen.look, universe_of(item)
    permission = TAKES[ChangeKind(item.kind)]
    if not rights.allows(permission, universe.pk, item.name):
        raise refusal(permission, universe.pk, item.name)
    if item.kind == ChangeKind.CREATE:
        check_new(actor_of(item.batch), look, item.name, similar_is_meant=True)
        return Creation(universe, item.name, item.domain, _sealed(item, seen.key), look.began)
    found = find_unchanged(look, item.name, item.seen_version, item.seen_domain)
    if item.kind == ChangeKind.DELETE:
        return Deletion(universe, found, look.began)
    return Rotation(universe, found, item.domain, _sealed(item, seen.key), look.began)


def _sealed(item: BatchItem, key: PublicKey) -> Sealed:
    """The sealed value, if it is for the key that the universe has now; raises StaleVersion."""
    if (key.key_id, key.fingerprint) != (item.key_id, item.key_fingerprint):
        raise StaleVersion(NEW_KEY)
    return Sealed(
        box=item.box,
        key_id=key.key_id,
        fingerprint=key.fingerprint,
        asked_at=key.asked_at,
        sealed_at=item.batch.made_at,
    )
