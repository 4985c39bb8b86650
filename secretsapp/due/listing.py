"""What is due, as an actor may see it: the secrets, and how many of each kind."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Self

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet
from django.utils import timezone

from secretsapp.core.actor import Actor
from secretsapp.core.due_states import ASKING, DueState
from secretsapp.core.input_rules import UNIVERSE_ID_LIMIT, is_documented_name
from secretsapp.core.roles import Permission
from secretsapp.models import Secret, Universe, User
from secretsapp.models.universes import Environment
from secretsapp.rules.due_dates import asking, dates_of, in_state
from secretsapp.rules.narrowing import narrowed, secrets_anywhere
from secretsapp.rules.ordering import in_order
from secretsapp.rules.paging import Asked, Page, cut
from secretsapp.rules.policy import Rights, rights_of

MINE, NOBODY = "me", "none"
# The kinds that can be looked at, beside all that asks to be rotated.
KINDS = (DueState.OVERDUE, DueState.DUE, DueState.SOON, DueState.SNOOZED, DueState.UNKNOWN)


@dataclass(frozen=True)
class Wanted:
    """Of which secrets: those of a universe, of an environment, of an owner, of a day, of a kind.

    Nothing set means all. `owner` is an address, `MINE` or `NOBODY`.
    """

    universe_id: int | None = None
    environment: str = ""
    owner: str = ""
    kind: str = ""
    day: date | None = None

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> Self:
        """What an address asks for; what no one can ask for is left out."""
        universe, environment = query.get("universe", ""), query.get("environment", "")
        is_id = universe.isascii() and universe.isdigit() and len(universe) < 20
        kind = query.get("kind", "")
        return cls(
            universe_id=int(universe) if is_id and int(universe) <= UNIVERSE_ID_LIMIT else None,
            environment=environment if environment in Environment.values else "",
            owner=query.get("owner", "").strip().replace("\0", "")[:254],
            kind=kind if kind in KINDS else "",
            day=day_in(query.get("day", "")),
        )

    @property
    def parts(self) -> dict[str, str]:
        """The same as an address has it."""
        parts = {
            "universe": str(self.universe_id or ""),
            "environment": self.environment,
            "owner": self.owner,
            "kind": self.kind,
            "day": self.day.isoformat() if self.day else "",
        }
        return {name: text for name, text in parts.items() if text}

    @property
    def is_narrow(self) -> bool:
        """Whether it is of some place or owner alone."""
        return bool(self.universe_id or self.environment or self.owner)

    def of_kind(self, kind: str) -> Self:
        """The same, of that kind alone and of every day."""
        return replace(self, kind=kind, day=None)

    def of_day(self, day: date) -> Self:
        """The same, of what is due on that day."""
        return replace(self, kind="", day=day)


@dataclass(frozen=True)
class DueSecret:
    """A secret that is covered, how far along it is, and what the actor can do about it."""

    secret: Secret
    state: DueState
    may_rotate: bool
    may_snooze: bool


@dataclass(frozen=True)
class Counts:
    """How many secrets are how far along."""

    in_time: int = 0
    soon: int = 0
    due: int = 0
    overdue: int = 0
    snoozed: int = 0
    unknown: int = 0

    @property
    def covered(self) -> int:
        """How many a policy covers."""
        return sum(vars(self).values())

    @property
    def asking(self) -> int:
        """How many ask to be rotated."""
        return self.soon + self.due + self.overdue

    @property
    def share(self) -> int | None:
        """How many percent are in time, never rounded up to all; None where none is covered."""
        return 100 * (self.in_time + self.soon) // self.covered if self.covered else None


COUNTED = {state.value: state for state in DueState if state is not DueState.UNCOVERED}


_ORDER = {
    state: place for place, state in enumerate((*KINDS, DueState.IN_TIME, DueState.UNCOVERED))
}


def day_in(text: str) -> date | None:
    """A day as an address has it, or None where that is none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def due(actor: Actor, wanted: Wanted, asked: Asked, *, among: Q | None = None) -> Page[DueSecret]:
    """A page of what is due `among` the secrets, the most urgent first, in two queries."""
    today = timezone.now().date()
    found = listed(actor, wanted).filter(_kind(wanted, today), among or Q())
    rows = found.select_related("universe", "owner")
    page = cut(rows.order_by("due_on", "universe_id", "name"), asked.number)
    rights = rights_of(actor)
    views = [_view(rights, secret, today) for secret in page.items]
    # What is due on one day can be in several states: each is told once.
    return page.of(sorted(views, key=lambda view: _ORDER[view.state]))


