"""What someone who leaves could rotate, and whose values they know: what is to be rotated then."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from secretsapp.core import actor as actors
from secretsapp.core.actor import Actor
from secretsapp.core.roles import Permission
from secretsapp.core.times import CLOCK_TOLERANCE, parse_roblox_time
from secretsapp.models import Change, Proposal, Secret, Universe, User
from secretsapp.models.secrets import OPEN_STATES, ChangeKind, ChangeState, ProposalState
from secretsapp.opencloud.client import SETTLE_AFTER
from secretsapp.rules.narrowing import narrowed, narrowed_universes, secrets_anywhere
from secretsapp.rules.ordering import in_order
from secretsapp.rules.policy import require_installation

SAVED_WITHIN = timedelta(days=90)
UNIVERSES_NAMED, SECRETS_NAMED, SAVED_NAMED = 12, 8, 100

_SAVING = (ChangeKind.CREATE, ChangeKind.ROTATE)
_UNKNOWN = (*OPEN_STATES, ChangeState.UNDETERMINED)


@dataclass(frozen=True)
class InUniverse:
    """The first secrets of a universe that someone can rotate, and how many more there are."""

    universe: Universe
    names: list[str]
    further: int


@dataclass(frozen=True)
class Saved:
    """A secret whose value someone saved last at `at`, as far as `is_certain`.

    `is_there` says that it has a page, which a creation of unknown outcome has not. `is_theirs`
    says that no one is known to have updated it since.
    """

    universe: Universe
    name: str
    at: datetime
    is_there: bool
    is_certain: bool
    is_theirs: bool


@dataclass(frozen=True)
class SavedValues:
    """The first of such secrets, and how many more there are.

    Those come first that no one has updated since.
    """

    first: list[Saved]
    further: int


@dataclass(frozen=True)
class Leaving:
    """What someone can rotate, `count` in all, of which `further` are in universes not named.

    `saved` are the secrets whose value they saved of late.
    """

    places: list[InUniverse]
    count: int
    further: int
    saved: SavedValues


def of(actor: Actor, person: User) -> Leaving:
    """What is to be known before a person leaves, for who manages people; else Forbidden."""
    leaver = actors.remembering(actors.person(person.pk, person.email, actor.door))
    rows = narrowed(leaver, Secret.objects.filter(missing_since=None), Permission.ROTATE_SECRET)
    every = in_order(Universe.objects.all())
    first = narrowed_universes(leaver, every, Permission.ROTATE_SECRET)[:UNIVERSES_NAMED]
    anywhere = secrets_anywhere(leaver, Permission.ROTATE_SECRET)
    saved, count = saved_by(actor, person), anywhere.filter(missing_since=None).count()
    places = list(_places(rows, list(first)))
    named = sum(len(place.names) + place.further for place in places)
    return Leaving(places, count, count - named, saved)


def _places(rows: QuerySet[Secret], universes: list[Universe]) -> Iterator[InUniverse]:
    """The universes that have any of the rows, with the first names of each."""
    rank = Window(RowNumber(), partition_by="universe_id", order_by="name")
    held = Window(Count("pk"), partition_by="universe_id")
    ranked = rows.filter(universe__in=universes).annotate(rank=rank, held=held)
    found: dict[int, list[Any]] = {}
    for row in ranked.filter(rank__lte=SECRETS_NAMED).order_by("rank"):
        found.setdefault(row.universe_id, []).append(row)
    for universe in universes:
        if first := found.get(universe.pk):
            names = [row.name for row in first]
            yield InUniverse(universe, names, first[0].held - len(names))


def saved_by(actor: Actor, person: User) -> SavedValues:
    """The secrets whose value the person saved of late, for who manages people; else Forbidden.

    What Roblox refused is left out, and what is gone. What may have been saved is not.
    """
    require_installation(actor, Permission.MANAGE_PEOPLE)
    changes = _last_of_each(person)
    count = changes.count()
    found = [_saved(change) for change in changes[:SAVED_NAMED]]
    # Only here is a time of Roblox's, which is text, compared with one of ours.
    found.sort(key=lambda each: (each.is_theirs, each.at), reverse=True)
    return SavedValues(found, count - len(found))


def _last_of_each(person: User) -> QuerySet[Change]:
    """The last change of each value that the person may have saved, and that may be there.

    Those come last that someone else has overtaken. A creation of unknown outcome has no row yet.
    """
    row = Secret.objects.filter(
        universe=OuterRef("universe"), name=OuterRef("name"), missing_since=None
    )
    # Of what was approved it is the proposer who knows the value.
    proposed = Proposal.objects.filter(proposer=person, state=ProposalState.APPROVED)
    is_theirs = Q(last_change__actor_id=person.pk, last_change__proposed_by="") | Q(
        last_change__in=proposed.values("pk")
    )
    later = row.filter(last_change__started_at__gt=OuterRef("started_at"))
    begun = Change.objects.filter(
        Q(actor_id=person.pk, proposed_by="") | Q(pk__in=proposed.values("pk")),
        kind__in=_SAVING,
        started_at__gte=timezone.now() - SAVED_WITHIN,
    ).exclude(state=ChangeState.FAILED)
    known = begun.annotate(
        is_there=Exists(row),
        is_overtaken=Exists(later.exclude(is_theirs)),
        outside=Subquery(row.filter(last_change=None).values("update_time")[:1]),
    ).filter(Q(is_there=True) | Q(kind=ChangeKind.CREATE, state__in=_UNKNOWN))
    place = Window(
        RowNumber(), partition_by=["universe_id", "name"], order_by=["-started_at", "-pk"]
    )
    last = known.annotate(place=place).filter(place=1).select_related("universe")
    return last.order_by("is_overtaken", "-started_at", "pk")


def _saved(change: Any) -> Saved:
    """What is said of it, by what `_last_of_each` found of its row."""
    return Saved(
        universe=change.universe,
        name=change.name,
        at=change.started_at,
        is_there=change.is_there,
        is_certain=change.state == ChangeState.SUCCEEDED,
        is_theirs=not (change.is_overtaken or _is_later(change.outside, change.started_at)),
    )


def _is_later(outside: str | None, at: datetime) -> bool:
    """Whether Roblox's time of a change that is none of ours is too late to be of that one."""
    updated = parse_roblox_time(outside or "")
    return updated is not None and updated > at + SETTLE_AFTER + CLOCK_TOLERANCE
