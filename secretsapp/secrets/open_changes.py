"""Changes whose outcome is open, or was found out to be beyond finding out, as an actor may see."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from secretsapp.core.actor import Actor
from secretsapp.core.roles import Permission
from secretsapp.models import Change, Secret, Universe, User
from secretsapp.models.secrets import OPEN_STATES, ChangeKind, ChangeState
from secretsapp.opencloud.client import SETTLE_AFTER
from secretsapp.rules.narrowing import narrowed
from secretsapp.rules.roblox import NOUNS
from secretsapp.rules.sql import words

UNDETERMINED_FOR = timedelta(days=7)
# A sweep comes every minute, and reading Roblox may take one.
SWEEP_TAKES = timedelta(minutes=3)


@dataclass(frozen=True)
class OpenChange:
    """A change that is not settled; `settles_at` is when Roblox is read for its outcome."""

    change: Change
    settles_at: datetime
    is_overdue: bool
    links_secret: bool = False

    @property
    def who(self) -> str:
        """Who started it, by name where it is a person who has one and that was asked for."""
        return getattr(self.change, "starter_name", None) or self.change.actor_name

    @property
    def noun(self) -> str:
        """What it is in a word."""
        return NOUNS[ChangeKind(self.change.kind)]

    @property
    def phase(self) -> str:
        """How far it is, in a word that changes when what is to be said of it does."""
        return "overdue" if self.is_overdue else str(self.change.state)

    @property
    def is_unknown(self) -> bool:
        """Whether it was sent and no usable answer came; else it may still be on its way."""
        return self.change.state == ChangeState.UNKNOWN


@dataclass(frozen=True)
class Unsettled:
    """What is being settled, oldest first, and what recently couldn't be settled."""

    open: list[OpenChange]
    undetermined: list[OpenChange]


@dataclass(frozen=True)
class Settled:
    """A change that was open when someone looked, and no longer is."""

    change: Change

    @property
    def noun(self) -> str:
        """What it was in a word."""
        return NOUNS[ChangeKind(self.change.kind)]


@dataclass(frozen=True)
class Watched:
    """What is open in a universe, oldest first, and what came of changes that were looked for."""

    open: list[OpenChange]
    settled: list[Settled]

    @property
    def marks(self) -> list[str]:
        """What is said here of which change, to be sent back by who looks again."""
        marks = [f"{each.change.pk}.{each.phase}" for each in self.open]
        return [*marks, *(f"{each.change.pk}.{each.change.state}" for each in self.settled)]


def watch(
    actor: Actor, universe: Universe, *, name: str = "", ids: Collection[UUID] = ()
) -> Watched:
    """The open changes of secrets that the actor may list, and those of `ids` that are settled.

    Where `name` is given, of that secret alone.
    """
    changes = Change.objects.filter(Q(state__in=OPEN_STATES) | Q(pk__in=ids), universe=universe)
    listable = narrowed(actor, changes, Permission.LIST_SECRETS)
    found = [each for each in listable.order_by("started_at") if name in ("", each.name)]
    return Watched(
        open=told([each for each in found if each.state in OPEN_STATES]),
        settled=[Settled(each) for each in found if each.state not in OPEN_STATES],
    )


def told(changes: Iterable[Change]) -> list[OpenChange]:
    """The open changes with what is to be said of them now."""
    now = timezone.now()
    return [_open(change, now) for change in changes]


def _open(change: Change, now: datetime, *, links_secret: bool = False) -> OpenChange:
    settles_at = change.started_at + SETTLE_AFTER
    return OpenChange(change, settles_at, settles_at + SWEEP_TAKES < now, links_secret)


def visible(actor: Actor, universe: Universe | None = None) -> Unsettled:
    """The changes whose audit log the actor may read, in that universe if one is given.

    An undetermined one is told for a week, unless a later change of the secret has succeeded.
    """
    now = timezone.now()
    every = _readable(actor, _unsettled(now), now)
    # With the universe in the query an engine may read all of its changes rather than these few.
    found = [each for each in every if universe is None or each.change.universe_id == universe.pk]
    return Unsettled(
        open=[each for each in found if each.change.state in OPEN_STATES],
        undetermined=[each for each in found if each.change.state not in OPEN_STATES],
    )


def _unsettled(now: datetime) -> QuerySet[Change]:
    """Those that are open or undetermined, for each of which there is an index of its own."""
    later = Change.objects.filter(
        universe=OuterRef("universe"),
        name=OuterRef("name"),
        state=ChangeState.SUCCEEDED,
        started_at__gt=OuterRef("started_at"),
    )
    undetermined = Change.objects.filter(
        ~Exists(later), state=ChangeState.UNDETERMINED, settled_at__gte=now - UNDETERMINED_FOR
    )
    still_open = Change.objects.filter(state__in=words(*OPEN_STATES))
    return Change.objects.filter(pk__in=still_open.values("pk").union(undetermined.values("pk")))


def _readable(actor: Actor, changes: QuerySet[Change], now: datetime) -> Iterator[OpenChange]:
    listed = Secret.objects.filter(universe=OuterRef("universe"), name=OuterRef("name"))
    readable = narrowed(actor, changes, Permission.READ_AUDIT)
    starter = User.objects.filter(pk=OuterRef("actor_id")).values("name")
    found = readable.select_related("universe").annotate(
        is_listed=Exists(listed), starter_name=Subquery(starter)
    )
    for change in found.order_by("started_at"):
        yield _open(change, now, links_secret=change.is_listed)
