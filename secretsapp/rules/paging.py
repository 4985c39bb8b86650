"""A list that may be long, a page at a time; what is looked for and which page is asked for."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db.models import Model, Q, QuerySet

from secretsapp.core.input_rules import is_storable

PAGE_SIZE = 40
# On a page that is to be printed.
ON_PAPER = 1000
LONGEST_SEARCH = 200
LAST_NUMBER = 10**9

Row = TypeVar("Row", bound=Model)
Item = TypeVar("Item")
Other = TypeVar("Other")


@dataclass(frozen=True)
class Asked:
    """What is looked for in a list, and the number of the page, from 1 on.

    A list that is to be printed has a first page of many more, and no other.
    """

    search: str = ""
    number: int = 1
    size: int = PAGE_SIZE


FIRST = Asked()


@dataclass(frozen=True)
class Page(Generic[Item]):
    """What is on one page, of `count` in all; `number` is that of the page, from 1 on.

    Every page except the last one has `size` items.
    """

    items: list[Item]
    number: int
    count: int
    size: int = PAGE_SIZE

    @property
    def first(self) -> int:
        """The place of its first item among all, from 1 on."""
        return (self.number - 1) * self.size + 1

    @property
    def last(self) -> int:
        """The place of its last item among all."""
        return self.first + len(self.items) - 1

    @property
    def previous(self) -> int | None:
        """The number of the page before, if there is one."""
        return self.number - 1 if self.number > 1 else None

    @property
    def next(self) -> int | None:
        """The number of the page that follows, if there is one."""
        return self.number + 1 if self.last < self.count else None

    def of(self, items: Iterable[Other]) -> "Page[Other]":
        """The same page, of something made of its items."""
        return Page(list(items), self.number, self.count, self.size)


def cut_as_asked(rows: QuerySet[Row], asked: Asked) -> Page[Row]:
    """As `cut`, or the beginning of the rows where they are to be printed."""
    if asked.size == PAGE_SIZE:
        return cut(rows, asked.number)
    return Page(list(rows[: asked.size]), 1, rows.count())


def cut(rows: QuerySet[Row], number: int) -> Page[Row]:
    """That page of the rows, which are in one fixed order; beyond the last page it is the last."""
    count = rows.count()
    number = _number_within(number, count, PAGE_SIZE)
    begin = (number - 1) * PAGE_SIZE
    return Page(list(rows[begin : begin + PAGE_SIZE]), number, count)


def cut_list(items: Sequence[Item], number: int, size: int) -> Page[Item]:
    """That page of what is read already, as `cut` of rows."""
    number = _number_within(number, len(items), size)
    begin = (number - 1) * size
    return Page(list(items[begin : begin + size]), number, len(items), size)


def _number_within(number: int, count: int, size: int) -> int:
    return min(max(number, 1), max(1, -(-count // size)))


def containing(text: str, *columns: str) -> Q:
    """The rows that have the text in one of the columns, capitals or not; all where it is empty."""
    if not is_storable(text):
        return Q(pk__in=[])
    found = Q()
    for column in columns:
        found |= Q(**{f"{column}__icontains": text})
    return found if text else Q()
