"""CSV: a name and a value a row, with a header or without one, separated by , ; or a tab."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from secretsapp.core.errors import InvalidInput
from secretsapp.core.imports.json_text import HOST_KEYS, NAME_KEYS, VALUE_KEY
from secretsapp.core.imports.rows import Row, plaintext_of, without_value

_SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs"}
_LOOKED_AT = 20
_HEADER = "NAME,VALUE"
_ROUNDED = re.compile(r"[-+]?\d(?:[.,]\d+)?[Ee]\+?\d+")
_ERROR_OF_A_CELL = re.compile(r"#(?:NAME\?|REF!|VALUE!|DIV/0!|N/A|NUM!|NULL!)")

_UNCLEAR = (
    "Nothing was read: it isn’t clear what separates its columns. Put a first line with "
    f"{_HEADER} at the top."
)
_NO_VALUES = (
    "Nothing was read: the header has no column for the values. Name the columns name and value; "
    "allowed_host is optional."
)
_HEADER_TWICE = "Nothing was read: the header has a column twice. Keep the one that is meant."
_NO_HEADER = "There is no header: the first column was read as the name, the second as the value."
_ANOTHER_COUNT = (
    "This row has another number of columns than the first. If its value has the separator, a "
    "quote or a line break in it, put the value in double quotes."
)
_QUOTES = (
    "The quotes don’t fit in this row, so nothing from here on was read. Put the value in double "
    "quotes, and write a quote within it twice."
)
_LOOKS_ROUNDED = (
    "It looks like a number that a spreadsheet has rounded. Format its column as text and enter "
    "it again."
)
_LOOKS_LIKE_ERROR = "It looks like an error of a spreadsheet’s formula and not like a value."


@dataclass(frozen=True)
class _Columns:
    """Which column has what, and how many there are."""

    count: int
    name: int = 0
    value: int = 1
    host: int | None = None


def read(text: str) -> tuple[list[Row], list[str]]:
    """A row for each line of the table, and sentences about what was decided.

    Raises InvalidInput where the columns can't be told apart.
    """
    separator, columns, has_header = _shape(text)
    notes = [f"The columns are separated by {_SEPARATORS[separator]}."]
    if not has_header:
        notes.append(_NO_HEADER)
    rows = list(_rows(text, separator, columns))
    return rows[has_header:], notes


def _shape(text: str) -> tuple[str, _Columns, bool]:
    """The separator, the columns, and whether the first line is a header."""
    first = {separator: _first(text, separator) for separator in _SEPARATORS}
    for separator, rows in first.items():
        if rows and _is_header(rows[0]):
            return separator, _columns_of(rows[0]), True
    fitting = [each for each, rows in first.items() if rows and all(len(row) == 2 for row in rows)]
    if len(fitting) != 1:
        raise InvalidInput(_UNCLEAR, field="file")
    return fitting[0], _Columns(2), False


def _first(text: str, separator: str) -> list[list[str]]:
    """The first rows by that separator; none where they can't be read so."""
    rows = []
    try:
        for _, cells in _lines(text, separator):
            rows.append(cells)
            if len(rows) == _LOOKED_AT:
                break
    except csv.Error:
        return rows[:1] if rows and _is_header(rows[0]) else []
    return rows


def _is_header(cells: Sequence[str]) -> bool:
    return len(cells) > 1 and any(cell in NAME_KEYS for cell in _plain(cells))


def _columns_of(header: Sequence[str]) -> _Columns:
    cells = _plain(header)
    hosts = [at for at, cell in enumerate(cells) if cell in HOST_KEYS]
    names = [at for at, cell in enumerate(cells) if cell in NAME_KEYS]
    if VALUE_KEY not in cells:
        raise InvalidInput(_NO_VALUES, field="file")
    if len(names) > 1 or len(hosts) > 1 or cells.count(VALUE_KEY) > 1:
        raise InvalidInput(_HEADER_TWICE, field="file")
    return _Columns(len(cells), names[0], cells.index(VALUE_KEY), next(iter(hosts), None))


def _plain(cells: Sequence[str]) -> list[str]:
    return [cell.strip().lower() for cell in cells]


def _rows(text: str, separator: str, columns: _Columns) -> Iterator[Row]:
    line = 0
    try:
        for line, cells in _lines(text, separator):
            yield _row(line, cells, columns)
    except csv.Error:
        yield without_value(line + 1, _QUOTES)


def _lines(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """The rows that aren't empty, each with the line in which it begins."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    begin = 1
    for cells in reader:
        if any(cell.strip() for cell in cells):
            yield begin, cells
        begin = reader.line_num + 1


def _row(line: int, cells: Sequence[str], columns: _Columns) -> Row:
    if len(cells) != columns.count:
        return without_value(line, _ANOTHER_COUNT)
    value = cells[columns.value]
    told = (
        (_LOOKS_ROUNDED, _ROUNDED.fullmatch(value)),
        (_LOOKS_LIKE_ERROR, _ERROR_OF_A_CELL.fullmatch(value)),
    )
    return Row(
        line=line,
        name=cells[columns.name].strip(),
        value=plaintext_of(value),
        host=None if columns.host is None else cells[columns.host].strip(),
        doubts=tuple(doubt for doubt, is_told in told if is_told),
    )
