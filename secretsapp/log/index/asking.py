"""Questions to the index: nodes that each say which events of some shelves they mean.

A node gives the bits of those shelves where it means any. Of the last shelf, bits may be set behind
the last block that is in the index: who asks leaves them out.
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
# So many shelves are looked at first: one that is whole, and what there is of one at the end, which
# rarely has a page's events. Then as many as are likely to hold so many events more, within these
# bounds.
FIRST_SHELVES, GROWTH, MOST_SHELVES, EVENTS_AT_ONCE = 2, 4, 64, 150


class Node(Protocol):
    """A question to the index."""

    def among(self, shelves: Sequence[int]) -> Bits:
        """Which events of these shelves, which come in order, are meant."""


@dataclass(frozen=True)
class Everything:
    """All events."""

    def among(self, shelves: Sequence[int]) -> Bits:
        """All of each."""
        return dict.fromkeys(shelves, bits.every())


@dataclass(frozen=True)
class Held:
    """Events that hold one of these terms; each row is read once, however often it is asked."""

    ids: tuple[int, ...]
    _known: Bits = field(default_factory=dict, compare=False, repr=False)

    def among(self, shelves: Sequence[int]) -> Bits:
        """What their postings say."""
        unread = [shelf for shelf in shelves if shelf not in self._known]
        if unread and self.ids:
            self._read(unread)
        return {shelf: those for shelf in shelves if (those := self._known.get(shelf, 0))}

    def _read(self, shelves: Sequence[int]) -> None:
        kept: dict[tuple[int, int], list[bytes]] = {}
        for start in range(0, len(self.ids), TERMS_AT_ONCE):
            for _, shelf, shift, each in _stored(self.ids[start:][:TERMS_AT_ONCE], shelves):
                kept.setdefault((shelf, shift), []).append(each)
        self._known.update(dict.fromkeys(shelves, 0))
        for (shelf, shift), those in kept.items():
            self._known[shelf] |= bits.read(*those) << shift


def each_of(ids: Sequence[int], shelves: Sequence[int]) -> dict[int, Bits]:
    """What the postings of each of a few terms say, in one query for all of them."""
    found: dict[int, Bits] = {term_id: {} for term_id in ids}
    for term_id, shelf, shift, kept in _stored(ids, shelves):
        of_term = found[term_id]
        of_term[shelf] = of_term.get(shelf, 0) | bits.read(kept) << shift
    return found


def _stored(ids: Sequence[int], shelves: Sequence[int]) -> Iterator[tuple[int, int, int, bytes]]:
    """What is stored of these terms in these shelves, which come in order: which term, the shelf,
    the place in it where its bits begin, and these. Only the last shelf can be in blocks."""
    size, columns = audit_tables.SHELF_SIZE, ("term_id", "place", "bits", "is_shelf")
    whole = AuditShelf.objects.filter(term_id__in=ids, shelf__in=shelves)
    last = (shelves[-1] * size, (shelves[-1] + 1) * size - 1)
    apart = AuditPosting.objects.filter(term_id__in=ids, block__range=last)
    found = whole.annotate(place=F("shelf"), is_shelf=Value(1)).values_list(*columns)
    rows = found.union(
        apart.annotate(place=F("block"), is_shelf=Value(0)).values_list(*columns), all=True
    )
    for term_id, place, kept, is_shelf in rows:
        if is_shelf:
            yield term_id, place, 0, kept
        else:
            yield term_id, place // size, place % size * audit_tables.BLOCK_SIZE, kept


@dataclass(frozen=True)
class AllOf:
    """Events that all the parts mean; a later one is asked only where the earlier ones mean any."""

    parts: tuple[Node, ...]

    def among(self, shelves: Sequence[int]) -> Bits:
        """What they have in common."""
        found = dict.fromkeys(shelves, bits.every())
        for part in self.parts:
            those = part.among(list(found)) if found else {}
            both = {shelf: found[shelf] & mine for shelf, mine in those.items()}
            found = {shelf: common for shelf, common in both.items() if common}
        return found


@dataclass(frozen=True)
class AnyOf:
    """Events that one of the parts means."""

    parts: tuple[Node, ...]

    def among(self, shelves: Sequence[int]) -> Bits:
        """What they mean together."""
        found: Bits = {}
        for part in self.parts:
            for shelf, those in part.among(shelves).items():
                found[shelf] = found.get(shelf, 0) | those
        return dict(sorted(found.items()))


@dataclass(frozen=True)
class Without:
    """Events that the part does not mean."""

    part: Node

    def among(self, shelves: Sequence[int]) -> Bits:
        """The others of each shelf."""
        those = self.part.among(shelves)
        return {shelf: bits.every() & ~those.get(shelf, 0) for shelf in shelves}


@dataclass(frozen=True)
class Within:
    """Events of a time, of which both ends are within."""

    since: datetime | None
    until: datetime | None
    _known: Bits = field(default_factory=dict, compare=False, repr=False)

    def among(self, shelves: Sequence[int]) -> Bits:
        """All of a block that is within, and the right ones of one that is in part."""
        if unread := [shelf for shelf in shelves if shelf not in self._known]:
            self._read(unread)
        return {shelf: those for shelf in shelves if (those := self._known[shelf])}

    def _read(self, shelves: Sequence[int]) -> None:
        first, last = _ends(self.since, self.until)
        size, every = audit_tables.SHELF_SIZE, bits.below(audit_tables.BLOCK_SIZE)
        there = range(shelves[0], shelves[-1] + 1)
        rows = AuditBlock.objects.filter(
            block__range=(there.start * size, there.stop * size - 1),
            last_time__gte=first,
            first_time__lte=last,
        ).values_list("block", "first_time", "last_time")
        found = {
            block: every if first <= start and end <= last else 0 for block, start, end in rows
        }
        for block, times in times_of(block for block, those in found.items() if not those).items():
            found[block] = between(times, first, last + 1)
        parts: dict[int, Bits] = {shelf: {} for shelf in there}
        for block, those in found.items():
            parts[block // size][block % size] = those
        self._known.update({shelf: bits.joined(of_shelf) for shelf, of_shelf in parts.items()})


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


def of_blocks(found: Bits, blocks: range) -> Bits:
    """What is found in shelves, for those of the blocks where it is any."""
    size = audit_tables.SHELF_SIZE
    return {
        block: those
        for shelf, of_shelf in found.items()
        for place, those in bits.parted(of_shelf).items()
        if (block := shelf * size + place) in blocks
    }


def shelves_of(blocks: range) -> range:
    """The shelves that these blocks are in."""
    size = audit_tables.SHELF_SIZE
    return range(blocks.start // size, -(-blocks.stop // size)) if blocks else range(0)


def numbers(node: Node, within: range, *, newest_first: bool = True) -> Iterator[list[int]]:
    """The numbers of the events that are meant and within, a list for each block with any."""
    blocks = range(bits.block_of(within.start), bits.block_of(within.stop - 1) + 1)
    left, size = shelves_of(blocks), FIRST_SHELVES
    while left:
        asked = left[-size:] if newest_first else left[:size]
        left = left[:-size] if newest_first else left[size:]
        found = node.among(asked)
        for shelf in sorted(found, reverse=newest_first):
            yield from _in_shelf(shelf, found[shelf], within, newest_first=newest_first)
        size = _next_size(size, len(asked), sum(those.bit_count() for those in found.values()))


def _in_shelf(shelf: int, those: int, within: range, *, newest_first: bool) -> Iterator[list[int]]:
    parts = bits.parted(those)
    for place in sorted(parts, reverse=newest_first):
        start = bits.first_of(shelf * audit_tables.SHELF_SIZE + place)
        found = [number for each in bits.places(parts[place]) if (number := start + each) in within]
        yield found[::-1] if newest_first else found


def _next_size(size: int, asked: int, events: int) -> int:
    """How many shelves to ask about next, when so many events were in those that were asked."""
    likely = -(-EVENTS_AT_ONCE * asked // events) if events else MOST_SHELVES
    return max(1, min(likely, size * GROWTH, MOST_SHELVES))
