"""Creates, rotates and deletes secrets at Roblox: sealed, permitted and written down first."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from secretsapp.core import input_rules
from secretsapp.core.actor import Actor
from secretsapp.core.errors import NameTaken, SecretGone, StaleVersion, UniverseFull
from secretsapp.core.plaintext import Plaintext
from secretsapp.core.roles import Permission
from secretsapp.core.sealing import Sealed, seal
from secretsapp.core.times import sentence_time
from secretsapp.models import Change, Secret, Universe
from secretsapp.models.changes import ChangeKind
from secretsapp.opencloud.client import Client
from secretsapp.opencloud.types import RemoteSecret, WriteReceipt
from secretsapp.rules import connections
from secretsapp.rules.acting import Right
from secretsapp.rules.policy import require
from secretsapp.rules.roblox import in_our_words
from secretsapp.secrets import attempts
from secretsapp.secrets.attempts import Intent
from secretsapp.universes import mirror


def create(
    *, actor: Actor, universe: Universe, name: str, value: Plaintext | Sealed, domain: str
) -> Change:
    """Create a secret at Roblox; the change comes back as succeeded.

    `domain` is a host, `*.` and a host, `*` for any or empty for none. Raises Forbidden,
    InvalidInput, NameTaken or UniverseFull before anything is sent, the refusals of Roblox, and
    OutcomeUnknown where the change stays open.
    """
    require(actor, Permission.CREATE_SECRET, universe.pk, name)
    input_rules.check_name(name)
    _check_content(value, domain)
    with in_our_words(), connections.client_of(universe.api_key) as client:
        look = _look(client, universe, name)
        if look.found is not None:
            raise _name_taken(universe, name)
        if look.count >= input_rules.SECRETS_PER_UNIVERSE:
            raise _full(universe)
        sealed = _sealed(client, universe, value)
        needs = (Right(Permission.CREATE_SECRET, universe.pk, name),)
        intent = Intent(actor, ChangeKind.CREATE, universe, name, domain, None, needs)

        def write() -> WriteReceipt:
            return client.create_secret(universe.pk, name, sealed, domain)

        return attempts.attempt(intent, write)


def rotate(
    *,
    actor: Actor,
    universe: Universe,
    name: str,
    value: Plaintext | Sealed,
    domain: str | None = None,
    seen_version: str | None = None,
) -> Change:
    """Give a secret a new value, and another domain if `domain` is not None.

    `seen_version` is the update time the person saw; if Roblox lists another now, StaleVersion
    is raised and nothing is sent. Raises SecretGone where it is no longer there, and whatever
    `create` raises.
    """
    require(actor, Permission.ROTATE_SECRET, universe.pk, name)
    _check_content(value, domain or "")
    with in_our_words(), connections.client_of(universe.api_key) as client:
        found = _present(_look(client, universe, name), universe, name, seen_version)
        new_domain = found.domain if domain is None else domain
        needs = _needs_of_rotation(universe, found, new_domain)
        for need in needs:
            require(actor, need.permission, universe.pk, name)
        sealed = _sealed(client, universe, value)
        intent = Intent(actor, ChangeKind.ROTATE, universe, name, new_domain, found, needs)

        def write() -> WriteReceipt:
            return client.update_secret(universe.pk, name, sealed, new_domain)

        return attempts.attempt(intent, write)


def delete(
    *, actor: Actor, universe: Universe, name: str, seen_version: str | None = None
) -> Change:
    """Delete a secret at Roblox for good. Raises what `rotate` raises."""
    require(actor, Permission.DELETE_SECRET, universe.pk, name)
    with in_our_words(), connections.client_of(universe.api_key) as client:
        found = _present(_look(client, universe, name), universe, name, seen_version)
        needs = (Right(Permission.DELETE_SECRET, universe.pk, name),)
        intent = Intent(actor, ChangeKind.DELETE, universe, name, found.domain, found, needs)

        def write() -> None:
            client.delete_secret(universe.pk, name)

        return attempts.attempt(intent, write)


def _needs_of_rotation(universe: Universe, found: RemoteSecret, domain: str) -> tuple[Right, ...]:
    to_rotate = Right(Permission.ROTATE_SECRET, universe.pk, found.name)
    if domain == found.domain:
        return (to_rotate,)
    return (to_rotate, Right(Permission.CHANGE_DOMAIN, universe.pk, found.name))


@dataclass(frozen=True)
class _Look:
    """What Roblox lists just before a write: of the one secret, and how many in all."""

    began: datetime
    listing: list[RemoteSecret]
    found: RemoteSecret | None

    @property
    def count(self) -> int:
        return len(self.listing)


def _look(client: Client, universe: Universe, name: str) -> _Look:
    """Read afresh: the mirror may be old, and the evidence for settling must not be."""
    began = timezone.now()
    listing = client.list_secrets(universe.pk)
    found = next((secret for secret in listing if secret.name == name), None)
    return _Look(began, listing, found)


def _present(look: _Look, universe: Universe, name: str, seen_version: str | None) -> RemoteSecret:
    if look.found is None:
        mirror.store(universe, look.listing, began=look.began)
        raise SecretGone(
            f"{name} is no longer at Roblox: somebody deleted it. Nothing was sent. "
            "Create it anew if it is needed."
        )
    if seen_version and look.found.update_time not in ("", seen_version):
        mirror.store(universe, look.listing, began=look.began)
        raise _stale(universe, name)
    return look.found


def _stale(universe: Universe, name: str) -> StaleVersion:
    secret = Secret.objects.select_related("last_change").filter(universe=universe, name=name)
    found = secret.first()
    change = found.last_change if found else None
    who = change.actor_name if change else "somebody outside the dashboard"
    when = f" on {sentence_time(found.updated_at)}" if found and found.updated_at else ""
    return StaleVersion(
        f"{name} was changed by {who}{when}, after you opened this page. Nothing was sent. "
        "Look whether your change is still wanted."
    )


def _check_content(value: Plaintext | Sealed, domain: str) -> None:
    input_rules.check_domain(domain)
    if isinstance(value, Plaintext):
        input_rules.check_value(value)


def _sealed(client: Client, universe: Universe, value: Plaintext | Sealed) -> Sealed:
    """The value sealed for the universe's key of this moment, unless it came sealed."""
    if isinstance(value, Sealed):
        return value
    return seal(value, client.public_key(universe.pk))


def _name_taken(universe: Universe, name: str) -> NameTaken:
    return NameTaken(
        f"{universe.name} already has a secret named {name}. Rotate that one, or choose another "
        "name.",
        field="name",
    )


def _full(universe: Universe) -> UniverseFull:
    return UniverseFull(
        f"{universe.name} has {input_rules.SECRETS_PER_UNIVERSE} secrets, the most Roblox allows. "
        "Delete one that is no longer used first."
    )
