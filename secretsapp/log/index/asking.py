"""Questions to the index: nodes that each say which events of some blocks they mean.

A node is asked about blocks in a row, and gives the bits of those blocks where it means any.
"""

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol

from django.db.models import Count, F, Max, Min, Subquery, Value

from secretsapp.core.errors import LogBroken
from secretsapp.log.index import bits
from secretsapp.models import AuditArchive, AuditBlock, AuditPosting, AuditShelf
from secretsapp.models import audit as audit_tables

Bits = dict[int, int]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_TIME_BYTES = array("q").itemsize
# No engine is asked about more terms at once.
TERMS_AT_ONCE = 5000
# So many shelves are looked at first, and each time so many times more, up to the last number.
FIRST_SHELVES, GROWTH, MOST_SHELVES = 1, 4, 64


class Node(Protocol):
    """A question to the index."""

    def among(self, blocks: Sequence[int]) -> Bits:
        """Which events of these blocks, which come in order, are meant."""


@dataclass(frozen=True)
class Everything:
    """All events."""

    def among(self, blocks: Sequence[int]) -> Bits:
        """All of each."""
        return dict.fromkeys(blocks, bits.every())


@dataclass(frozen=True)
class Held:
    """Events that hold one of these terms; each row is read once, however often it is asked."""

    ids: tuple[int, ...]
    _shelves: dict[int, Bits] = field(default_factory=dict, compare=False, repr=False)

    def among(self, blocks: Sequence[int]) -> Bits:
        """What their postings say."""
        if not blocks or not self.ids:
            return {}
        first, last, size = min(blocks), max(blocks), audit_tables.SHELF_SIZE
        shelves = range(first // size, last // size + 1)
        unread = [shelf for shelf in shelves if shelf not in self._shelves]
        if unread:
            self._read(range(unread[0], unread[-1] + 1))
        found = [pair for shelf in shelves for pair in self._shelves[shelf].items()]
        return {block: those for block, those in found if first <= block <= last}

    def _read(self, shelves: range) -> None:
        kept: dict[tuple[int, bool], list[bytes]] = {}
        for start in range(0, len(self.ids), TERMS_AT_ONCE):
            for _, place, each, is_shelf in _stored(self.ids[start:][:TERMS_AT_ONCE], shelves):
                kept.setdefault((place, is_shelf), []).append(each)
        read: dict[int, Bits] = {shelf: {} for shelf in shelves}
        for (place, is_shelf), those in kept.items():
            shelf = place if is_shelf else place // audit_tables.SHELF_SIZE
            read[shelf].update(_parted(place, bits.read(*those), is_shelf))
        self._shelves.update(read)


def _parted(place: int, those: int, is_shelf: bool) -> Iterable[tuple[int, int]]:
    return bits.parted(place, those) if is_shelf else [(place, those)]


def each_of(ids: Sequence[int], blocks: Sequence[int]) -> dict[int, Bits]:
    """What the postings of each of a few terms say, in one query for all of them."""
    size = audit_tables.SHELF_SIZE
    found: dict[int, Bits] = {term_id: {} for term_id in ids}
    shelves = range(min(blocks) // size, max(blocks) // size + 1)
    for term_id, place, kept, is_shelf in _stored(ids, shelves):
        found[term_id].update(_parted(place, bits.read(kept), is_shelf))
    return found


def _stored(ids: Sequence[int], shelves: range) -> Iterator[tuple[int, int, bytes, bool]]:
    """What is stored of these terms in shelves in a row: which term, the place of a shelf or of a
    block, its bits, and whether they are a shelf's. Only the last shelf can be in blocks."""
    size, columns = audit_tables.SHELF_SIZE, ("term_id", "place", "bits", "is_shelf")
    whole = AuditShelf.objects.filter(term_id__in=ids, shelf__range=(shelves[0], shelves[-1]))
    blocks = (shelves[0] * size, shelves.stop * size - 1)
    apart = AuditPosting.objects.filter(term_id__in=ids, block__range=blocks)
    found = whole.annotate(place=F("shelf"), is_shelf=Value(1)).values_list(*columns)
    rows = found.union(
        apart.annotate(place=F("block"), is_shelf=Value(0)).values_list(*columns), all=True
    )
    for term_id, place, kept, is_shelf in rows:
        yield term_id, place, kept, bool(is_shelf)


@dataclass(frozen=True)
class AllOf:
    """Events that all the parts mean; a later one is asked only if the earlier ones mean any."""

    parts: tuple[Node, ...]

    def among(self, blocks: Sequence[int]) -> Bits:
        """What they have in common."""
        found = dict.fromkeys(blocks, bits.every())
        for part in self.parts:
            those = part.among(blocks) if found else {}
            both = {block: mine & those.get(block, 0) for block, mine in found.items()}
            found = {block: common for block, common in both.items() if common}
        return found


@dataclass(frozen=True)
class AnyOf:
    """Events that one of the parts means."""

    parts: tuple[Node, ...]

    def among(self, blocks: Sequence[int]) -> Bits:
        """What they mean together."""
        found: Bits = {}
        for part in self.parts:
            for block, those in part.among(blocks).items():
                found[block] = found.get(block, 0) | those
        return found


@dataclass(frozen=True)
class Without:
    """Events that the part does not mean."""

    part: Node

    def among(self, blocks: Sequence[int]) -> Bits:
        """The others of each block."""
        those = self.part.among(blocks)
        return {block: bits.every() & ~those.get(block, 0) for block in blocks}


@dataclass(frozen=True)
class Within:
    """Events of a time, of which both ends are within."""

    since: datetime | None
    until: datetime | None
    # Of each block that is within, what of it is; None where that has to be read.
    _known: dict[int, int | None] = field(default_factory=dict, compare=False, repr=False)

    def among(self, blocks: Sequence[int]) -> Bits:
        """All of a block that is within, and the right ones of one that is in part."""
        first, last = _ends(self.since, self.until)
        if blocks and not self._known:
            rows = AuditBlock.objects.filter(last_time__gte=first, first_time__lte=last)
            for block, begin, end in rows.values_list("block", "first_time", "last_time"):
                self._known[block] = bits.every() if first <= begin and end <= last else None
        found = {block: self._known[block] for block in blocks if block in self._known}
        if unread := [block for block, those in found.items() if those is None]:
            for block, times in times_of(unread).items():
                self._known[block] = between(times, first, last + 1)
        return {block: self._known[block] or 0 for block in found}


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
    rows = AuditBlock.objects.filter(block__in=list(blocks)).values_list("block", "times")
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


def numbers(node: Node, within: range, *, newest_first: bool = True) -> Iterator[list[int]]:
    """The numbers of the events that are meant and within, a list for each block with any."""
    first, last = within.start, within.stop - 1
    begin, end = bits.block_of(first), bits.block_of(last) + 1
    for blocks in windows(begin, end, newest_first=newest_first):
        found = node.among(blocks)
        for block in sorted(found, reverse=newest_first):
            start = bits.first_of(block)
            those = [start + place for place in bits.places(found[block])]
            those = [number for number in those if number in within]
            yield those[::-1] if newest_first else those


def windows(begin: int, end: int, *, newest_first: bool = True) -> Iterator[range]:
    """The blocks from `begin` to before `end`, by shelves: a few first, then more at a time.

    What there is of a shelf at the end comes with a whole one: alone it rarely has a page's events.
    """
    size, shelf = FIRST_SHELVES, audit_tables.SHELF_SIZE
    while begin < end:
        if newest_first:
            start = max(begin, (end // shelf - size) * shelf)
            yield range(start, end)
            end = start
        else:
            stop = min(end, (-(-begin // shelf) + size) * shelf)
            yield range(begin, stop)
            begin = stop
        size = min(size * GROWTH, MOST_SHELVES)
