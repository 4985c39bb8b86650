"""Finds the events that an actor may read of what is looked for, however long the log is.

The index leads to those in its blocks, and the rows themselves are asked again: it never shows what
they do not say. What is newer than the last whole block is read without it.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from django.db.models import QuerySet

from secretsapp.core.errors import LogBroken
from secretsapp.log.damaged_rows import Found, read
from secretsapp.log.filters import AuditFilter
from secretsapp.log.folding import BEGINNINGS, folded
from secretsapp.log.index import asking, bits, questions
from secretsapp.log.index.asking import Everything, Node
from secretsapp.log.index.questions import Basis
from secretsapp.log.index.terms import has_words
from secretsapp.models import AuditEvent
from secretsapp.rules.sql import one_of

# So many rows are asked for at once, where some of them may not have the words.
AT_ONCE = 150
# No fewer are asked for where the index leads, though one be looked for: some may be folded.
LED_AT_ONCE = 50
UNREADABLE = (
    "One of these events can’t be read: someone edited it in the database. Run "
    "`manage.py verify_audit` to find it."
)

# The number, tag and time of an event that was read.
Read = tuple[int, str, datetime | None]
WithChange = tuple[int, str, datetime | None, str]


@dataclass(frozen=True)
class Search:
    """The events of `found` that have the words, which `node` leads to from `begin` to `end`.

    `every` is the same as `found`, with the beginnings that are folded in it if `is_folded`.
    `folded` leads to no beginnings that are known to be folded; with `is_cut` some of these may
    stay. With `is_exact` the bits of `folded` are these events, but for a few beginnings.
    Once all events behind `end` were read, they aren't read again.
    """

    found: QuerySet[AuditEvent]
    every: QuerySet[AuditEvent]
    is_folded: bool
    words: frozenset[str]
    node: Node
    folded: Node
    begin: int
    end: int
    is_exact: bool
    is_cut: bool
    # At most one list: of all that is behind `end`, once that was read.
    _behind: list[list[Read]] = field(default_factory=list, compare=False, repr=False)

    @property
    def blocks(self) -> range:
        """The blocks of the index in which they are."""
        return range(bits.block_of(self.begin), bits.block_of(self.end) + 1)

    def newest(self, count: int, before: int | None = None) -> list[int]:
        """The numbers of the newest events, older than `before`: the largest first."""
        return list(islice(self._downwards(before, count), count))

    def next(self, count: int, after: int) -> list[int]:
        """The numbers of the events that follow `after`: the smallest first."""
        return list(islice(self._upwards(after, count), count))

    def _downwards(self, before: int | None, count: int) -> Iterator[int]:
        yield from self._newer(before, count)
        last = self.end + 1 if before is None else min(before, self.end + 1)
        if last > self.begin:
            yield from self._led_to(range(self.begin, last), "-sequence", count)

    def _newer(self, before: int | None, count: int) -> Iterable[int]:
        """The numbers behind `end`, older than `before`: the largest first."""
        if self._behind:
            numbers = (number for number, _, _ in self._behind[0])
            return (number for number in numbers if before is None or number < before)
        tail = self.found.filter(sequence__gt=self.end)
        tail = tail if before is None else tail.filter(sequence__lt=before)
        return self._rows(tail, "-sequence", count)

    def tail(self, above: int, most: int) -> list[tuple[str, datetime | None]]:
        """Tag and time of the newest events, no more than so many: those with larger numbers."""
        rows = self._tail(above, most)
        if above == self.end and len(rows) < most:
            self._behind[:] = [rows]
        return [(tag, time) for _, tag, time in rows]

    def _tail(self, above: int, most: int) -> list[Read]:
        if self.words:
            newer = self.found.filter(sequence__gt=above)
            events = islice(self._in_chunks(newer, "-sequence", AT_ONCE), most)
            return [(event.sequence, event.tag, event.time) for event in events]
        # Of two that are one change the second is there, so of twice as many enough stay.
        newer = self.every.filter(sequence__gt=above).order_by("-sequence")[: 2 * most]
        columns = ("sequence", "tag", "time", "change_id")
        rows: Sequence[WithChange] = _read(lambda: list(newer.values_list(*columns)))
        rows = _without_folded(rows) if self.is_folded else rows
        return [(number, tag, time) for number, tag, time, _ in rows[:most]]

    def recent(self, count: int) -> list[QuerySet[AuditEvent]]:
        """The newest events for another query to ask about, so many from each side of `end`."""
        newer = self.found.filter(sequence__gt=self.end).order_by("-sequence")[:count]
        led = asking.numbers(self.node, range(self.begin, self.end + 1))
        numbers = list(islice((number for block in led for number in block), count))
        return [newer, self.found.filter(sequence__in=one_of(numbers))] if numbers else [newer]

    def _upwards(self, after: int, count: int) -> Iterator[int]:
        """The numbers behind `after`, the smallest first."""
        if after < self.end:
            within = range(max(after + 1, self.begin), self.end + 1)
            yield from self._led_to(within, "sequence", count)
        rest = self.found.filter(sequence__gt=max(after, self.end))
        yield from self._rows(rest, "sequence", count)

    def _led_to(self, within: range, order: str, count: int) -> Iterator[int]:
        node = self.node if self.is_cut else self.folded
        led = asking.numbers(node, within, newest_first=order.startswith("-"))
        every = (number for block in led for number in block)
        while chunk := list(islice(every, max(LED_AT_ONCE, count))):
            yield from self._those(self.every.filter(sequence__in=one_of(chunk)).order_by(order))

    def _rows(self, found: QuerySet[AuditEvent], order: str, count: int) -> Iterable[int]:
        """The numbers of the first so many rows in that order."""
        if not self.words:
            return _numbers(found.order_by(order)[:count])
        return (event.sequence for event in self._in_chunks(found, order, max(AT_ONCE, count)))

    def _in_chunks(
        self, found: QuerySet[AuditEvent], order: str, at_once: int
    ) -> Iterator[AuditEvent]:
        """The rows with the words, read a few at a time."""
        rest = found.order_by(order)
        while True:
            events = _events(rest[:at_once])
            yield from self._with_words(events)
            if len(events) < at_once:
                return
            rest = found.filter(**_beyond(order, events[-1].sequence)).order_by(order)

    def _those(self, led: QuerySet[AuditEvent]) -> list[int]:
        """The numbers of these rows, but for those of beginnings that are folded after all."""
        events = self._with_words(_events(led)) if self.words else None
        if events is None:
            tags = _read(lambda: list(led.values_list("sequence", "tag")))
        else:
            tags = [(event.sequence, event.tag) for event in events]
        begun = [number for number, tag in tags if self.is_folded and tag in BEGINNINGS]
        gone = set(begun).difference(_numbers(self.found.filter(sequence__in=one_of(begun))))
        return [number for number, _ in tags if number not in gone]

    def _with_words(self, events: list[AuditEvent]) -> list[AuditEvent]:
        return [event for event in events if has_words(event, self.words)]


def _without_folded(rows: Sequence[WithChange]) -> Sequence[WithChange]:
    """These rows, the newest first, without the beginnings whose outcome is among them."""
    stay, ended = [], set[str]()
    for row in rows:
        _, tag, _, change_id = row
        if tag not in BEGINNINGS:
            ended.add(change_id)
        if tag not in BEGINNINGS or not change_id or change_id not in ended:
            stay.append(row)
    return stay


def _read(rows: Callable[[], list[Found]]) -> list[Found]:
    found = read(rows)
    if found is None:
        raise LogBroken(UNREADABLE)
    return found


def _events(found: QuerySet[AuditEvent]) -> list[AuditEvent]:
    return _read(lambda: list(found.all()))


def _numbers(found: QuerySet[AuditEvent]) -> list[int]:
    """Their numbers, without all that else is in a row."""
    return _read(lambda: list(found.values_list("sequence", flat=True)))


def _beyond(order: str, last: int) -> dict[str, int]:
    return {"sequence__lt" if order.startswith("-") else "sequence__gt": last}


def search(
    own: Basis, wanted: AuditFilter, every: QuerySet[AuditEvent], *, up_to: int | None = None
) -> Search:
    """A search among the rows `every`, which are what the actor may read of what is looked for.

    The events of one change, session or request are found without the index.
    """
    found = every if wanted.shows_attempts else folded(every)
    rows = (found, every, not wanted.shows_attempts)
    # An outcome that came later is not found, so its beginning stays.
    is_cut = up_to is not None or wanted.until is not None
    if wanted.is_by_id or not own.blocks:
        none = Everything()
        return Search(*rows, wanted.words, none, none, 1, 0, is_exact=False, is_cut=is_cut)
    node, without_folded = questions.of(own, wanted)
    return Search(
        *rows,
        wanted.words,
        node,
        without_folded,
        begin=bits.first_of(own.blocks.start),
        end=bits.first_of(own.blocks.stop) - 1,
        is_exact=own.permitted is not None,
        is_cut=is_cut,
    )
