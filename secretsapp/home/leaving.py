"""What someone who leaves could rotate, and whose values they know: what is to be rotated then."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, QuerySet, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from secretsapp.core import actor as actors
from secretsapp.core.actor import Actor, ActorKind
from secretsapp.core.events import Event
from secretsapp.core.roles import Permission
from secretsapp.models import AuditEvent, Change, Secret, Universe, User
from secretsapp.models.changes import ChangeState
from secretsapp.rules.narrowing import narrowed, narrowed_universes
from secretsapp.rules.ordering import in_order
from secretsapp.rules.policy import require_installation

SAVED_WITHIN = timedelta(days=90)
UNIVERSES_NAMED, SECRETS_NAMED, CHANGES_READ = 12, 8, 200

_BEGINNINGS = (Event.SECRET_CREATE_STARTED.tag, Event.SECRET_ROTATE_STARTED.tag)
# A secret, by the id of its universe and its name.
_Key = tuple[int, str]


@dataclass(frozen=True)
class InUniverse:
    """The first secrets of a universe that someone can rotate, and how many more there are."""

    universe: Universe
    names: list[str]
    further: int


@dataclass(frozen=True)
class Saved:
    """A secret whose value someone saved last at `at`, and whether no one has since."""

    secret: Secret
    at: datetime
    is_theirs: bool


@dataclass(frozen=True)
class Leaving:
    """What someone can rotate, `count` in all, of which `further` are in universes not named.

    `saved` are the secrets whose value they saved of late, those first that no one has updated
    since.
    """

    places: list[InUniverse]
    count: int
    further: int
    saved: list[Saved]


def of(actor: Actor, person: User) -> Leaving:
    """What is to be known before a person leaves, for who manages people; else Forbidden."""
    leaver = actors.person(person.pk, person.email, actor.door)
    rows = narrowed(leaver, Secret.objects.filter(missing_since=None), Permission.ROTATE_SECRET)
    every = in_order(Universe.objects.all())
    first = narrowed_universes(leaver, every, Permission.ROTATE_SECRET)[:UNIVERSES_NAMED]
    saved, count = saved_by(actor, person), rows.count()
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


def saved_by(actor: Actor, person: User) -> list[Saved]:
    """The secrets whose value the person saved of late, for who manages people; else Forbidden.

    What Roblox refused is left out, and what is gone. What may have been saved is not.
    """
    require_installation(actor, Permission.MANAGE_PEOPLE)
    at = _saved_at(person)
    rows = Secret.objects.filter(
        universe__in={universe for universe, _ in at}, name__in={name for _, name in at}
    )
    known = rows.filter(missing_since=None).select_related("universe", "last_change")
    saved = list(_saved(person, known, at))
    return sorted(saved, key=lambda each: (each.is_theirs, each.at), reverse=True)


def _saved_at(person: User) -> dict[_Key, datetime]:
    """These secrets, with when the person saved each last."""
    begun = AuditEvent.objects.filter(
        actor_kind=ActorKind.PERSON,
        actor_id=str(person.pk),
        tag__in=_BEGINNINGS,
        time__gte=timezone.now() - SAVED_WITHIN,
    )
    # The log has an index of who acted; what came of it is told by the changes.
    ids = begun.order_by("-sequence").values_list("change_id", flat=True)[:CHANGES_READ]
    changes = Change.objects.filter(pk__in=filter(None, map(_parsed, ids)))
    sent = changes.exclude(state=ChangeState.FAILED).order_by("started_at")
    return {(change.universe_id, change.name): change.started_at for change in sent}


def _parsed(change_id: str) -> UUID | None:
    """The id of a change; None for what is none, as in a log that someone edited."""
    try:
        return UUID(change_id)
    except ValueError:
        return None


def _saved(person: User, rows: Iterable[Secret], at: dict[_Key, datetime]) -> Iterator[Saved]:
    for secret in rows:
        if time := at.get((secret.universe_id, secret.name)):
            last = secret.last_change
            is_theirs = last is not None and last.actor_id == person.pk
            yield Saved(secret, time, is_theirs)
