"""The audit log as an actor may read it: newest first, paged by sequence number."""

from dataclasses import dataclass, replace

from django.db.models import Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from secretsapp.core.actor import Actor
from secretsapp.core.errors import LogBroken, NotFound
from secretsapp.core.input_rules import is_storable
from secretsapp.core.roles import Permission, refusal
from secretsapp.log import archived, conditions, refused
from secretsapp.log.damaged_rows import read_rows
from secretsapp.log.event_view import EventView, unnamed, with_secret
from secretsapp.log.filters import AuditFilter
from secretsapp.log.folding import folded, with_other_half
from secretsapp.log.index import questions
from secretsapp.log.index.questions import Basis
from secretsapp.log.naming import named as named_people
from secretsapp.log.refused import Refusals
from secretsapp.log.searching import UNREADABLE, Search, search
from secretsapp.log.wording import view_of
from secretsapp.models import AuditArchive, AuditEvent, Secret, Universe
from secretsapp.rules.narrowing import narrowed, narrowed_universes
from secretsapp.rules.policy import rights_of
from secretsapp.rules.sql import one_of

PAGE_SIZE = 50
HISTORY_SIZE = 100
OF_PERSON = 20


@dataclass(frozen=True)
class AuditPage:
    """A page of events.

    `older` is the sequence number to ask before for the next page, and `newer` the one to ask
    after for the last, if there is one. On the last page `archive` is where earlier ones are.
    """

    events: list[EventView]
    older: int | None = None
    newer: int | None = None
    archive: AuditArchive | None = None


def may_read(actor: Actor) -> bool:
    """Whether the actor may read some part of the log."""
    return rights_of(actor).universes_with(Permission.READ_AUDIT) != set()


def within(actor: Actor, universe: Universe) -> AuditFilter:
    """All there is of that universe: its log or, for those who may not read it, the histories."""
    reads_log = rights_of(actor).allows_somewhere(Permission.READ_AUDIT, universe.pk)
    return AuditFilter(universe_id=universe.pk, of_histories=not reads_log)


def own(actor: Actor) -> AuditFilter:
    """All that the actor did, which everyone can read of themselves."""
    return AuditFilter(person_id=actor.person_id, of_own=True)


def page(
    actor: Actor,
    wanted: AuditFilter,
    before: int | None = None,
    after: int | None = None,
    search: Search | None = None,
) -> AuditPage:
    """The newest events the actor may read: older than `before`, or those that follow `after`.

    Raises Forbidden for those who may read no part of the log. Who reads the log of single
    universes, or of single names, is shown the events about them alone; of histories no network
    addresses are shown. `search` is what `looking_for` gave, where more is asked of it.
    """
    search = search or looking_for(actor, wanted)
    end = before if after is None else _end_of_page_after(search, after)
    numbers = search.newest(PAGE_SIZE + 1, end)
    shown = numbers[:PAGE_SIZE]
    views = _shown(actor, shown)
    return AuditPage(
        events=[_of_history(view) for view in views] if wanted.of_histories else views,
        older=shown[-1] if len(numbers) > PAGE_SIZE else None,
        newer=None if end is None or not search.next(1, end - 1) else end - 1,
        archive=archived.newest() if len(numbers) <= PAGE_SIZE else None,
    )


def one(actor: Actor, number: int) -> tuple[EventView, AuditFilter]:
    """The event of that number, and within what the actor may know of it; raises NotFound.

    It is read as in the log, as what one did oneself, or as in the history of its secret.
    """
    ways = [AuditFilter()] if may_read(actor) else []
    for way in [*ways, own(actor), AuditFilter(of_histories=True)]:
        wanted = replace(way, shows_attempts=True)
        if looked_for(actor, wanted).filter(sequence=number).exists():
            [view] = _shown(actor, [number])
            return (_of_history(view) if way.of_histories else view), way
    raise NotFound("The log has no event of that number, or you don’t have access to it.")


def of_person(actor: Actor, person_id: int) -> list[EventView]:
    """The newest events of what a person did and what was done to them; raises Forbidden."""
    own, numbers = questions.basis(actor), set[int]()
    for wanted in (AuditFilter(person_id=person_id), AuditFilter(about_id=person_id)):
        numbers |= set(looking_for(actor, wanted, own).newest(OF_PERSON))
    return _shown(actor, sorted(numbers)[-OF_PERSON:])


def _shown(actor: Actor, numbers: list[int]) -> list[EventView]:
    """Events by their numbers, so that nothing more is asked of what is not shown."""
    found = AuditEvent.objects.filter(sequence__in=one_of(numbers))
    events = newest(with_other_half(found), len(numbers))
    return _linked(actor, named_people([with_secret(view_of(event)) for event in events]))


def looking_for(
    actor: Actor, wanted: AuditFilter, own: Basis | None = None, *, up_to: int | None = None
) -> Search:
    """The search for what the actor may read of what is looked for; raises Forbidden.

    `own` is the actor's `questions.basis`, where more is asked of it. What came after number
    `up_to` is as if it had not come: a beginning whose outcome is among it stays.
    """
    every = with_beginnings(actor, wanted, up_to)
    own = own or questions.basis(actor, of_histories=wanted.of_histories, of_own=wanted.of_own)
    return search(own, wanted, every, up_to=up_to)


def count(actor: Actor, wanted: AuditFilter) -> int:
    """How many events the pages of that filter hold; raises Forbidden.

    With a beginning in time only what is younger is read, however long the log is: events follow
    each other in time, so that none before the last one that is older can be younger.
    """
    found = looked_for(actor, wanted)
    if wanted.since is not None:
        older = AuditEvent.objects.filter(time__lt=wanted.since).order_by("-sequence")
        last = Subquery(older.values("sequence")[:1])
        found = found.filter(sequence__gt=Coalesce(last, 0))
    return found.count()


