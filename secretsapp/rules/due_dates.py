"""When secrets are due, stored with each, so that long lists sort, filter and count by it.

It follows from the day of the value and from the policies. Where a value changes,
`Secret.take_times` says it of the one row; where policies do, `renew` says it of all rows in a few
statements. Both happen under the lock of the universe, and nothing else writes these columns.
"""

from datetime import date, timedelta
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import (
    Case,
    DateField,
    Exists,
    Expression,
    F,
    Func,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Least
from django.db.models.sql.compiler import SQLCompiler

from secretsapp.core.due_states import OVERDUE_AFTER, DueDates, DueState
from secretsapp.core.times import LONGEST_LEAD, PART_OF_INTERVAL
from secretsapp.models import RotationPolicy, Secret, Snooze, Universe
from secretsapp.models.due import DueRule


class _Days(Func):
    """A day so many days after another, or before it; nothing where either is unknown."""

    output_field = DateField()
    template = "(%(expressions)s)"

    def __init__(self, day: Func | F, days: Expression | F, *, sign: str = "+") -> None:
        super().__init__(day, days)
        self.arg_joiner, self._sign = f" {sign} ", sign

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_extra: Any
    ) -> tuple[str, tuple[str | int, ...]]:
        """SQLite adds days by a word, such as `-14 days`."""
        joiner = f", '{self._sign}' || "
        template = "date(%(expressions)s || ' days')"
        return self.as_sql(compiler, connection, template=template, arg_joiner=joiner)


def renew(universes: QuerySet[Universe]) -> None:
    """Bring up to date when the secrets of these universes are due, in three statements.

    Who asks has changed a policy or what a universe is for, and has locked the universes.
    """
    universes.order_by().update(rotate_days=_days_of_universe())
    renew_secrets(Secret.objects.filter(universe__in=universes.order_by().values("pk")))


def renew_secrets(secrets: QuerySet[Secret]) -> None:
    """The same for these secrets, whose own policies or snoozes were changed; in two statements."""
    own = _own().exclude(rule=DueRule.FOLLOWS)
    universe = Universe.objects.filter(pk=OuterRef("universe_id"))
    secrets.order_by().update(
        rotate_days=Case(
            When(Exists(own), then=Subquery(own.values("days"))),
            default=Subquery(universe.values("rotate_days")),
        ),
        is_covered=Case(
            When(Exists(own), then=Exists(own.exclude(rule=DueRule.NEVER))),
            default=Exists(universe.filter(rotate_days__isnull=False)),
        ),
    )
    due_on = _due_on()
    secrets.order_by().update(
        due_on=due_on,
        due_soon_on=_Days(due_on, _lead(), sign="-"),
        snoozed_until=Subquery(_snooze().values("until")),
    )


def _days_of_universe() -> Subquery:
    """What the most exact policy says: that of the universe, of its environment, or of all."""
    universe = Universe.objects.filter(pk=OuterRef(OuterRef(OuterRef("pk"))))
    wide = RotationPolicy.objects.filter(secret=None, universe=None).order_by()
    levels = (
        RotationPolicy.objects.filter(universe=OuterRef(OuterRef("pk"))),
        wide.filter(environment__in=universe.values("environment")).exclude(environment=""),
        wide.filter(environment=""),
    )
    nearest = Coalesce(*(Subquery(each.values("pk")[:1]) for each in levels))
    return Subquery(RotationPolicy.objects.filter(pk=nearest).values("days"))


def _due_on() -> Coalesce:
    """The end of the value that is there, or so many days after the day it was set."""
    ending = _own().filter(rule=DueRule.ENDS, ends_of=OuterRef("update_time"))
    return Coalesce(Subquery(ending.values("ends_on")), _Days(F("valued_on"), F("rotate_days")))


def _lead() -> Coalesce:
    """How many days before that it is soon due, as `core.times.due_after` says it."""
    longest = Value(LONGEST_LEAD)
    return Coalesce(Least(longest, F("rotate_days") / Value(PART_OF_INTERVAL)), longest)


def _own() -> QuerySet[RotationPolicy]:
    return RotationPolicy.objects.filter(secret=OuterRef("pk"))


def _snooze() -> QuerySet[Snooze]:
    return Snooze.objects.filter(secret=OuterRef("pk"), version=OuterRef("update_time"))


def dates_of(secret: Secret) -> DueDates:
    """The days of a secret; those of one that Roblox doesn't have any more say nothing."""
    if secret.missing_since is not None:
        return DueDates()
    return DueDates(
        is_covered=secret.is_covered,
        due_on=secret.due_on,
        soon_on=secret.due_soon_on,
        snoozed_until=secret.snoozed_until,
    )


def in_state(state: DueState, today: date) -> Q:
    """The secrets that are so far along: in SQL what `DueDates.state` says of one."""
    covered = Q(missing_since=None, is_covered=True)
    if state is DueState.UNCOVERED:
        return ~covered
    if state is DueState.UNKNOWN:
        return covered & Q(due_on=None)
    if state is DueState.IN_TIME:
        return covered & Q(due_soon_on__gt=today)
    if state is DueState.SNOOZED:
        return covered & Q(due_soon_on__lte=today, snoozed_until__gt=today)
    since = today - OVERDUE_AFTER
    days = {
        DueState.SOON: Q(due_on__gt=today),
        DueState.DUE: Q(due_on__lte=today, due_on__gt=since),
        DueState.OVERDUE: Q(due_on__lte=since),
    }
    return asking(today) & days[state]


def asking(today: date) -> Q:
    """The secrets that are soon due, due or overdue and not put off.

    None that is due later than the longest lead can be soon due, and what is due is covered, so the
    index of days answers it alone.
    """
    awake = Q(snoozed_until=None) | Q(snoozed_until__lte=today)
    latest = today + timedelta(days=LONGEST_LEAD)
    found = Q(missing_since=None, due_on__lte=latest)
    return found & Q(due_soon_on__lte=today) & awake
