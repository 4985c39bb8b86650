"""Creates, rotates and deletes secrets at Roblox: sealed, permitted and written down first.

Each reads top to bottom: an early refusal, a look at Roblox, the value sealed, and then an attempt
(attempts.py): written down with the binding check of rights, sent once, its outcome stored.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, NoReturn

from django.utils import timezone

from secretsapp.core import input_rules
from secretsapp.core.actor import Actor
from secretsapp.core.errors import SecretGone, SimilarName, StaleVersion
from secretsapp.core.plaintext import Plaintext
from secretsapp.core.roles import Permission
from secretsapp.core.sealing import Sealed, seal
from secretsapp.core.times import credible, sentence_time
from secretsapp.models import Change, Secret, Universe
from secretsapp.models.secrets import ChangeKind
from secretsapp.opencloud.client import Client
from secretsapp.opencloud.types import RemoteSecret, WriteReceipt
from secretsapp.rules import connections
from secretsapp.rules.acting import AT_ONCE, Passage, Right
from secretsapp.rules.policy import require, rights_of
from secretsapp.rules.roblox import in_our_words, name_taken, universe_full
from secretsapp.secrets.attempts import attempt
from secretsapp.universes import mirror


@dataclass(frozen=True)
class Creation:
    """A secret that is to be there."""

    universe: Universe
    name: str
    domain: str
    sealed: Sealed
    read_at: datetime
    kind: ClassVar = ChangeKind.CREATE
    seen: ClassVar = None

    @property
    def needs(self) -> tuple[Right, ...]:
        """The right to create it."""
        return (Right(Permission.CREATE_SECRET, self.universe.pk, self.name),)

    def send(self, client: Client) -> WriteReceipt:
        """Create it."""
        return client.create_secret(self.universe.pk, self.name, self.sealed, self.domain)


@dataclass(frozen=True)
class Rotation:
    """Another value, and perhaps another domain, for a secret that Roblox listed as `seen`."""

    universe: Universe
    seen: RemoteSecret
    domain: str
    sealed: Sealed
    read_at: datetime
    kind: ClassVar = ChangeKind.ROTATE

    @property
    def name(self) -> str:
        """The name of the secret."""
        return self.seen.name

    @property
    def needs(self) -> tuple[Right, ...]:
        """The right to rotate it, and that to change its domain where that becomes another."""
        rotate = Right(Permission.ROTATE_SECRET, self.universe.pk, self.name)
        if input_rules.is_same_domain(self.domain, self.seen.domain):
            return (rotate,)
        return (rotate, Right(Permission.CHANGE_DOMAIN, self.universe.pk, self.name))

    def send(self, client: Client) -> WriteReceipt:
        """Replace its value and domain."""
        return client.update_secret(self.universe.pk, self.name, self.sealed, self.domain)


@dataclass(frozen=True)
class Deletion:
    """The end of a secret that Roblox listed as `seen`."""

    universe: Universe
    seen: RemoteSecret
    read_at: datetime
    kind: ClassVar = ChangeKind.DELETE
    sealed: ClassVar = None

    @property
    def name(self) -> str:
        """The name of the secret."""
        return self.seen.name

    @property
    def domain(self) -> str:
        """Where it may be sent, to be told of what is gone."""
        return self.seen.domain

    @property
    def needs(self) -> tuple[Right, ...]:
        """The right to delete it."""
        return (Right(Permission.DELETE_SECRET, self.universe.pk, self.name),)

    def send(self, client: Client) -> None:
        """Delete it."""
        client.delete_secret(self.universe.pk, self.name)


def create(
    *,
    actor: Actor,
    universe: Universe,
    name: str,
    value: Plaintext | Sealed,
    domain: str,
    similar_is_meant: bool = False,
    passage: Passage = AT_ONCE,
) -> Change:
    """Create a secret at Roblox; the change comes back as succeeded.

    `domain` is a host, `*.` and a host, `*` for any or empty for none; it is sent in its one form.
    `similar_is_meant` says that the name may be nearly that of another. Raises Forbidden,
    InvalidInput, NameTaken, SimilarName or UniverseFull before anything is sent, the refusals of
    Roblox, and OutcomeUnknown where the change stays open. `passage` is how it passes a universe
    that may be protected: NeedsApproval is raised where it is neither approved nor forced.
    """
    domain = input_rules.one_form(domain)
    require(actor, Permission.CREATE_SECRET, universe.pk, name)
    input_rules.check_name(name)
    _check_content(value, domain)
    with _speaking_for(actor, universe) as client:
        look = look_at(client, universe)
        check_new(actor, look, name, similar_is_meant=similar_is_meant)
        sealed = _sealed(client, universe, value)
        creation = Creation(universe, name, domain, sealed, look.began)
        return attempt(actor, creation, client, passage)


def rotate(
    *,
    actor: Actor,
    universe: Universe,
    name: str,
    value: Plaintext | Sealed,
    domain: str | None = None,
    seen_version: str | None = None,
    seen_domain: str | None = None,
    passage: Passage = AT_ONCE,
) -> Change:
    """Give a secret a new value, and another domain if `domain` is not None.

    The same domain in another form is no other one, and needs no right to change it.
    `seen_version` and `seen_domain` are the update time and domain that the person saw; if Roblox
    lists others now, or another change comes between, StaleVersion is raised and nothing is sent.
    Raises SecretGone where it is no longer there, and whatever `create` raises.
    """
    domain = None if domain is None else input_rules.one_form(domain)
    require(actor, Permission.ROTATE_SECRET, universe.pk, name)
    input_rules.check_sendable(name)
    _check_content(value, domain or "")
    with _speaking_for(actor, universe) as client:
        look = look_at(client, universe)
        found = find_unchanged(look, name, seen_version, seen_domain)
        new_domain = found.domain if domain is None else domain
        if not input_rules.is_same_domain(new_domain, found.domain):
            require(actor, Permission.CHANGE_DOMAIN, universe.pk, name)
        sealed = _sealed(client, universe, value)
        rotation = Rotation(universe, found, new_domain, sealed, look.began)
        return attempt(actor, rotation, client, passage)


def delete(
    *,
    actor: Actor,
    universe: Universe,
    name: str,
    seen_version: str | None = None,
    passage: Passage = AT_ONCE,
) -> Change:
    """Delete a secret at Roblox for good. Raises what `rotate` raises."""
    require(actor, Permission.DELETE_SECRET, universe.pk, name)
    input_rules.check_sendable(name)
    with _speaking_for(actor, universe) as client:
        look = look_at(client, universe)
        found = find_unchanged(look, name, seen_version)
        return attempt(actor, Deletion(universe, found, look.began), client, passage)


@contextmanager
def _speaking_for(actor: Actor, universe: Universe) -> Iterator[Client]:
    """A client for the universe's key, whose errors are the refusals that a person is shown."""
    with in_our_words(), connections.client_of(actor, universe.api_key) as client:
        yield client


