"""The audit log as an actor may read it: newest first, paged by sequence number."""

import json
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet
from django.db.models.functions import Substr

from secretsapp.core import events
from secretsapp.core.actor import Actor
from secretsapp.core.errors import Forbidden
from secretsapp.core.events import Severity
from secretsapp.core.patterns import EVERY_NAME
from secretsapp.core.roles import Permission
from secretsapp.core.rules import is_storable
from secretsapp.models import AuditEvent, Universe
from secretsapp.policy import Rights, refusal, rights_of

PAGE_SIZE = 50
HISTORY_SIZE = 100


@dataclass(frozen=True)
class EventView:
    """An event in words; `universe_id` is None where the event is about none."""

    sequence: int
    time: datetime
    tag: str
    severity: Severity
    actor_name: str
    sentence: str
    universe_id: int | None
    universe_name: str
    secret_name: str
    address: str
    door: str
    detail: dict[str, str]


@dataclass(frozen=True)
class AuditFilter:
    """What to look for; empty means everything. `person` is part of an actor's name."""

    universe_id: int | None = None
    person: str = ""
    tag: str = ""


@dataclass(frozen=True)
class AuditPage:
    """A page of events; `older` is the sequence number to ask before for the next, if any."""

    events: list[EventView]
    older: int | None


def may_read(actor: Actor) -> bool:
    """Whether the actor may read some part of the log."""
    return rights_of(actor).universes_with(Permission.READ_AUDIT) != set()


def page(actor: Actor, wanted: AuditFilter, before: int | None = None) -> AuditPage:
    """The newest events the actor may read, older than `before` if given.

    Raises Forbidden for those who may read no part of the log. Who reads the log of single
    universes, or of single names, is shown the events about them alone.
    """
    found = _filtered(_readable(actor), wanted)
    if before is not None:
        found = found.filter(sequence__lt=before)
    rows = list(found.order_by("-sequence")[: PAGE_SIZE + 1])
    shown = rows[:PAGE_SIZE]
    return AuditPage(
        events=[_view(event) for event in shown],
        older=shown[-1].sequence if len(rows) > PAGE_SIZE else None,
    )


def history(actor: Actor, universe: Universe, name: str) -> list[EventView]:
    """The newest events about one secret, for whoever may list it; else Forbidden."""
    if not rights_of(actor).allows(Permission.LIST_SECRETS, universe.pk, name):
        raise refusal(Permission.LIST_SECRETS, universe.pk, name)
    if not is_storable(name):
        return []
    about = AuditEvent.objects.filter(universe_id=str(universe.pk), secret_name=name)
    return [_view(event) for event in about.order_by("-sequence")[:HISTORY_SIZE]]


def _readable(actor: Actor) -> QuerySet[AuditEvent]:
    rights = rights_of(actor)
    everything = AuditEvent.objects.all()
    if rights.allows_installation(Permission.READ_AUDIT):
        return everything
    scopes = _scopes(rights)
    if not scopes:
        raise _no_log()
    readable = Q()
    for universe_id, pattern in scopes:
        readable |= _about(universe_id, pattern)
    return everything.annotate(**_prefixes(scopes)).filter(readable)


def _no_log() -> Forbidden:
    return refusal(Permission.READ_AUDIT)


def _scopes(rights: Rights) -> set[tuple[int | None, str]]:
    return {
        (holding.universe_id, holding.pattern)
        for holding in rights.holdings
        if holding.gives(Permission.READ_AUDIT)
    }


def _about(universe_id: int | None, pattern: str) -> Q:
    """The events of one scope; a scope of names shows no event about the universe as a whole."""
    where = Q() if universe_id is None else Q(universe_id=str(universe_id))
    if pattern == EVERY_NAME:
        return where & ~Q(universe_id="")
    if pattern.endswith("*"):
        return where & Q(**{_prefix_name(len(pattern) - 1): pattern[:-1]})
    return where & Q(secret_name=pattern)


def _prefixes(scopes: set[tuple[int | None, str]]) -> dict[str, Substr]:
    """The beginnings of names to compare exactly: LIKE ignores capitals on SQLite."""
    lengths = {len(pattern) - 1 for _, pattern in scopes if pattern.endswith("*")}
    return {_prefix_name(length): Substr("secret_name", 1, length) for length in lengths}


def _prefix_name(length: int) -> str:
    return f"secret_name_prefix_{length}"


def _filtered(found: QuerySet[AuditEvent], wanted: AuditFilter) -> QuerySet[AuditEvent]:
    if not (is_storable(wanted.person) and is_storable(wanted.tag)):
        return found.none()
    if wanted.universe_id is not None:
        found = found.filter(universe_id=str(wanted.universe_id))
    if wanted.person:
        found = found.filter(actor_name__icontains=wanted.person)
    if wanted.tag:
        found = found.filter(Q(tag=wanted.tag) | Q(tag__startswith=f"{wanted.tag}."))
    return found


def _view(event: AuditEvent) -> EventView:
    known = events.BY_TAG.get(event.tag)
    detail: dict[str, str] = json.loads(event.detail)
    words = detail | {
        "secret": event.secret_name,
        "universe": event.universe_name,
        "subject": event.subject_name,
    }
    return EventView(
        sequence=event.sequence,
        time=event.time,
        tag=event.tag,
        severity=known.severity if known else Severity.INFO,
        actor_name=event.actor_name,
        sentence=known.describe(words) if known else event.tag,
        universe_id=int(event.universe_id) if event.universe_id else None,
        universe_name=event.universe_name,
        secret_name=event.secret_name,
        address=event.address,
        door=event.door,
        detail=detail,
    )
