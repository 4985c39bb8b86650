"""The blocks of the index: which there are, and the times of their events."""

from array import array
from bisect import bisect_left
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from django.db.models import Count, Max, Min, Subquery

from secretsapp.core.errors import LogBroken
from secretsapp.log.index import bits
from secretsapp.models import AuditArchive, AuditBlock
from secretsapp.models import audit as audit_tables
from secretsapp.rules.sql import one_of

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_TIME_BYTES = array("q").itemsize


def within(since: datetime | None, until: datetime | None, among: range) -> dict[int, int]:
    """Which events of these blocks are of that time, of which both ends are within, as bits."""
    first, last = _ends(since, until)
    every = bits.below(audit_tables.BLOCK_SIZE)
    there = AuditBlock.objects.filter(
        block__range=(among.start, among.stop - 1), last_time__gte=first, first_time__lte=last
    )
    rows = there.values_list("block", "first_time", "last_time")
    found = {block: every if first <= start and end <= last else 0 for block, start, end in rows}
    for block, times in times_of(block for block, those in found.items() if not those).items():
        found[block] = between(times, first, last + 1)
    return found


def _ends(since: datetime | None, until: datetime | None) -> tuple[int, int]:
    largest = 2**63 - 2
    return (
        -largest if since is None else microseconds(since),
        largest if until is None else microseconds(until),
    )


def microseconds(time: datetime) -> int:
    """A time as a block has it."""
    return (time - _EPOCH) // _MICROSECOND


def times_of(blocks: Iterable[int]) -> dict[int, list[int]]:
    """The times of the events of these blocks."""
    rows = AuditBlock.objects.filter(block__in=one_of(blocks)).values_list("block", "times")
    return {block: read_times(kept) for block, kept in rows}


def read_times(kept: bytes | memoryview) -> list[int]:
    """The times of the events of a block as they are stored; raises LogBroken."""
    if len(kept) != audit_tables.BLOCK_SIZE * _TIME_BYTES:
        raise LogBroken(bits.EDITED)
    times = array("q")
    times.frombytes(kept)
    return times.tolist()


def are_in_order(times: list[int]) -> bool:
    """Whether each follows the one before; a clock that was put back is why one may not."""
    return times == sorted(times)


def between(times: list[int], first: int, end: int) -> int:
    """The bits of the times from `first` to before `end`."""
    if are_in_order(times):
        return bits.below(bisect_left(times, end)) & ~bits.below(bisect_left(times, first))
    return bits.at(place for place, time in enumerate(times) if first <= time < end)


def covered() -> range:
    """Which blocks are in the index: all from the first one that is not in an archive.

    One that stands apart was put there by someone else. Then the log is read without the index,
    which would hide what is between.
    """
    archived = AuditArchive.objects.order_by("-last").values("last")[:1]
    found = AuditBlock.objects.aggregate(
        first=Min("block"),
        last=Max("block"),
        count=Count("block"),
        archived=Max(Subquery(archived)),
    )
    begin = (found["archived"] or 0) // audit_tables.BLOCK_SIZE
    blocks = range(begin, begin + found["count"])
    are_in_a_row = blocks and (found["first"], found["last"]) == (begin, blocks[-1])
    return blocks if are_in_a_row else range(0)


def first_block() -> int:
    """The first block whose events are in no archive: that ends where a block does."""
    last: int = AuditArchive.objects.aggregate(last=Max("last", default=0))["last"]
    return last // audit_tables.BLOCK_SIZE


def span(since: datetime | None, until: datetime | None, blocks: range) -> range:
    """Those of the blocks that may hold events of that time."""
    if since is None and until is None:
        return blocks
    first, last = _ends(since, until)
    rows = AuditBlock.objects.filter(last_time__gte=first, first_time__lte=last)
    ends = rows.aggregate(first=Min("block"), last=Max("block"))
    return range(0) if ends["first"] is None else range(ends["first"], ends["last"] + 1)
