"""Recent activity, as far as an actor can see it."""

from dataclasses import dataclass, field, replace
from datetime import timedelta

from django.db.models import QuerySet, Subquery
from django.utils import timezone

from secretsapp.core.actor import Actor
from secretsapp.core.errors import LogBroken
from secretsapp.core.events import EVENTS
from secretsapp.core.events.kinds import Result
from secretsapp.core.events.people import PersonEvent
from secretsapp.core.events.proofs import ProofEvent
from secretsapp.core.events.secrets import UniverseEvent
from secretsapp.core.roles import Permission
from secretsapp.log import reading, refused, standing
from secretsapp.log.event_view import EventView
from secretsapp.log.naming import named
from secretsapp.log.refused import Refusals
from secretsapp.log.wording import view_of
from secretsapp.models import AuditEvent, Secret, Universe
from secretsapp.rules.narrowing import narrowed, narrowed_universes
from secretsapp.rules.policy import rights_of

SIZE = 8

REFUSED_WITHIN = timedelta(days=7)
REFUSALS_SHOWN = 3

# Outcomes tell of every change, sign-ins and sign-outs are no news, and refusals are separate.
QUIET = refused.TAGS | frozenset(
    event.tag
    for event in EVENTS
    if event.result is Result.STARTED
    or event
    in (
        PersonEvent.PERSON_SIGNED_IN,
        PersonEvent.PERSON_SIGNED_OUT,
        ProofEvent.CHECKPOINT_MADE,
    )
)


@dataclass(frozen=True)
class Happening:
    """An event, with its universe and whether its secret has a page, as far as one may see them."""

    event: EventView
    universe: Universe | None
    has_secret: bool


@dataclass(frozen=True)
class Activity:
    """The newest events; `trouble` is the sentence where they cannot be read.

    `refusals` are those of the last week in groups, of which a few are told. `broken` says why the
    log is broken, to those who can read all of it.
    """

    happenings: list[Happening]
    may_read_log: bool
    trouble: str = ""
    refusals: list[Refusals] = field(default_factory=list)
    broken: str = ""

    @property
    def refusals_shown(self) -> list[Refusals]:
        """The groups that are told."""
        return self.refusals[:REFUSALS_SHOWN]

    @property
    def further_refusals(self) -> int:
        """How many groups there are beyond these."""
        return max(0, len(self.refusals) - REFUSALS_SHOWN)


def read_activity(actor: Actor) -> Activity:
    """The last few events that the actor may read, or else those of the secrets they may list."""
    may_read_log = reading.may_read(actor)
    found = reading.readable(actor) if may_read_log else reading.histories(actor)
    try:
        happened = reading.newest(_with_alarm(found.exclude(tag__in=QUIET)), 2 * SIZE)
        denied = reading.newest(_refusals(found), refused.READ_AT_MOST)
    except LogBroken as broken:
        return Activity([], may_read_log, str(broken))
    # All of them at once, for who the people are is one more query.
    views = named([view_of(event) for event in (*happened, *denied)])
    events = _with_first_syncs(views[: len(happened)])[:SIZE]
    refusals = [each.with_secret() for each in refused.grouped(views[len(happened) :])]
    if not may_read_log:
        events = [replace(view, address="") for view in events]
    return Activity(
        _linked(actor, events),
        may_read_log,
        refusals=refusals,
        broken=_broken(actor, happened),
    )


def _with_alarm(found: QuerySet[AuditEvent]) -> QuerySet[AuditEvent]:
    """The same events, each with the details of the newest alarm: a query less on the home page."""
    return found.annotate(alarm=Subquery(standing.alarms().values("detail")[:1]))


def _broken(actor: Actor, happened: list[AuditEvent]) -> str:
    detail = getattr(happened[0], "alarm", None) if happened else None
    may_read_all = rights_of(actor).allows_installation(Permission.READ_AUDIT)
    return standing.reason_in(detail) if detail and may_read_all else ""


def _with_first_syncs(events: list[EventView]) -> list[EventView]:
    """The events, each first sync within the line that says who added its universe."""
    added = {each.universe_id for each in events if each.tag == UniverseEvent.UNIVERSE_ADDED.tag}
    found: dict[int | None, str] = {}
    told = []
    for event in events:
        # An edited event tells of nothing that could be said elsewhere.
        is_first = event.tag == UniverseEvent.UNIVERSE_BASELINE.tag and not event.names_actor
        if is_first and event.universe_id in added:
            found[event.universe_id] = event.sentence.rpartition(": ")[2]
        elif event.tag == UniverseEvent.UNIVERSE_ADDED.tag:
            told.append(replace(event, afterword=found.pop(event.universe_id, "")))
        else:
            told.append(event)
    return told


def _refusals(found: QuerySet[AuditEvent]) -> QuerySet[AuditEvent]:
    """What was recently denied."""
    return found.filter(tag__in=refused.TAGS, time__gte=timezone.now() - REFUSED_WITHIN)


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
