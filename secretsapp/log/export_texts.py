"""How exported events are written: as comma-separated text, or as JSON, an object a line."""

from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum
from json.encoder import encode_basestring

from secretsapp.core import csv_text
from secretsapp.core.events import BY_TAG
from secretsapp.core.events.kinds import read_detail
from secretsapp.log.streaming import COLUMNS, Row

TIME, TAG, DETAIL = (COLUMNS.index(name) for name in ("time", "tag", "detail"))
# What people who can list a secret and not read the log are not shown; the hash would tell it.
UNSEEN = [
    COLUMNS.index(name) for name in ("address", "change_id", "session_id", "request_id", "content")
]
# Behind what is stored stands what came of it, which the tag says.
HEADINGS = (*COLUMNS, "result")
# A line is put together of its texts: an encoder that is given objects takes twice as long.
_LINE = "{" + ", ".join(f'"{name}": %s' for name in HEADINGS) + "}\n"
RESULTS = {tag: str(event.result or "") for tag, event in BY_TAG.items()}


class Form(StrEnum):
    """The forms of an export, as they are asked for."""

    CSV = "csv"
    NDJSON = "ndjson"


def head(form: Form) -> str:
    """What stands before the first event."""
    return csv_text.of_texts([HEADINGS]) if form is Form.CSV else ""


def text(form: Form, rows: Sequence[Row], *, of_histories: bool) -> str:
    """The events as text of that form, a line each."""
    cells = (_cells(row, of_histories=of_histories) for row in rows)
    if form is Form.CSV:
        return csv_text.of_texts(cells)
    return "".join(map(_json_line, cells))


def _cells(row: Row, *, of_histories: bool) -> list[str]:
    """What is stored as texts, the time as it is hashed; anything else someone edited."""
    cells = [str(row[0]), *row[1:]]
    cells[TIME] = _time(cells[TIME])
    cells.append(RESULTS.get(cells[TAG], ""))
    if of_histories:
        for place in UNSEEN:
            cells[place] = ""
    return cells if set(map(type, cells)) == {str} else list(map(str, cells))


def _time(time: datetime | None) -> str:
    if time is None:
        return ""
    return f"{time.astimezone(UTC).isoformat(timespec='microseconds')[:-6]}Z"


def _json_line(cells: list[str]) -> str:
    values = [encode_basestring(cell) for cell in cells]
    values[0] = str(int(cells[0]))
    detail = read_detail(cells[DETAIL])
    if detail is not None:
        pairs = (f"{encode_basestring(key)}: {encode_basestring(detail[key])}" for key in detail)
        values[DETAIL] = f"{{{', '.join(pairs)}}}"
    return _LINE % tuple(values)