def _end_of_page_after(search: Search, after: int) -> int | None:
    """Before which number the page ends that follows `after`; None where it is the newest."""
    numbers = search.next(PAGE_SIZE + 1, after)
    return numbers[PAGE_SIZE] if len(numbers) > PAGE_SIZE else None


def history(
    actor: Actor, universe: Universe, name: str, *, shows_attempts: bool = False
) -> list[EventView]:
    """The newest events about one secret but for refusals, for anyone who can list it.

    Raises Forbidden for others. Who may not read its audit log is shown no network addresses.
    """
    found = _about(actor, universe, name).exclude(tag__in=refused.TAGS)
    if not shows_attempts:
        found = folded(found)
    events = named_people([view_of(each) for each in newest(with_other_half(found), HISTORY_SIZE)])
    views = [replace(event, says_where=False, parts=unnamed(event.parts)) for event in events]
    if rights_of(actor).allows(Permission.READ_AUDIT, universe.pk, name):
        return views
    return [_of_history(view) for view in views]


def earlier(events: list[EventView]) -> AuditArchive | None:
    """Where earlier events of a history may be, unless there are more of them in the log."""
    return archived.newest() if len(events) < HISTORY_SIZE else None


def _of_history(event: EventView) -> EventView:
    """The event as people see it who can list its secret and not read the log."""
    return replace(event, address="", change_id="", session_id="", request_id="")


def refusals(actor: Actor, universe: Universe, name: str) -> list[Refusals]:
    """Who was denied what about one secret, for anyone who can list it; else Forbidden.

    Who may not read its audit log is told of their own refusals alone.
    """
    found = _about(actor, universe, name).filter(tag__in=refused.TAGS)
    if not rights_of(actor).allows(Permission.READ_AUDIT, universe.pk, name):
        found = found.filter(actor_id=str(actor.person_id))
    events = newest(found, refused.READ_AT_MOST)
    return refused.grouped(named_people([view_of(event) for event in events]))


def _about(actor: Actor, universe: Universe, name: str) -> QuerySet[AuditEvent]:
    if not rights_of(actor).allows(Permission.LIST_SECRETS, universe.pk, name):
        raise refusal(Permission.LIST_SECRETS, universe.pk, name)
    if not is_storable(name):
        return AuditEvent.objects.none()
    return AuditEvent.objects.filter(universe_id=str(universe.pk), secret_name=name)


def newest(found: QuerySet[AuditEvent], count: int) -> list[AuditEvent]:
    """So many of the events, the newest first; raises LogBroken where one cannot be read."""
    events = read_rows(found.order_by("-sequence")[:count])
    if events is None:
        raise LogBroken(UNREADABLE)
    return events


def _linked(actor: Actor, events: list[EventView]) -> list[EventView]:
    """The events with what of theirs still exists and may be seen, in two queries."""
    ids = {event.universe_id for event in events if event.universe_id is not None}
    about = Universe.objects.filter(pk__in=ids)
    universes = narrowed_universes(actor, about, Permission.LIST_SECRETS).in_bulk()
    secrets = Secret.objects.filter(
        universe__in=universes, name__in={event.secret_name for event in events}
    )
    listable = narrowed(actor, secrets, Permission.LIST_SECRETS)
    names = set(listable.values_list("universe_id", "name"))
    return [
        replace(
            event,
            universe=universes.get(event.universe_id or 0),
            links_secret=(event.universe_id, event.secret_name) in names,
        )
        for event in events
    ]


def readable(actor: Actor) -> QuerySet[AuditEvent]:
    """The events that the actor may read; raises Forbidden where there can be none."""
    if not may_read(actor):
        raise refusal(Permission.READ_AUDIT)
    everything = AuditEvent.objects.all()
    return narrowed(actor, everything, Permission.READ_AUDIT, name="secret_name")


def histories(actor: Actor) -> QuerySet[AuditEvent]:
    """The events about the secrets that the actor may list; of refusals only their own."""
    # Those that are about a secret have its name.
    about = AuditEvent.objects.exclude(secret_name="")  # nosec B106
    others = Q(tag__in=refused.TAGS) & ~Q(actor_id=str(actor.person_id))
    return narrowed(actor, about, Permission.LIST_SECRETS, name="secret_name").exclude(others)


def _permitted(actor: Actor, wanted: AuditFilter) -> QuerySet[AuditEvent]:
    if wanted.of_own:
        return AuditEvent.objects.filter(actor_id=str(actor.person_id))
    return histories(actor) if wanted.of_histories else readable(actor)


def looked_for(actor: Actor, wanted: AuditFilter) -> QuerySet[AuditEvent]:
    """What the actor may read of what is looked for; raises Forbidden as `readable`."""
    found = with_beginnings(actor, wanted)
    return found if wanted.shows_attempts else folded(found)


def with_beginnings(
    actor: Actor, wanted: AuditFilter, up_to: int | None = None
) -> QuerySet[AuditEvent]:
    """The same with all beginnings of changes, up to that number; raises Forbidden as `readable`.

    Histories show neither network addresses nor sessions, so by these nothing is found in them:
    someone who tries one after another would know them all.
    """
    if wanted.of_histories and (wanted.address or wanted.session_id or wanted.request_id):
        raise refusal(Permission.READ_AUDIT)
    found = _permitted(actor, wanted)
    if up_to is not None:
        found = found.filter(sequence__lte=up_to)
    texts = (wanted.person, wanted.about, wanted.secret, wanted.tag, wanted.change_id)
    if not all(map(is_storable, texts)):
        return found.none()
    for condition in conditions.of(wanted):
        found = found.filter(condition)
    return found
