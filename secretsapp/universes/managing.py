"""Adds universes, changes what they are called and opened with, and removes them."""

from django.db import IntegrityError
from django.utils import timezone

from secretsapp.access import grant_rows, open_invitations, requests
from secretsapp.api_keys.probing import Probe, prove
from secretsapp.api_keys.stored_keys import count_as_test
from secretsapp.core import labels
from secretsapp.core.actor import Actor
from secretsapp.core.errors import AlreadyExists, InvalidInput, StillInUse
from secretsapp.core.events.access import AccessEvent
from secretsapp.core.events.secrets import UniverseEvent
from secretsapp.core.roles import Permission
from secretsapp.models import ApiKey, Change, Grant, Proposal, Publication, ServerRestart, Universe
from secretsapp.models.secrets import OPEN_STATES
from secretsapp.models.servers import OPEN_PUBLICATIONS, OPEN_RESTARTS
from secretsapp.models.universes import Environment
from secretsapp.opencloud.types import Introspection
from secretsapp.rules import connections, due_dates
from secretsapp.rules.acting import Right, acting
from secretsapp.rules.locks import lock_api_key, lock_policies, lock_universe
from secretsapp.rules.policy import require_installation
from secretsapp.rules.roblox import in_our_words
from secretsapp.rules.versions import differences, refuse_stale, version_of
from secretsapp.universes import mirror
from secretsapp.universes.protection import end_waiting, was_removed_protected

TO_MANAGE = Right(Permission.MANAGE_UNIVERSES)


def add(
    actor: Actor, *, universe_id: int, api_key: ApiKey, name: str = "", environment: str = ""
) -> Universe:
    """Add a universe that the key opens, and take stock of its secrets.

    Roblox is called for real: its refusals are raised and nothing is stored. It counts as a test
    of the key. Without `name` the universe is called what Roblox calls it. Raises Forbidden,
    InvalidInput, AlreadyExists.
    """
    require_installation(actor, Permission.MANAGE_UNIVERSES)
    _check_environment(environment)
    if Universe.objects.filter(pk=universe_id).exists():
        raise _already_here(universe_id)
    began = timezone.now()
    with in_our_words(), connections.client_of(actor, api_key) as client:
        found = prove(client, universe_id)
    universe = Universe(
        id=universe_id,
        name=_name(name, found),
        environment=environment,
        owner=found.profile.owner[:40] if found.profile else "",
        api_key=api_key,
    )
    _insert(actor, universe, found.hint)
    mirror.store(universe, found.listing, began=began)
    return universe


def _insert(actor: Actor, universe: Universe, hint: Introspection | None) -> None:
    detail = {"environment": universe.environment, "api_key": universe.api_key.name}
    try:
        with acting(actor, TO_MANAGE) as act:
            lock_policies()
            universe.api_key = lock_api_key(universe.api_key, was_tried=True)
            protected = was_removed_protected(universe)
            universe.protected_since = timezone.now() if protected else None
            universe.save(force_insert=True)
            due_dates.renew(Universe.objects.filter(pk=universe.pk))
            count_as_test(universe.api_key, universe, hint)
            act.tell(
                UniverseEvent.UNIVERSE_ADDED, universe, subject=universe.api_key, detail=detail
            )
            if protected:
                act.tell(UniverseEvent.UNIVERSE_PROTECTED, universe)
    except IntegrityError:
        raise _already_here(universe.pk) from None


def _name(given: str, found: Probe) -> str:
    if given.strip():
        labels.check_label(given, field="name", what="a name for the universe")
        return given.strip()
    told = found.profile.name.strip() if found.profile else ""
    return told[: labels.LABEL_LIMIT] or f"Universe {found.universe_id}"


def _check_environment(environment: str) -> None:
    if environment not in Environment.values:
        choices = ", ".join(value for value in Environment.values if value)
        raise InvalidInput(f"Choose one of these environments: {choices}.", field="environment")


