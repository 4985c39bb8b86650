"""Reads what is to be imported: its rows, each checked as every door checks a name and a value."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from secretsapp.core import input_rules, value_gate
from secretsapp.core.errors import InvalidInput
from secretsapp.core.imports import env_text, json_text, table_text
from secretsapp.core.imports.decoding import text_of
from secretsapp.core.imports.rows import Form, Row
from secretsapp.core.plaintext import Plaintext

# As many as a universe can have secrets.
MOST_ROWS = input_rules.SECRETS_PER_UNIVERSE
# How a file says that a secret can be sent nowhere, as Sealroom's own export does.
NO_HOST = "none"

_ENV_LINE = re.compile(r"[ \t]*(?:export[ \t]+)?[^\s=,;\"]+[ \t]*=")
_COMMENT_OR_EMPTY = re.compile(r"(?:[ \t]*(?:#[^\n]*)?(?:\n|\Z))*")
_NOT_OF_A_NAME = re.compile(r"[^A-Za-z0-9_]")
_IS_READ_AS = {Form.ENV: "It was read as .env.", Form.JSON: "It was read as JSON."}
_NO_VALUE = "It has no value, so it’s left out. Fill it in to import it."
_NO_NAME = "There is no name. Write NAME=value."
_NEARLY = "Line {} has a name that differs only in upper and lower case."
_HOST_LEFT_OUT = "Its allowed host isn’t one, so it was left out. {}"


@dataclass(frozen=True)
class Reading:
    """What was read: the rows, and sentences about what was decided for all of them."""

    form: Form
    rows: Sequence[Row]
    notes: Sequence[str]


def read(content: bytes, form: Form | None = None) -> Reading:
    """The rows in `content`, of that form or of the one that it looks like.

    Raises InvalidInput where nothing can be read, or more than can be imported at once.
    """
    text, notes = text_of(content)
    chosen = form or form_of(text)
    rows, more = _read_as(chosen, text)
    if form is None and chosen in _IS_READ_AS:
        more = [_IS_READ_AS[chosen], *more]
    if not rows:
        raise InvalidInput("There is no name with a value in it: nothing to import.", field="file")
    if len(rows) > MOST_ROWS:
        raise _too_many(chosen, rows)
    return Reading(chosen, _compared([_checked(row) for row in rows]), [*notes, *more])


def _too_many(form: Form, rows: Sequence[Row]) -> InvalidInput:
    """What to say of more rows than a universe can have secrets, and where to split them."""
    place = f"{'entry' if form is Form.JSON else 'line'} {rows[MOST_ROWS].line:,}"
    return InvalidInput(
        f"Nothing was read: it has {len(rows):,} names or lines, and an import can have "
        f"{MOST_ROWS}, as many as a universe can have secrets. Split it: what begins in {place} "
        "belongs in another file.",
        field="file",
    )


def form_of(text: str) -> Form:
    """What it looks like."""
    found = _COMMENT_OR_EMPTY.match(text)
    start = text[found.end() if found else 0 :]
    if start.lstrip()[:1] in ("{", "["):
        return Form.JSON
    first = start.partition("\n")[0]
    if _ENV_LINE.match(first) or not re.search(r"[,;\t]", first):
        return Form.ENV
    return Form.CSV


def _read_as(form: Form, text: str) -> tuple[list[Row], list[str]]:
    if form is Form.CSV:
        return table_text.read(text)
    return (json_text.read if form is Form.JSON else env_text.read)(text), []


def _checked(row: Row) -> Row:
    """The row with what is wrong with its name or value, or what is asked about that."""
    if row.fault or row.value is None:
        return row
    if fault := _fault_of_name(row.name) or _fault_of_value(row.value):
        return replace(row, fault=fault)
    found = value_gate.suspicions(row.value)
    host, told = _host_of(row.host)
    return replace(
        row,
        host=host,
        doubts=(*row.doubts, *(each.sentence for each in found if each.stops)),
        notes=(*row.notes, *told, *(each.sentence for each in found if not each.stops)),
    )


def _fault_of_name(name: str) -> str:
    if not name:
        return _NO_NAME
    try:
        input_rules.check_name(name)
    except InvalidInput as refusal:
        near = _near(name)
        return f"{refusal} Did you mean {near}?" if near else str(refusal)
    return ""


def _near(name: str) -> str:
    """A name like it that Roblox accepts; empty where it could be a piece of a value."""
    if not Row(0, name).shown_name:
        return ""
    near = _NOT_OF_A_NAME.sub("_", name)
    near = f"_{near}" if near[:1].isdigit() else near
    return near if input_rules.is_documented_name(near) else ""


def _fault_of_value(value: Plaintext) -> str:
    if not len(value):
        return _NO_VALUE
    try:
        input_rules.check_value(value)
    except InvalidInput as refusal:
        return str(refusal)
    return ""


def _host_of(text: str | None) -> tuple[str | None, tuple[str, ...]]:
    """The allowed host that the file gives, and a sentence where that is none."""
    if not text:
        return None, ()
    host = input_rules.NEVER_SENDABLE if text.lower() == NO_HOST else input_rules.one_form(text)
    try:
        input_rules.check_domain(host)
    except InvalidInput as refusal:
        return None, (_HOST_LEFT_OUT.format(refusal),)
    return host, ()


def _compared(rows: Sequence[Row]) -> list[Row]:
    """The rows with what is said of those that have a name twice, or nearly so."""
    alike: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if not row.fault:
            alike[input_rules.likeness(row.name)].append(row)
    return [
        row if row.fault else _beside(row, alike[input_rules.likeness(row.name)]) for row in rows
    ]


def _beside(row: Row, alike: Sequence[Row]) -> Row:
    """The row among those whose names are like its own, itself one of them."""
    same = [each for each in alike if each.name == row.name]
    first = _first_like(row, same)
    if first is not row:
        return replace(row, fault=f"Line {first.line} has the same name and value: one is enough.")
    firsts = [each for each in same if _first_like(each, same) is each]
    near = [_NEARLY.format(each.line) for each in alike if each.name != row.name]
    return replace(
        row,
        rivals=tuple(each.line for each in firsts if each is not row),
        doubts=(*row.doubts, *near[:1]),
    )


def _first_like(row: Row, same: Sequence[Row]) -> Row:
    return next(each for each in same if each.value == row.value)
