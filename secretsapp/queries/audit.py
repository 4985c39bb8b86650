"""The audit log as an actor may read it: newest first, paged by sequence number."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Q, QuerySet
from django.db.models.functions import Substr

from secretsapp.core import events
from secretsapp.core.actor import Actor
from secretsapp.core.errors import Forbidden, InvalidInput, LogBroken
from secretsapp.core.events import Event, Severity
from secretsapp.core.patterns import EVERY_NAME
from secretsapp.core.roles import Permission
from secretsapp.core.rules import is_storable, parse_universe_id
from secretsapp.models import AuditEvent, Universe
from secretsapp.policy import Rights, refusal, rights_of
from secretsapp.queries.reading import rows

PAGE_SIZE = 50
HISTORY_SIZE = 100

EDITED = "did what cannot be read any more: somebody edited the event in the database"


@dataclass(frozen=True)
class EventView:
    """An event in words; `universe_id` is None where the event is about none.

    An event that was edited in the database keeps its tag and says so; its `time` may be None.
    """

    sequence: int
    time: datetime | None
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
    events = _newest(found, PAGE_SIZE + 1)
    shown = events[:PAGE_SIZE]
    return AuditPage(
        events=[_view(event) for event in shown],
        older=shown[-1].sequence if len(events) > PAGE_SIZE else None,
    )


def history(actor: Actor, universe: Universe, name: str) -> list[EventView]:
    """The newest events about one secret, for whoever may list it; else Forbidden.

    Who may not read its audit log is shown no network addresses, and of refusals only his own.
    """
    rights = rights_of(actor)
    if not rights.allows(Permission.LIST_SECRETS, universe.pk, name):
        raise refusal(Permission.LIST_SECRETS, universe.pk, name)
    if not is_storable(name):
        return []
    about = AuditEvent.objects.filter(universe_id=str(universe.pk), secret_name=name)
    if rights.allows(Permission.READ_AUDIT, universe.pk, name):
        return [_view(event) for event in _newest(about, HISTORY_SIZE)]
    told = about.exclude(~Q(actor_id=str(actor.person_id)), tag=Event.ACCESS_REFUSED.tag)
    return [replace(_view(event), address="") for event in _newest(told, HISTORY_SIZE)]


def _newest(found: QuerySet[AuditEvent], count: int) -> list[AuditEvent]:
    events = rows(found.order_by("-sequence")[:count])
    if events is None:
        raise LogBroken(
            "One of these events cannot be read: somebody edited it in the database. "
            "Run `manage.py verify_audit`, which names it."
        )
    return events


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
    detail = _detail(event)
    is_edited = detail is None or event.time is None
    severity = known.severity if known else Severity.INFO
    return EventView(
        sequence=event.sequence,
        time=event.time,
        tag=event.tag,
        severity=Severity.WARNING if is_edited else severity,
        actor_name=event.actor_name,
        sentence=EDITED if is_edited else _sentence(event, detail or {}),
        universe_id=_universe_id(event),
        universe_name=event.universe_name,
        secret_name=event.secret_name,
        address=event.address,
        door=event.door,
        detail=detail or {},
    )


def _sentence(event: AuditEvent, detail: Mapping[str, str]) -> str:
    known = events.BY_TAG.get(event.tag)
    own = {
        "secret": event.secret_name,
        "universe": event.universe_name,
        "subject": event.subject_name,
    }
    return known.describe({**detail, **own}) if known else event.tag


def _detail(event: AuditEvent) -> dict[str, str] | None:
    """The details, or None where they are not texts by name, as every event is written with."""
    try:
        found: dict[str, str] = json.loads(event.detail)
        "".join(text for pair in found.items() for text in pair).encode("utf-8")
    except (AttributeError, RecursionError, TypeError, ValueError):
        return None
    return found


def _universe_id(event: AuditEvent) -> int | None:
    try:
        return parse_universe_id(event.universe_id)
    except InvalidInput:
        return None
