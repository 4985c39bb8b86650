"""How many events there are on each day, counted among the newest: a long log costs no more."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from math import sqrt

from django.db.models import Max, QuerySet, TextField
from django.db.models.functions import Cast, Substr
from django.utils import timezone

from secretsapp.core.actor import Actor
from secretsapp.log.reading import AuditFilter, looked_for
from secretsapp.models import AuditEvent

MOST = 5000
LOOKED_THROUGH = 50_000
DAYS = 30
_LENGTH_OF_DAY = len("2026-12-03")


@dataclass(frozen=True)
class Day:
    """How many events there were on a day in UTC; None where they were not counted.

    `height` is the root of that, in percent of the day with the most: so a single busy day does not
    hide what happened on all others.
    """

    day: date
    count: int | None
    height: int


@dataclass(frozen=True)
class Counts:
    """How many events there are, or that there are more than `total`; and the last days of them.

    `among` is how many events were looked through, where older ones were not.
    """

    total: int
    is_more: bool
    among: int
    days: list[Day]

    @property
    def words(self) -> str:
        """How many there are, in words."""
        if self.is_more:
            return f"More than {self.total:,} events"
        if self.among:
            return f"{self.total:,} among the newest {self.among:,} events"
        return f"{self.total:,} {'event' if self.total == 1 else 'events'}"


def count(actor: Actor, wanted: AuditFilter) -> Counts:
    """What the actor may read of what is looked for, in three queries; raises Forbidden as `page`.

    No more than the newest events of the log are looked through, as no index finds the rest.
    """
    newest = AuditEvent.objects.aggregate(last=Max("sequence"))["last"] or 0
    before = _on_days(AuditEvent.objects.filter(sequence=newest - LOOKED_THROUGH))
    # The day of the newest event that is not looked at, unless all of them are too old anyway.
    skipped = "".join(before)
    if wanted.since is not None and skipped < f"{_day_of(wanted.since)}":
        skipped = ""
    there = looked_for(actor, wanted).filter(sequence__gt=newest - LOOKED_THROUGH)
    found = list(_on_days(there.order_by("-sequence"))[: MOST + 1])
    is_more, counted = len(found) > MOST, found[:MOST]
    days = _days(wanted, counted, known_after=counted[-1] if is_more else skipped)
    return Counts(len(counted), is_more, LOOKED_THROUGH if skipped else 0, days)


def _on_days(events: QuerySet[AuditEvent]) -> "QuerySet[AuditEvent, str]":
    """The days of the events, as text: it begins alike on both engines, and neither has to work."""
    day = Substr(Cast("time", TextField()), 1, _LENGTH_OF_DAY)
    return events.annotate(on_day=day).values_list("on_day", flat=True)


def _days(wanted: AuditFilter, counted: list[str], *, known_after: str) -> list[Day]:
    """The days of the time that is looked for, no more than the last thirty.

    Of the day `known_after`, and those before it, some events may not have been counted.
    """
    by_day = Counter(counted)
    last = min(_day_of(wanted.until), _day_of(None))
    first = max(last - timedelta(days=DAYS - 1), _day_of(wanted.since, date.min))
    shown = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    counts = [by_day[f"{day}"] if f"{day}" > known_after else None for day in shown]
    most = max((each or 0 for each in counts), default=0) or 1
    return [
        Day(day, each, height=round(100 * sqrt((each or 0) / most)))
        for day, each in zip(shown, counts, strict=True)
    ]


def _day_of(time: datetime | None, otherwise: date | None = None) -> date:
    if time is not None:
        return time.astimezone(UTC).date()
    return otherwise or timezone.now().astimezone(UTC).date()
