"""How many events there are on each day, counted among the newest: a long log costs no more."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from math import sqrt

from django.db.models import Max, Subquery
from django.utils import timezone

from secretsapp.core.actor import Actor
from secretsapp.core.events.kinds import Verb
from secretsapp.log import reading
from secretsapp.log.filters import AuditFilter
from secretsapp.log.index import blocks, daily
from secretsapp.log.index.daily import OfDay, verb_of
from secretsapp.log.searching import Search
from secretsapp.models import AuditArchive, AuditBlock, AuditEvent
from secretsapp.models import audit as audit_tables

# So many events are read, where the index does not count them.
MOST = 5000
LOOKED_THROUGH = 50_000
DAYS = 30


@dataclass(frozen=True)
class Day:
    """How many events there were on a day, in all and by verb; None where they were not counted.

    `height` is the root of that, in percent of the day with the most: so a single busy day does not
    hide what happened on all others.
    """

    day: date
    count: int | None
    height: int
    verbs: Mapping[Verb | None, int]


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


def count(
    actor: Actor, wanted: AuditFilter, zone: tzinfo = UTC, search: Search | None = None
) -> Counts:
    """What the actor may read of what is looked for, by days; raises Forbidden as `page`.

    No more than the newest events of the time that is looked for are looked through.
    """
    search = search or reading.looking_for(actor, wanted)
    if search.end and search.is_exact:
        return _by_index(search, wanted, zone)
    return _by_rows(search, wanted, zone)


def _by_index(search: Search, wanted: AuditFilter, zone: tzinfo) -> Counts:
    """The tail by its rows, and the blocks by their bits."""
    tail = search.tail(search.end, MOST + 1)
    is_more, counted = len(tail) > MOST, _of_days(tail[:MOST], zone)
    # Where the index begins with the first event, nothing is in an archive.
    archived = date.min if search.begin == 1 else _archived_until(zone)
    if is_more:
        known_after = max(_day(tail[MOST - 1], zone), archived)
        return _counts(wanted, counted, zone, is_more=True, known_after=known_after)
    span = blocks.span(wanted.since, wanted.until, search.blocks)
    looked, skipped = span[-(LOOKED_THROUGH // audit_tables.BLOCK_SIZE) :], date.min
    if len(span) > len(looked):
        newest = AuditBlock.objects.filter(block__lt=looked[0]).aggregate(last=Max("last_time"))
        skipped = daily.day_of(newest["last"], zone)
    if looked:
        counted += daily.count(search.folded, looked, zone, _shown(wanted, zone)[0])
    among = 0 if skipped == date.min else len(looked) * audit_tables.BLOCK_SIZE
    return _counts(wanted, counted, zone, among=among, known_after=max(skipped, archived))


def _by_rows(search: Search, wanted: AuditFilter, zone: tzinfo) -> Counts:
    newest = AuditEvent.objects.aggregate(last=Max("sequence"))["last"] or 0
    skipped = date.min
    if newest > LOOKED_THROUGH:
        # The day of the newest event that is not looked at, unless all of them are too old anyway.
        last = AuditEvent.objects.filter(sequence=newest - LOOKED_THROUGH)
        skipped = max(
            (_day(each, zone) for each in last.values_list("tag", "time")), default=date.min
        )
    if wanted.since is not None and skipped < _day_of(wanted.since, zone):
        skipped = date.min
    found = search.tail(newest - LOOKED_THROUGH, MOST + 1)
    is_more, read = len(found) > MOST, found[:MOST]
    known_after = _day(read[-1], zone) if is_more else skipped
    return _counts(
        wanted,
        _of_days(read, zone),
        zone,
        is_more=is_more,
        among=0 if skipped == date.min else LOOKED_THROUGH,
        known_after=max(known_after, _archived_until(zone)),
    )


def _of_days(rows: list[tuple[str, datetime | None]], zone: tzinfo) -> OfDay:
    return Counter((_day(row, zone), verb_of(row[0])) for row in rows)


def _day(row: tuple[str, datetime | None], zone: tzinfo) -> date:
    """The day of an event; of one whose time someone edited it is the first there is."""
    try:
        return date.min if row[1] is None else _day_of(row[1], zone)
    except OverflowError:
        return date.min


def _counts(
    wanted: AuditFilter,
    counted: OfDay,
    zone: tzinfo,
    *,
    is_more: bool = False,
    among: int = 0,
    known_after: date,
) -> Counts:
    days = _days(wanted, counted, zone, known_after=known_after)
    return Counts(counted.total(), is_more, among, days)


def _archived_until(zone: tzinfo) -> date:
    """The last day of which events may be in an archive."""
    last = AuditArchive.objects.order_by("-number").values("last")[:1]
    behind = AuditEvent.objects.filter(sequence=Subquery(last) + 1)
    return max((_day(each, zone) for each in behind.values_list("tag", "time")), default=date.min)


def _days(wanted: AuditFilter, counted: OfDay, zone: tzinfo, *, known_after: date) -> list[Day]:
    """The days of the time that is looked for, no more than the last thirty.

    Of the day `known_after`, and those before it, some events may not have been counted.
    """
    first, last = _shown(wanted, zone)
    by_day: dict[date, dict[Verb | None, int]] = {}
    for (day, verb), number in counted.items():
        by_day.setdefault(day, {})[verb] = number
    shown = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    known = {day: by_day.get(day, {}) if day > known_after else None for day in shown}
    most = max((sum((each or {}).values()) for each in known.values()), default=0) or 1
    return [_told(day, verbs, most) for day, verbs in known.items()]


def _shown(wanted: AuditFilter, zone: tzinfo) -> tuple[date, date]:
    """The first and the last day that is shown."""
    today = _day_of(timezone.now(), zone)
    last = min(_day_of(wanted.until, zone) if wanted.until else today, today)
    since = _day_of(wanted.since, zone) if wanted.since else date.min
    return max(last - timedelta(days=DAYS - 1), since), last


def _told(day: date, verbs: dict[Verb | None, int] | None, most: int) -> Day:
    if verbs is None:
        return Day(day, None, 0, {})
    total = sum(verbs.values())
    return Day(day, total, round(100 * sqrt(total / most)), verbs)


def _day_of(time: datetime, zone: tzinfo) -> date:
    return time.astimezone(zone).date()