def _view(rights: Rights, secret: Secret, today: date) -> DueSecret:
    permitted = rights.on(secret.universe_id, secret.name)
    state = dates_of(secret).state(today)
    may_rotate = Permission.ROTATE_SECRET in permitted and is_documented_name(secret.name)
    may_snooze = Permission.EDIT_DETAILS in permitted and state in (*ASKING, DueState.SNOOZED)
    return DueSecret(secret, state, may_rotate, may_snooze)


def _kind(wanted: Wanted, today: date) -> Q:
    if wanted.day is not None:
        return Q(due_on=wanted.day)
    return in_state(DueState(wanted.kind), today) if wanted.kind else asking(today)


@dataclass(frozen=True)
class ToRotate:
    """How many are due or overdue, and since when the first of them is."""

    count: int
    since: date | None


def to_rotate(actor: Actor) -> ToRotate:
    """What is due of the secrets that the actor can rotate, in one query."""
    today = timezone.now().date()
    due_now = Secret.objects.filter(asking(today), due_on__lte=today).order_by()
    found = narrowed(actor, due_now, Permission.ROTATE_SECRET)
    return ToRotate(**found.aggregate(count=Count("pk"), since=Min("due_on")))


def universes(actor: Actor) -> list[tuple[int, str]]:
    """The ids and names of the universes in which the actor can see a secret that is covered."""
    there = listed(actor, Wanted()).filter(universe=OuterRef("pk"), is_covered=True)
    rows = in_order(Universe.objects.filter(Exists(there)))
    return list(rows.values_list("pk", "name"))


def listed(actor: Actor, wanted: Wanted) -> QuerySet[Secret]:
    """The secrets there that the actor may list, in no order; of which kind is asked beside it."""
    rows = narrowed(actor, Secret.objects.order_by(), Permission.LIST_SECRETS)
    return _there(actor, rows, wanted)


def _there(actor: Actor, secrets: QuerySet[Secret], wanted: Wanted) -> QuerySet[Secret]:
    found = secrets.filter(missing_since=None)
    if wanted.universe_id is not None:
        found = found.filter(universe=wanted.universe_id)
    if wanted.environment:
        found = found.filter(universe__environment=wanted.environment)
    return found.filter(_owned(actor, wanted.owner)) if wanted.owner else found


def _owned(actor: Actor, owner: str) -> Q:
    if owner == NOBODY:
        return Q(owner=None)
    if owner == MINE:
        return Q(owner=actor.person_id or 0)
    return Q(owner__in=User.objects.filter(email__iexact=owner))


def count(actor: Actor, wanted: Wanted = Wanted()) -> Counts:
    """How many of the secrets that the actor may list are how far along, in one query.

    Nearly all of theirs are counted, so these are looked up from the grants.
    """
    rows = _there(actor, secrets_anywhere(actor, Permission.LIST_SECRETS), wanted)
    return counted(rows.filter(is_covered=True), timezone.now().date())


def counted(secrets: QuerySet[Secret], today: date) -> Counts:
    """How many of these secrets are how far along."""
    return Counts(**secrets.aggregate(**counts_by_state(today)))


def counts_by_state(today: date) -> dict[str, Count]:
    """The counts of each kind, for a query to ask."""
    return {word: Count("pk", filter=in_state(state, today)) for word, state in COUNTED.items()}
