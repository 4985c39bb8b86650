"""Reads the events that a search finds, oldest first, in batches: memory stays bounded.

Each batch is a query of its own behind the last one, so that nothing is held open in the database
meanwhile, however slowly it is taken.
"""

from collections.abc import Iterator
from itertools import chain, islice
from typing import Any

from django.db.models import QuerySet

from secretsapp.core.chain import FIELDS
from secretsapp.core.errors import LogBroken
from secretsapp.log.damaged_rows import read
from secretsapp.log.filters import AuditFilter
from secretsapp.log.folding import BEGINNINGS
from secretsapp.log.index import asking, terms
from secretsapp.log.index.asking import AllOf, Everything, Node, Without
from secretsapp.log.index.looking_up import Sought, held
from secretsapp.log.index.terms import has_words
from secretsapp.log.searching import UNREADABLE, Search
from secretsapp.models import AuditEvent

# What is hashed of an event, of which the number is the first, and the hash.
COLUMNS = (*FIELDS, "content")
AT_ONCE = 2000
# Where the index leads to one in so many of the events in a row, they are read by their range.
DENSE = 4

Row = tuple[Any, ...]


def rows(search: Search, after: int, up_to: int) -> Iterator[list[Row]]:
    """COLUMNS of the events from behind `after` to `up_to`; raises LogBroken.

    The index leads to most of them; where it would lead to all, it is not asked.
    """
    last = after if isinstance(search.node, Everything) else min(search.end, up_to)
    for chunk in _chunks(search.node, range(max(after + 1, search.begin), last + 1)):
        is_dense = chunk[-1] - chunk[0] < DENSE * len(chunk)
        near = {"sequence__range": (chunk[0], chunk[-1])} if is_dense else {"sequence__in": chunk}
        yield _with_words(search, _read(search.found.filter(**near)))
    yield from _behind(search, max(after, last), up_to)


def count(search: Search, wanted: AuditFilter, up_to: int) -> int:
    """How many events `rows` gives from the first; by the bits of the index as far as these go."""
    tail = search.found.filter(sequence__lte=up_to)
    if not (search.end and search.is_exact):
        return _count(search, 0, up_to) if search.words else tail.count()
    led = range(search.begin, search.end + 1)
    behind = _count(search, search.end, up_to)
    if wanted.shows_attempts:
        return _bits(search.node, led) + behind
    # The index was told only of outcomes that were there when it was made: the rows say it of
    # the few beginnings that had none.
    begun = held(Sought(terms.TAG, BEGINNINGS))
    unsure = _chunks(AllOf((search.folded, begun)), led)
    stay = sum(search.found.filter(sequence__in=chunk).count() for chunk in unsure)
    return _bits(AllOf((search.node, Without(begun))), led) + stay + behind


def _count(search: Search, after: int, up_to: int) -> int:
    return sum(map(len, _behind(search, after, up_to)))


def _bits(node: Node, within: range) -> int:
    return sum(map(len, asking.numbers(node, within)))


def _chunks(node: Node, within: range) -> Iterator[list[int]]:
    if not within:
        return
    numbers = chain.from_iterable(asking.numbers(node, within, newest_first=False))
    while chunk := list(islice(numbers, AT_ONCE)):
        yield chunk


def _behind(search: Search, after: int, up_to: int) -> Iterator[list[Row]]:
    """The same without the index."""
    while True:
        found = _read(search.found.filter(sequence__gt=after, sequence__lte=up_to))
        yield _with_words(search, found)
        if len(found) < AT_ONCE:
            return
        after = found[-1][0]


def _read(found: QuerySet[AuditEvent]) -> list[Row]:
    ordered = found.order_by("sequence").values_list(*COLUMNS)[:AT_ONCE]
    plain: list[Row] | None = read(lambda: list(ordered))
    if plain is None:
        raise LogBroken(UNREADABLE)
    return plain


def _with_words(search: Search, found: list[Row]) -> list[Row]:
    if not search.words:
        return found
    return [row for row in found if has_words(_event(row), search.words)]


def _event(row: Row) -> AuditEvent:
    return AuditEvent(**dict(zip(COLUMNS, row, strict=True)))
