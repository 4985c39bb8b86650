"""Rows as comma-separated text, which a spreadsheet opens without running any of it."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

# A cell that begins like this is a formula to a spreadsheet, to some also in full width.
_RUN = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
# No cell has this between its characters unless someone edited it, and then it is looked at alone.
_BETWEEN = "\x1f"
_MAY_RUN = re.compile(f"{_BETWEEN}[{re.escape(''.join(_RUN))}]")

Cell = str | int | datetime | None


def lines(headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """The headings and the rows, a line at a time; times are exact, and in UTC."""
    yield _written([headings])
    for row in rows:
        yield _written([[_text(cell) for cell in row]])


def of_texts(rows: Iterable[Sequence[str]]) -> str:
    """Many rows of nothing but text at once."""
    return _written(map(_harmless, rows))


def _harmless(row: Sequence[str]) -> Sequence[str]:
    """The row; most have no cell that could be a formula, which is found out at one go."""
    joined = f"{_BETWEEN}{_BETWEEN.join(row)}"
    return [_text(cell) for cell in row] if _MAY_RUN.search(joined) else row


def _written(rows: Iterable[Sequence[str]]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue()


def _text(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.astimezone(UTC).isoformat()
    if isinstance(cell, int):
        return str(cell)
    return f"'{cell}" if cell.startswith(_RUN) else cell
