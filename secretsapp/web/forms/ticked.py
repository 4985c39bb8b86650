"""What was ticked in a list or a table: names, and cells of names and universes.

A form has so many fields at most, so a script of the page puts what is ticked into one of them
(`js/ticked.js`), with a line for each; without it, each is a field.
"""

from collections.abc import Sequence
from typing import TypeVar
from urllib.parse import unquote

from django.http import QueryDict

from secretsapp.core.actor import Actor
from secretsapp.core.errors import InvalidInput
from secretsapp.core.input_rules import UNIVERSE_ID_LIMIT
from secretsapp.models import Universe
from secretsapp.secrets import compared_universes

NAME, SEEN, CELL, NAMES, UNIVERSE = "name", "seen", "cell", "names", "universe"
Item = TypeVar("Item")
LONGEST_ID = len(str(UNIVERSE_ID_LIMIT))


def lines_of(sent: QueryDict, field: str) -> list[str]:
    """What was sent under that name, each once, whether in fields of its own or in lines of one."""
    return list(dict.fromkeys(line for line in _lines(sent, field) if line))


def names_of(sent: QueryDict, field: str = NAME) -> list[str]:
    """The same of names, which are sent as they are written in addresses: one may have lines."""
    return [unquote(line) for line in lines_of(sent, field)]


def seen_of(sent: QueryDict) -> dict[str, str]:
    """What the page showed of each name: the line that stands at the same place."""
    return dict(zip(map(unquote, _lines(sent, NAME)), _lines(sent, SEEN), strict=False))


def _lines(sent: QueryDict, field: str) -> list[str]:
    return [line.strip("\r") for text in sent.getlist(field) for line in text.split("\n")]


def universes_of(actor: Actor, sent: QueryDict, field: str = UNIVERSE) -> list[Universe]:
    """The universes that are named there; raises NotFound where the actor can't see one of them."""
    return compared_universes.chosen(actor, _ids(lines_of(sent, field)))


def cells_of(actor: Actor, sent: QueryDict) -> list[tuple[Universe, str]]:
    """The names that are ticked in a table, each with its universe.

    A cell is sent as the places of its row and its column, which the form has beside them. Raises
    InvalidInput where none is ticked, or what was sent is no such table.
    """
    found = {each.pk: each for each in universes_of(actor, sent)}
    names, ids = names_of(sent, NAMES), _ids(lines_of(sent, UNIVERSE))
    ticked = lines_of(sent, CELL)
    if not ticked:
        raise InvalidInput("Nothing was changed. First tick the cells that you mean.")
    places = [line.partition(".")[::2] for line in ticked]
    return [(found[_at(ids, column)], _at(names, row)) for row, column in places]


def _at(items: Sequence[Item], place: str) -> Item:
    number = _number(place)
    if number >= len(items):
        raise InvalidInput("Nothing was changed: the page can’t be read. Open it again.")
    return items[number]


def _ids(lines: Sequence[str]) -> list[int]:
    """The ids; what is none stands for a universe that there is not."""
    return [min(_number(line), UNIVERSE_ID_LIMIT) for line in lines]


def _number(text: str) -> int:
    """A whole number; what is none is one beyond all that there is."""
    return int(text) if is_number(text) else UNIVERSE_ID_LIMIT + 1


def is_number(text: str) -> bool:
    """Whether it can be the id of a universe."""
    return text.isascii() and text.isdigit() and len(text) <= LONGEST_ID
