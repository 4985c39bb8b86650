"""The .env form: NAME=value, a line each, with quotes over several lines.

Tools read this form differently. Where they would give different values, a row says what was
decided, asks, or is refused; docs/import.md has the table.
"""

import re
from dataclasses import dataclass, replace

from secretsapp.core.imports.rows import Row, plaintext_of, without_value

_EMPTY = re.compile(r"[ \t]*(?:#(?P<comment>[^\n]*))?(?:\n|\Z)")
_HOST = re.compile(r"[ \t]*Allowed host:[ \t]*(\S+)[ \t]*\Z", re.IGNORECASE)
_HEAD = re.compile(r"[ \t]*(?:export[ \t]+)?(?P<name>[^=\n]*?)[ \t]*=(?P<blanks>[ \t]*)")
_LINE = re.compile(r"[^\n]*(?:\n|\Z)")
_COMMENT = re.compile(r"[ \t]#")
_SINGLE = re.compile(r"'(?P<inner>[^']*)'")
_DOUBLE = re.compile(r'"(?P<inner>(?:[^"\\]++|\\.)*+)"', re.DOTALL)
_AFTER_QUOTE = re.compile(r"(?P<comment>[ \t]+#[^\n]*)?[ \t]*(?:\n|\Z)")
_TRIPLE = re.compile(
    r'"""[\s\S]*?(?:"""|\Z)[^\n]*(?:\n|\Z)|' + r"'''[\s\S]*?(?:'''|\Z)[^\n]*(?:\n|\Z)"
)
_PEM_REST = re.compile(r"[\s\S]*?(?:-----END[^\n]*(?:\n|\Z)|\Z)")
# A line that goes on with what the one above began, such as the end of a value in Base64.
_GOES_ON = re.compile(r"[ \t]*[^\s=#]+={0,2}[ \t]*(?:\n|\Z)")
_ONLY_PADDING = re.compile(r"=+")
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\", "$": "$"}
_FILLED_IN = re.compile(r"\$[({A-Za-z_]")

_NO_NAME = (
    "There is no name and = in this line. If it belongs to the value above, put that whole value "
    "in quotes. Otherwise write NAME=value."
)
_NEXT_HAS_NO_NAME = (
    "The line after it has no name. If that line belongs to this value, put the whole value in "
    "quotes."
)
_SEVERAL_LINES = "The value has several lines. Put it in double quotes, from BEGIN to END."
_TRIPLED = (
    "Tools read three quotes in different ways. Put the value in one pair of single or double "
    "quotes; it can have several lines."
)
_NOT_CLOSED = (
    "The quote that opens the value isn’t closed, or something follows the closing one. After "
    "it, only a comment can follow, with a space before #. If the quote belongs to the value, put "
    "the value in the other kind of quotes."
)
_HASH_FIRST = (
    "Tools read a # right after = in different ways. If it begins the value, put the value in "
    "quotes. If it begins a comment, fill in the value before it."
)
_CUT = (
    "Everything from “ #” on was read as a comment. If it belongs to the value, put the whole "
    "value in quotes."
)
_COMMENT_LEFT_OUT = "The comment after the closing quote was left out."
_BLANKS_LEFT_OUT = "Spaces around the value were left out. Put it in quotes to keep them."
_HASH_BELONGS = "The # belongs to the value."
_QUOTES_BELONG = "The quotes in it belong to the value."
_NOT_FILLED_IN = "$ stands for itself: nothing is filled in."
_WRITTEN_STAYS = r"\n stays as two characters. In double quotes it becomes a line break."
_BACKSLASH_STAYS = "The \\ at the end belongs to the value, which doesn’t go on in the next line."
_LITERAL = "Backslashes in single quotes stay."
_BECAME_BREAK = r"\n became a line break. In single quotes it stays as two characters."
_UNESCAPED = "A backslash before a quote, a $, a t, an r or another backslash was left out."
_ESCAPE_STAYS = "A backslash before any other character stays."


@dataclass(frozen=True)
class _Start:
    """Where a line begins, and what is known before its value is."""

    text: str
    at: int
    line: int
    host: str | None


def read(text: str) -> list[Row]:
    """A row for each name, and for each line that has none; what it may be is checked later."""
    rows: list[Row] = []
    at, line, host = 0, 1, None
    while at < len(text):
        empty = _EMPTY.match(text, at)
        if empty:
            host = _host_in(empty["comment"] or "")
            end = empty.end()
        else:
            row, end = _row(_Start(text, at, line, host))
            _doubt_before(rows, row)
            rows.append(row)
            host = None
        line += text.count("\n", at, end)
        at = end
    return rows


def _host_in(comment: str) -> str | None:
    """The allowed host that a comment names, as Sealroom's own export writes it."""
    found = _HOST.match(comment)
    return found[1] if found else None


