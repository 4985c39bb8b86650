"""JSON: names with values, names with objects, or a list of objects."""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from secretsapp.core.errors import InvalidInput
from secretsapp.core.imports.rows import Row, plaintext_of, without_value

NAME_KEYS = ("name", "key")
HOST_KEYS = ("allowed_host", "allowed host", "domain", "host")
VALUE_KEY = "value"
# Where a list of objects can be found, as in Sealroom's own export.
LIST_KEY = "secrets"

_BLANKS = re.compile(r"[ \t\n\r]*")
_SHAPES = 'Write {"NAME": "value"}, or a list of objects with name and value.'
_NO_TEXT = (
    "The value isn’t text in quotes. Write it in quotes: numbers could be rounded, and nested "
    "objects have no one value."
)
_NO_VALUE_KEY = "This object has no value. Give it one as “value”, in quotes."
_NO_NAME_KEY = "This entry is no object with a name. Write one with name and value."
_TWO_OF_A_KIND = "This object has a key twice. Keep the one that is meant."


@dataclass(frozen=True, repr=False)
class _Object:
    """An object with its members as they stand, so that a key that is there twice is seen."""

    members: Sequence[tuple[str, Any]]


class _Number:
    """A number, which is never computed."""


def _number(_text: str) -> _Number:
    return _Number()


_DECODER = json.JSONDecoder(
    object_pairs_hook=_Object, parse_int=_number, parse_float=_number, parse_constant=_number
)


def read(text: str) -> list[Row]:
    """A row for each name; raises InvalidInput for what is no JSON, or no object or list."""
    try:
        return list(_rows(text))
    except json.JSONDecodeError as error:
        sentence = f"This isn’t JSON: line {error.lineno}, character {error.colno} can’t be there."
    except RecursionError:
        sentence = "This JSON is nested too deep."
    raise InvalidInput(f"Nothing was read. {sentence} {_SHAPES}", field="file")


def _rows(text: str) -> Iterator[Row]:
    """It is read as a whole first: what is no JSON anywhere gives no row at all."""
    whole, begin = _DECODER.decode(text), _past_blanks(text, 0)
    if isinstance(whole, list):
        yield from _of_list(text, begin)
    elif isinstance(whole, _Object):
        yield from _of_object_of_all(text, begin)
    else:
        raise json.JSONDecodeError("", text, begin)


def _of_object_of_all(text: str, begin: int) -> Iterator[Row]:
    members = [(at, *member) for at, member in _elements(text, begin, _member)]
    listed = [at for _, key, at, value in members if key == LIST_KEY and isinstance(value, list)]
    if len(listed) == 1:
        yield from _of_list(text, listed[0])
        return
    for at, name, _, value in members:
        yield _of_member(_line(text, at), name, value)


def _of_list(text: str, begin: int) -> Iterator[Row]:
    for at, entry in _elements(text, begin, _DECODER.raw_decode):
        yield _of_entry(_line(text, at), entry)


def _of_member(line: int, name: str, value: Any) -> Row:
    if isinstance(value, _Object):
        return _of_object(line, name, value)
    if not isinstance(value, str):
        return without_value(line, _NO_TEXT, name)
    return Row(line=line, name=name, value=plaintext_of(value))


def _of_entry(line: int, entry: Any) -> Row:
    if not isinstance(entry, _Object):
        return without_value(line, _NO_NAME_KEY)
    name = _found(entry, NAME_KEYS)
    if not isinstance(name, str):
        return without_value(line, _NO_NAME_KEY)
    return _of_object(line, name, entry)


def _of_object(line: int, name: str, found: _Object) -> Row:
    keys = [key.lower() for key, _ in found.members]
    if len(set(keys)) < len(keys):
        return without_value(line, _TWO_OF_A_KIND, name)
    value, host = _found(found, (VALUE_KEY,)), _found(found, HOST_KEYS)
    if value is None:
        return without_value(line, _NO_VALUE_KEY, name)
    if not isinstance(value, str):
        return without_value(line, _NO_TEXT, name)
    known = host if isinstance(host, str) else None
    return Row(line=line, name=name, value=plaintext_of(value), host=known)


def _found(entry: _Object, keys: Sequence[str]) -> Any:
    return next((value for key, value in entry.members if key.lower() in keys), None)


def _elements(
    text: str, begin: int, read: Callable[[str, int], tuple[Any, int]]
) -> Iterator[tuple[int, Any]]:
    """What stands in the object or list that begins there, each with its place.

    The text is known to be JSON, so only what ends an element has to be told apart.
    """
    at = _past_blanks(text, begin + 1)
    while text[at] not in "]}":
        element, end = read(text, at)
        yield at, element
        end = _past_blanks(text, end)
        at = _past_blanks(text, end + 1) if text[end] == "," else end


def _member(text: str, at: int) -> tuple[tuple[str, int, Any], int]:
    """A key, the place of its value, and the value; and where that ends."""
    key, end = _DECODER.raw_decode(text, at)
    place = _past_blanks(text, _past_blanks(text, end) + 1)
    value, end = _DECODER.raw_decode(text, place)
    return (key, place, value), end


def _past_blanks(text: str, at: int) -> int:
    found = _BLANKS.match(text, at)
    return found.end() if found else at


def _line(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1