def _already_here(universe_id: int) -> AlreadyExists:
    return AlreadyExists(f"Universe {universe_id} is already in Sealroom.", field="universe")


def version(universe: Universe) -> str:
    """What tells whether the settings of the universe are still those that a person saw."""
    return version_of(universe.name, universe.environment, str(universe.api_key_id))


def edit(
    actor: Actor,
    universe: Universe,
    *,
    name: str,
    environment: str,
    api_key: ApiKey | None = None,
    seen_version: str = "",
) -> None:
    """Rename a universe, set its environment or give it another key, which only admins may.

    Another key is tried on the universe first: if it does not open it, that refusal is raised and
    nothing is changed. `seen_version` is the version the person saw; StaleVersion is raised if
    another is stored.
    """
    require_installation(actor, Permission.MANAGE_UNIVERSES, universe.pk)
    name = name.strip()
    labels.check_label(name, field="name", what="a name for the universe")
    _check_environment(environment)
    _refuse_stale(universe, seen_version)
    is_another = api_key is not None and api_key.pk != universe.api_key_id
    if api_key is not None and is_another:
        with in_our_words(), connections.client_of(actor, api_key) as client:
            prove(client, universe.pk)
    with acting(actor, TO_MANAGE) as act:
        lock_policies()
        stored = lock_universe(universe)
        _refuse_stale(stored, seen_version)
        if api_key is not None:
            lock_api_key(api_key, was_tried=is_another)
        before = _settings_of(stored)
        universe.name, universe.environment = name, environment
        universe.api_key = api_key or stored.api_key
        if detail := differences(before, _settings_of(universe)):
            universe.save(update_fields=["name", "environment", "api_key"])
            if universe.environment != stored.environment:
                due_dates.renew(Universe.objects.filter(pk=universe.pk))
            act.tell(UniverseEvent.UNIVERSE_CHANGED, universe, detail=detail)


def _settings_of(universe: Universe) -> dict[str, str]:
    return {
        "name": universe.name,
        "environment": universe.environment,
        "API key": universe.api_key.name,
    }


def _refuse_stale(stored: Universe, seen_version: str) -> None:
    refuse_stale(seen_version, version(stored), what="Someone else changed these settings")


def remove(actor: Actor, universe: Universe) -> None:
    """Remove a universe from Sealroom with its grants, requests, invitations, notes and changes.

    Its secrets stay at Roblox, and its events in the log. Its proposals lapse. Raises StillInUse
    while the outcome of a change, a restart or a version is open: its sender would never learn it.
    """
    with acting(actor, TO_MANAGE) as act:
        stored = lock_universe(universe)
        _refuse_open(stored)
        waiting = Proposal.objects.filter(universe=stored)
        end_waiting(act, waiting, "the universe was removed from Sealroom")
        requests.end_of_universe(act, stored)
        given = Grant.objects.select_for_update(of=("self",)).filter(universe=stored)
        for grant in given.select_related("person", "universe").order_by("pk"):
            grant_rows.tell(act, AccessEvent.GRANT_REVOKED, grant)
        open_invitations.end_in_universe(act, stored)
        Universe.objects.filter(pk=stored.pk).delete()
        detail = {"protected": "yes"} if stored.protected else {}
        act.tell(UniverseEvent.UNIVERSE_REMOVED, stored, detail=detail)


def _refuse_open(universe: Universe) -> None:
    changes = Change.objects.filter(universe=universe, state__in=OPEN_STATES)
    restarts = ServerRestart.objects.filter(universe=universe, state__in=OPEN_RESTARTS)
    versions = Publication.objects.filter(universe=universe, state__in=OPEN_PUBLICATIONS)
    found = {"change": changes, "restart": restarts, "published version": versions}
    for what, rows in found.items():
        if rows.exists():
            raise StillInUse(
                f"The outcome of a {what} is still unknown. Sealroom will find out within a "
                "few minutes: remove the universe after that."
            )
