"""The filters of lists, as far as they are played: comparisons of one field, joined by `&&`.

Roblox documents CEL with &&, <, <=, >, >=, == and `in`, on all fields.
"""

import json
import operator
import re
from collections.abc import Callable, Mapping
from datetime import datetime

_COMPARISON = re.compile(r"\s*([A-Za-z]+)\s*(<=|>=|==|<|>|\bin\b)\s*(.+?)\s*")
_TIMESTAMP = re.compile(r'timestamp\("([^"]*)"\)')

_OPERATORS: Mapping[str, Callable[..., bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "in": lambda found, choices: found in choices,
}


class BadFilter(Exception):
    """The filter can't be read, or compares what can't be compared."""


def matches(text: str, record: Mapping[str, object]) -> bool:
    """Whether the record meets every comparison; an empty filter is met. Raises BadFilter."""
    return all(_is_met(part, record) for part in text.split("&&")) if text.strip() else True


def _is_met(comparison: str, record: Mapping[str, object]) -> bool:
    found = _COMPARISON.fullmatch(comparison)
    if found is None or found[1] not in record:
        raise BadFilter
    value, literal = record[found[1]], _literal(found[3])
    if isinstance(literal, datetime):
        value = datetime.fromisoformat(str(value))
    try:
        return _OPERATORS[found[2]](value, literal)
    except TypeError:
        raise BadFilter from None


def _literal(text: str) -> object:
    """A time, or what JSON writes the same way: a number, a text, a truth or a list."""
    time = _TIMESTAMP.fullmatch(text)
    try:
        return datetime.fromisoformat(time[1]) if time else json.loads(text)
    except ValueError:
        raise BadFilter from None
