"""The cells of a comparison, prepared: a template has only to write each of them down.

There are hundreds, so whatever is asked of one is asked here once, in plain Python.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import TypedDict

from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.safestring import SafeString

from secretsapp.core.hints import is_any_host
from secretsapp.core.times import age
from secretsapp.models import Absence
from secretsapp.secrets.comparing import Cell, Difference, Fix, Row

# What a difference is called, and its tone; where it leads is in its address alone.
DIFFERENCES: Mapping[Difference, tuple[str, str]] = {
    Difference.MISSING: ("Missing", ""),
    Difference.DELETED: ("Deleted outside", "chip-red"),
    Difference.CHANGED: ("Changed outside", "chip-amber"),
    Difference.OPEN: ("Outcome unknown", "chip-amber"),
    Difference.OLDER: ("Older", ""),
    Difference.OTHER_HOST: ("Other host", ""),
    Difference.DUE: ("To rotate", "chip-amber"),
}
_LEADS = {Fix.NOTHING: "", Fix.LOOK: "View", Fix.ROTATE: "Rotate", Fix.CREATE: "Create"}


class CellShown(TypedDict):
    """What is in a cell: its `tick`, and how old the value is.

    In most there is nothing else. Otherwise `chips` say how it differs, `leads` and `address` what
    can be done about it, and `absence` who said that it is rightly missing.
    """

    tick: SafeString
    is_plain: bool
    is_seen: bool
    age: str
    chips: list[tuple[str, str]]
    host: str
    leads: str
    address: str
    absence: Absence | None


class RowShown(TypedDict):
    """A name, the page of it in the first universe that has it, and a cell for each universe."""

    name: str
    address: str
    cells: list[CellShown]


def rows_of(rows: Sequence[Row]) -> list[RowShown]:
    """These rows; a cell is sent as the places of its row and its column, from 0 on."""
    return [
        RowShown(name=row.name, address=_first(row), cells=list(_cells(row, number)))
        for number, row in enumerate(rows)
    ]


def _first(row: Row) -> str:
    there = next((cell for cell in row.cells if cell.is_there), None)
    return _page_of(there) if there else ""


def _cells(row: Row, number: int) -> Iterator[CellShown]:
    now = timezone.now()
    for column, cell in enumerate(row.cells):
        fix = cell.fix if cell.differences or cell.absence else Fix.NOTHING
        is_odd = Difference.OTHER_HOST in cell.differences
        yield CellShown(
            tick=_tick(number, column),
            is_plain=cell.is_there and not cell.differences,
            is_seen=cell.is_seen,
            age=age(cell.updated_at, now) if cell.updated_at else "Age unknown" * cell.is_there,
            chips=[DIFFERENCES[each] for each in cell.differences],
            host=host_words(cell.domain) if is_odd else "",
            leads=_LEADS[fix],
            address=_address(cell, fix),
            absence=cell.absence,
        )


def _tick(row: int, column: int) -> SafeString:
    """The box of a cell, which its name and its universe are the label of; no one else's text."""
    return SafeString(  # nosec B703
        f'<label><input type="checkbox" name="cell" value="{row}.{column}" '
        f'aria-labelledby="n{row} u{column}"></label>'
    )


def host_words(domain: str) -> str:
    """Where a value can be sent, in a word or two."""
    return "Any host" if is_any_host(domain) else domain or "No requests"


def _address(cell: Cell, fix: Fix) -> str:
    """What the cell leads to, so that it can be put right."""
    if fix is Fix.CREATE:
        page = reverse("secret_create", args=[cell.universe.pk])
        return f"{page}?{urlencode({'name': cell.name})}"
    if fix is Fix.ROTATE:
        return reverse("secret_rotate", args=[cell.universe.pk, cell.name])
    return _page_of(cell) if fix is Fix.LOOK else ""


def _page_of(cell: Cell) -> str:
    return reverse("secret", args=[cell.universe.pk, cell.name])
