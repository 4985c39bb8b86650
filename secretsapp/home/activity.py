"""What happened lately, as far as an actor may know of it."""

from dataclasses import dataclass, replace

from django.db.models import Q

from secretsapp.core.actor import Actor
from secretsapp.core.errors import LogBroken
from secretsapp.core.event_kinds import Result
from secretsapp.core.events import Event
from secretsapp.core.roles import Permission
from secretsapp.log import reading
from secretsapp.log.wording import EventView, view_of
from secretsapp.models import AuditEvent, Secret, Universe
from secretsapp.rules.narrowing import narrowed, narrowed_universes

SIZE = 8

# Every change is told by its outcome, and people coming and going is no news.
QUIET = frozenset(
    event.tag
    for event in Event
    if event.result is Result.STARTED or event in (Event.PERSON_SIGNED_IN, Event.PERSON_SIGNED_OUT)
)


@dataclass(frozen=True)
class Happening:
    """An event, with its universe and whether its secret has a page, as far as one may see them."""

    event: EventView
    universe: Universe | None
    has_secret: bool


@dataclass(frozen=True)
class Activity:
    """The newest events; `trouble` is the sentence where they cannot be read."""

    happenings: list[Happening]
    may_read_log: bool
    trouble: str = ""


def read_activity(actor: Actor) -> Activity:
    """The last few events that the actor may read, or else those of the secrets they may list."""
    may_read_log = reading.may_read(actor)
    try:
        events = _from_log(actor) if may_read_log else _from_histories(actor)
    except LogBroken as broken:
        return Activity([], may_read_log, str(broken))
    return Activity(_linked(actor, events), may_read_log)


def _from_log(actor: Actor) -> list[EventView]:
    events = reading.newest(reading.readable(actor), reading.PAGE_SIZE)
    return [view_of(event) for event in events if event.tag not in QUIET][:SIZE]


def _from_histories(actor: Actor) -> list[EventView]:
    """As the history of a secret tells it: no addresses, and of refusals only their own."""
    foreign = ~Q(actor_id=str(actor.person_id)) & Q(tag=Event.ACCESS_REFUSED.tag)
    nameless = Q(("secret_name", ""))
    about = AuditEvent.objects.exclude(nameless | foreign | Q(tag__in=QUIET))
    listable = narrowed(actor, about, Permission.LIST_SECRETS, name="secret_name")
    events = reading.newest(listable, SIZE)
    return [replace(view_of(event), address="") for event in events]


def _linked(actor: Actor, events: list[EventView]) -> list[Happening]:
    """The events with what of theirs can be looked at, in two queries."""
    ids = {event.universe_id for event in events if event.universe_id is not None}
    about = Universe.objects.filter(pk__in=ids)
    universes = narrowed_universes(actor, about, Permission.LIST_SECRETS).in_bulk()
    names = {event.secret_name for event in events}
    secrets = Secret.objects.filter(universe__in=universes, name__in=names)
    listable = narrowed(actor, secrets, Permission.LIST_SECRETS)
    pages = set(listable.values_list("universe_id", "name"))
    return [
        Happening(
            event,
            universe=universes.get(event.universe_id or 0),
            has_secret=(event.universe_id, event.secret_name) in pages,
        )
        for event in events
    ]