@dataclass(frozen=True)
class Look:
    """What Roblox lists of a universe just before a write, and when the reading began."""

    universe: Universe
    began: datetime
    listing: list[RemoteSecret]

    def find(self, name: str) -> RemoteSecret | None:
        """The secret of that name, if it is there."""
        return next((secret for secret in self.listing if secret.name == name), None)


def look_at(client: Client, universe: Universe) -> Look:
    """Read afresh: the mirror may be old, and the evidence for settling must not be."""
    began = timezone.now()
    return Look(universe, began, client.list_secrets(universe.pk))


def check_new(actor: Actor, look: Look, name: str, *, similar_is_meant: bool) -> None:
    """Raise NameTaken, SimilarName or UniverseFull unless a secret of that name can be created."""
    if look.find(name) is not None:
        raise name_taken(look.universe.name, name)
    if not similar_is_meant:
        _ask_about_similar(actor, look.universe, look, name)
    if len(look.listing) >= input_rules.SECRETS_PER_UNIVERSE:
        raise universe_full(look.universe.name)


def find_unchanged(
    look: Look, name: str, version: str | None, domain: str | None = None
) -> RemoteSecret:
    """The secret as it was seen; raises SecretGone or StaleVersion where it was changed since."""
    found = look.find(name)
    if found is None or _is_newer(found, version, domain):
        _refuse_overtaken(look.universe, look, name)
    return found


def _is_newer(found: RemoteSecret, version: str | None, domain: str | None = None) -> bool:
    """Whether it was changed since the person saw these; without times no one can tell."""
    if domain is not None and not input_rules.is_same_domain(found.domain, domain):
        return True
    updated = credible(found.update_time, timezone.now())
    return bool(version) and updated not in ("", version)


def _refuse_overtaken(universe: Universe, look: Look, name: str) -> NoReturn:
    """Raise SecretGone or StaleVersion, once the mirror has what was read: the page shows it."""
    mirror.store(universe, look.listing, began=look.began)
    if look.find(name) is not None:
        raise _stale(universe, name)
    if not Secret.objects.filter(universe=universe, name=name).exists():
        raise SecretGone(
            f"There is no secret named {name} in {universe.name}, so nothing was sent. Check "
            "the spelling: names are case-sensitive."
        )
    raise SecretGone(
        f"{name} is no longer at Roblox: someone deleted it. Nothing was sent. Create it "
        "again if you need it."
    )


def _stale(universe: Universe, name: str) -> StaleVersion:
    secret = Secret.objects.select_related("last_change").filter(universe=universe, name=name)
    found = secret.first()
    change = found.last_change if found else None
    who = change.actor_name if change else "someone outside Sealroom"
    when = f" on {sentence_time(found.updated_at)}" if found and found.updated_at else ""
    return StaleVersion(
        f"{name} was changed by {who}{when}, after you opened this page. Nothing was sent. "
        "Check whether you still need your change."
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


def _ask_about_similar(actor: Actor, universe: Universe, look: Look, name: str) -> None:
    """Raise SimilarName where another that the actor may list is called nearly so."""
    rights, sought = rights_of(actor), input_rules.likeness(name)
    for other in (secret.name for secret in look.listing):
        alike = input_rules.likeness(other) == sought
        if alike and rights.allows(Permission.LIST_SECRETS, universe.pk, other):
            raise SimilarName(
                f"Nothing was sent: {universe.name} has a secret named {other}, which differs "
                f"from {name} only in upper and lower case or in - and _.",
                field="name",
            )
