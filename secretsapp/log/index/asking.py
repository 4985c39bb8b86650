"""Questions to the index: nodes that each say which events of some shelves they mean.

A node gives the bits of those shelves where it means any. Of the last shelf, bits may be set behind
the last block that is in the index: who asks leaves them out.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from typing import Any, Protocol

from secretsapp.log.index import bits, blocks
from secretsapp.models import AuditPosting, AuditShelf
from secretsapp.models import audit as audit_tables
from secretsapp.rules.sql import listed, rows

Bits = dict[int, int]

# No engine is asked about more terms at once.
TERMS_AT_ONCE = 5000
# What has no more rows than this is read with what is asked beside it, in one query, even where
# the answer to the one would leave nothing to ask of the other.
ROWS_TOGETHER = 200
# It is asked several times for each page, so the ORM doesn't put it together each time. Every word
# of it is a name of ours.
_STORED = f"""
SELECT term_id, shelf, bits, 1 FROM {AuditShelf._meta.db_table}
WHERE term_id IN ({{terms}}) AND shelf IN ({{shelves}})
UNION ALL
SELECT term_id, block, bits, 0 FROM {AuditPosting._meta.db_table}
WHERE term_id IN ({{terms}}) AND block BETWEEN {{first}} AND {{last}}
"""  # noqa: S608 # nosec B608
# So many shelves are looked at first: one that is whole, and what there is of one at the end, which
# rarely has a page's events. Then as many as are likely to hold a page's more, within these bounds.
FIRST_SHELVES, GROWTH, MOST_SHELVES, EVENTS_AT_ONCE = 2, 4, 64, 60


class Node(Protocol):
    """A question to the index."""

    def among(self, shelves: Sequence[int]) -> Bits:
        """Which events of these shelves, which come in order, are meant."""

    @property
    def held(self) -> "Iterator[Held]":
        """What is asked of the terms."""


@dataclass(frozen=True)
class Everything:
    """All events."""

    def among(self, shelves: Sequence[int]) -> Bits:
        """All of each."""
        return dict.fromkeys(shelves, bits.every())

    @property
    def held(self) -> "Iterator[Held]":
        """Nothing."""
        return iter(())


@dataclass(frozen=True)
class Held:
    """Events that hold one of these terms; each row is read once, however often it is asked."""

    ids: tuple[int, ...]
    known: Bits = field(default_factory=dict, compare=False, repr=False)

    def among(self, shelves: Sequence[int]) -> Bits:
        """What their postings say."""
        read([self], shelves)
        return {shelf: those for shelf in shelves if (those := self.known.get(shelf, 0))}

    @property
    def held(self) -> "Iterator[Held]":
        """This alone."""
        return iter((self,))

    def lacks(self, shelves: Sequence[int]) -> bool:
        """Whether any of these was not read yet."""
        return bool(self.ids) and any(shelf not in self.known for shelf in shelves)


def read(asked: Sequence[Held], shelves: Sequence[int]) -> None:
    """Read what is stored of the terms of all of these, each row once."""
    unread = [each for each in asked if each.lacks(shelves)]
    askers: dict[int, list[Held]] = defaultdict(list)
    for each in unread:
        each.known.update(dict.fromkeys(shelves, 0))
        for term_id in each.ids:
            askers[term_id].append(each)
    kept: dict[tuple[int, int, int], list[bytes]] = defaultdict(list)
    for term_id, shelf, shift, stored in _stored(list(askers), shelves):
        for each in askers[term_id]:
            kept[id(each), shelf, shift].append(stored)
    by_id = {id(each): each for each in unread}
    for (which, shelf, shift), those in kept.items():
        by_id[which].known[shelf] |= bits.read(*those) << shift


def _stored(ids: Sequence[int], shelves: Sequence[int]) -> Iterator[tuple[int, int, int, bytes]]:
    """What is stored of these terms in these shelves, which come in order: which term, the shelf,
    the place in it where its bits begin, and these. Only the last shelf can be in blocks."""
    size = audit_tables.SHELF_SIZE
    for term_id, place, kept, is_shelf in chain.from_iterable(_rows(ids, shelves)):
        if is_shelf:
            yield term_id, place, 0, kept
        else:
            yield term_id, place // size, place % size * audit_tables.BLOCK_SIZE, kept


def _rows(ids: Sequence[int], shelves: Sequence[int]) -> Iterator[list[tuple[Any, ...]]]:
    size = audit_tables.SHELF_SIZE
    for start in range(0, len(ids), TERMS_AT_ONCE):
        yield rows(
            _STORED.format(
                terms=listed(ids[start:][:TERMS_AT_ONCE]),
                shelves=listed(shelves),
                first=shelves[-1] * size,
                last=(shelves[-1] + 1) * size - 1,
            )
        )


@dataclass(frozen=True)
class AllOf:
    """Events that all the parts mean; a later one is asked only where the earlier ones mean any."""

    parts: tuple[Node, ...]

    def among(self, shelves: Sequence[int]) -> Bits:
        """What they have in common."""
        few = [each for each in self.held if len(each.ids) * len(shelves) <= ROWS_TOGETHER]
        read(few, shelves)
        found = dict.fromkeys(shelves, bits.every())
        for part in self.parts:
            those = part.among(list(found)) if found else {}
            both = {shelf: found[shelf] & mine for shelf, mine in those.items()}
            found = {shelf: common for shelf, common in both.items() if common}
        return found

    @property
    def held(self) -> Iterator[Held]:
        """That of all parts."""
        return chain.from_iterable(part.held for part in self.parts)


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

    @property
    def held(self) -> Iterator[Held]:
        """That of all parts."""
        return chain.from_iterable(part.held for part in self.parts)


@dataclass(frozen=True)
class Without:
    """Events that the part does not mean."""

    part: Node

    def among(self, shelves: Sequence[int]) -> Bits:
        """The others of each shelf."""
        those = self.part.among(shelves)
        return {shelf: bits.every() & ~those.get(shelf, 0) for shelf in shelves}

    @property
    def held(self) -> Iterator[Held]:
        """That of the part."""
        return self.part.held


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

    @property
    def held(self) -> Iterator[Held]:
        """Nothing."""
        return iter(())

    def _read(self, shelves: Sequence[int]) -> None:
        size, there = audit_tables.SHELF_SIZE, range(shelves[0], shelves[-1] + 1)
        found = blocks.within(self.since, self.until, range(there.start * size, there.stop * size))
        parts: dict[int, Bits] = {shelf: {} for shelf in there}
        for block, those in found.items():
            parts[block // size][block % size] = those
        self._known.update({shelf: bits.joined(of_shelf) for shelf, of_shelf in parts.items()})


def of_blocks(found: Bits, wanted: range) -> Bits:
    """What is found in shelves, for those blocks where it is any."""
    size = audit_tables.SHELF_SIZE
    return {
        block: those
        for shelf, of_shelf in found.items()
        for place, those in bits.parted(of_shelf).items()
        if (block := shelf * size + place) in wanted
    }


def shelves_of(wanted: range) -> range:
    """The shelves that these blocks are in."""
    size = audit_tables.SHELF_SIZE
    return range(wanted.start // size, -(-wanted.stop // size)) if wanted else range(0)


def numbers(node: Node, within: range, *, newest_first: bool = True) -> Iterator[list[int]]:
    """The numbers of the events that are meant and within, a list for each block with any."""
    asked_for = range(bits.block_of(within.start), bits.block_of(within.stop - 1) + 1)
    left, size = shelves_of(asked_for), FIRST_SHELVES
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
