"""Adds universes, and changes their names and environments."""

from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils import timezone

from secretsapp import audit, connections
from secretsapp.core import rules
from secretsapp.core.actor import Actor
from secretsapp.core.errors import AlreadyExists, InvalidInput
from secretsapp.core.events import Event
from secretsapp.core.roles import Permission
from secretsapp.models import ApiKey, Universe
from secretsapp.models.universes import Environment
from secretsapp.opencloud.client import Client
from secretsapp.opencloud.errors import Refused, Unusable
from secretsapp.opencloud.types import RemoteSecret, RemoteUniverse
from secretsapp.policy import require_installation
from secretsapp.services import mirror
from secretsapp.services.roblox import in_our_words


@dataclass(frozen=True)
class _Proof:
    """What Roblox showed of a universe under a key: the key opens it."""

    remote: RemoteUniverse
    listing: list[RemoteSecret]


def add(
    actor: Actor, *, universe_id: int, api_key: ApiKey, name: str = "", environment: str = ""
) -> Universe:
    """Add a universe that the key opens, and take stock of its secrets.

    Roblox is called for real: its refusals are raised and nothing is stored. Without `name`
    the universe is called what Roblox calls it. Raises Forbidden, InvalidInput, AlreadyExists.
    """
    require_installation(actor, Permission.MANAGE_UNIVERSES)
    _check_environment(environment)
    if Universe.objects.filter(pk=universe_id).exists():
        raise _already_here(universe_id)
    began = timezone.now()
    with in_our_words(), connections.client_of(api_key) as client:
        proof = _prove(client, universe_id)
    universe = Universe(
        id=universe_id,
        name=_name(name, proof.remote),
        environment=environment,
        owner=proof.remote.owner[:40],
        api_key=api_key,
    )
    _insert(actor, universe)
    mirror.store(universe, proof.listing, began=began)
    return universe


def _insert(actor: Actor, universe: Universe) -> None:
    detail = {"environment": universe.environment, "api_key": universe.api_key.name}
    try:
        with transaction.atomic():
            universe.save(force_insert=True)
            audit.append(
                audit.Entry(
                    Event.UNIVERSE_ADDED, actor, universe, subject=universe.api_key, detail=detail
                )
            )
    except IntegrityError:
        raise _already_here(universe.pk) from None


def _prove(client: Client, universe_id: int) -> _Proof:
    client.public_key(universe_id)
    listing = client.list_secrets(universe_id)
    return _Proof(_remote(client, universe_id), listing)


def _remote(client: Client, universe_id: int) -> RemoteUniverse:
    """Name and owner, as far as the key may read them: Roblox documents no scope for it."""
    try:
        return client.universe(universe_id)
    except (Refused, Unusable):
        return RemoteUniverse(universe_id, name="", owner="")


def _name(given: str, remote: RemoteUniverse) -> str:
    if given.strip():
        rules.check_label(given, field="name", what="a name for the universe")
        return given.strip()
    return remote.name.strip()[: rules.LABEL_LIMIT] or f"Universe {remote.universe_id}"


def _check_environment(environment: str) -> None:
    if environment not in Environment.values:
        choices = ", ".join(value for value in Environment.values if value)
        raise InvalidInput(f"An environment is one of {choices}.", field="environment")


def _already_here(universe_id: int) -> AlreadyExists:
    return AlreadyExists(f"The universe {universe_id} is here already.", field="universe")


def edit(actor: Actor, universe: Universe, *, name: str, environment: str) -> None:
    """Rename a universe or set its environment, which only admins may."""
    require_installation(actor, Permission.MANAGE_UNIVERSES)
    rules.check_label(name, field="name", what="a name for the universe")
    _check_environment(environment)
    pairs = {"name": (universe.name, name), "environment": (universe.environment, environment)}
    changed = [field for field, (before, after) in pairs.items() if before != after]
    if not changed:
        return
    detail = {"fields": " and ".join(changed)}
    detail |= {f"{field}_before": pairs[field][0] for field in changed}
    detail |= {field: pairs[field][1] for field in changed}
    with transaction.atomic():
        universe.name, universe.environment = name, environment
        universe.save(update_fields=["name", "environment"])
        audit.append(audit.Entry(Event.UNIVERSE_CHANGED, actor, universe, detail=detail))