def _doubt_before(rows: list[Row], row: Row) -> None:
    """Ask about the value right above a line without a name: it may be cut off there."""
    if row.fault == _NO_NAME and rows and rows[-1].line == row.line - 1:
        rows[-1] = replace(rows[-1], doubts=(*rows[-1].doubts, _NEXT_HAS_NO_NAME))


def _row(start: _Start) -> tuple[Row, int]:
    head = _HEAD.match(start.text, start.at)
    if head is None:
        return _without_name(start)
    begin = head.end()
    if tripled := _TRIPLE.match(start.text, begin):
        return without_value(start.line, _TRIPLED, head["name"]), tripled.end()
    if start.text.startswith(("'", '"'), begin):
        return _quoted(start, head["name"], begin)
    return _plain(start, head)


def _without_name(start: _Start) -> tuple[Row, int]:
    """A line without a name, and those after it that go on with it: none may pass for a name."""
    end = _end_of_line(start.text, start.at)
    while end < len(start.text) and (more := _GOES_ON.match(start.text, end)):
        end = more.end()
    return without_value(start.line, _NO_NAME), end


def _quoted(start: _Start, name: str, begin: int) -> tuple[Row, int]:
    is_double = start.text[begin] == '"'
    found = (_DOUBLE if is_double else _SINGLE).match(start.text, begin)
    after = _AFTER_QUOTE.match(start.text, found.end()) if found else None
    if found is None or after is None:
        # What follows is read by itself: a forgotten quote takes no other rows with it.
        return without_value(start.line, _NOT_CLOSED, name), _end_of_line(start.text, begin)
    value, notes = (_unescaped if is_double else _literal)(found["inner"])
    if after["comment"]:
        notes.append(_COMMENT_LEFT_OUT)
    return _made(start, name, value, notes=notes), after.end()


def _literal(inner: str) -> tuple[str, list[str]]:
    """What stands in single quotes, of which nothing has another meaning."""
    return inner, [_LITERAL] if "\\" in inner else []


def _unescaped(inner: str) -> tuple[str, list[str]]:
    """What stands in double quotes, with its escapes taken back."""
    found = set(_ESCAPE.findall(inner))
    told = (
        (_BECAME_BREAK, "n" in found),
        (_UNESCAPED, bool(found & (_ESCAPES.keys() - {"n"}))),
        (_ESCAPE_STAYS, bool(found - _ESCAPES.keys())),
        (_NOT_FILLED_IN, _FILLED_IN.search(_ESCAPE.sub("", inner)) is not None),
    )
    value = _ESCAPE.sub(lambda escape: _ESCAPES.get(escape[1], escape[0]), inner)
    return value, [note for note, is_told in told if is_told]


def _plain(start: _Start, head: re.Match[str]) -> tuple[Row, int]:
    """A value without quotes, which ends with its line."""
    end = _end_of_line(start.text, head.end())
    rest = start.text[head.end() : end].removesuffix("\n")
    if "-----BEGIN" in rest and "-----END" not in rest:
        more = _PEM_REST.match(start.text, end)
        return without_value(start.line, _SEVERAL_LINES, head["name"]), more.end() if more else end
    if rest.startswith("#"):
        return without_value(start.line, _HASH_FIRST, head["name"]), end
    if _ONLY_PADDING.fullmatch(rest.strip()):
        return without_value(start.line, _NO_NAME), end
    return _with_plain_value(start, head, rest), end


def _with_plain_value(start: _Start, head: re.Match[str], rest: str) -> Row:
    comment = _COMMENT.search(rest)
    kept = rest[: comment.start()].rstrip(" \t") if comment else rest
    value = kept.rstrip(" \t")
    told = (
        (_BLANKS_LEFT_OUT, bool(value) and (bool(head["blanks"]) or value != kept)),
        (_HASH_BELONGS, "#" in value),
        (_QUOTES_BELONG, "'" in value or '"' in value),
        (_NOT_FILLED_IN, _FILLED_IN.search(value) is not None),
        (_WRITTEN_STAYS, r"\n" in value),
        (_BACKSLASH_STAYS, value.endswith("\\")),
    )
    notes = [note for note, is_told in told if is_told]
    return _made(start, head["name"], value, notes=notes, doubts=[_CUT] if comment else [])


def _made(
    start: _Start, name: str, value: str, *, notes: list[str], doubts: list[str] | None = None
) -> Row:
    return Row(
        line=start.line,
        name=name,
        value=plaintext_of(value),
        host=start.host,
        doubts=tuple(doubts or ()),
        notes=tuple(notes),
    )


def _end_of_line(text: str, at: int) -> int:
    found = _LINE.match(text, at)
    return found.end() if found else len(text)
