"""A month of days, and how many secrets are due on each."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count

from secretsapp.core.actor import Actor
from secretsapp.due.listing import Wanted, listed

# So far from today a calendar can be turned.
MONTHS_AROUND = 120


@dataclass(frozen=True)
class Day:
    """A day of a calendar; `is_within` says whether it is in the month, or fills its weeks."""

    day: date
    count: int
    is_within: bool


@dataclass(frozen=True)
class Month:
    """A month by its first day, in weeks from Monday on; the months beside it, if there are any."""

    first: date
    weeks: list[list[Day]]
    previous: date | None
    next: date | None

    @property
    def count(self) -> int:
        """How many are due in the month."""
        return sum(day.count for week in self.weeks for day in week if day.is_within)


def month_in(text: str, today: date) -> date:
    """The first day of the month that an address names, such as `2026-12`; or of this month."""
    try:
        asked = date.fromisoformat(f"{text}-01")
    except ValueError:
        asked = today
    return asked.replace(day=1) if _is_near(asked, today) else today.replace(day=1)


def month(actor: Actor, wanted: Wanted, first: date, today: date) -> Month:
    """The month that begins on that day, in one query."""
    begin, following = first - timedelta(days=first.weekday()), _following(first)
    days = [begin]
    while days[-1] < following - timedelta(days=1) or len(days) % 7:
        days.append(days[-1] + timedelta(days=1))
    counts = _counts(actor, wanted, days[0], days[-1])
    cells = [Day(day, counts.get(day, 0), first <= day < following) for day in days]
    before = (first - timedelta(days=1)).replace(day=1)
    return Month(
        first=first,
        weeks=[cells[place : place + 7] for place in range(0, len(cells), 7)],
        previous=before if _is_near(before, today) else None,
        next=following if _is_near(following, today) else None,
    )


def _following(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)


def _is_near(day: date, today: date) -> bool:
    return abs((day.year - today.year) * 12 + day.month - today.month) <= MONTHS_AROUND


def _counts(actor: Actor, wanted: Wanted, first: date, last: date) -> dict[date, int]:
    rows = listed(actor, wanted).filter(due_on__gte=first, due_on__lte=last)
    counts = rows.values_list("due_on").annotate(count=Count("pk"))
    return {day: number for day, number in counts if day}
