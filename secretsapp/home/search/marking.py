"""Sets apart what was looked for in a text that is shown."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from secretsapp.home.search.wanted import Wanted


@dataclass(frozen=True)
class Piece:
    """A piece of a text, and whether it is what was looked for."""

    text: str
    is_match: bool


def marked(text: str, wanted: Wanted) -> list[Piece]:
    """The text in pieces, which put together are all of it."""
    places = set(_places(text, wanted))
    pieces = groupby(enumerate(text), lambda each: each[0] in places)
    return [Piece("".join(letter for _, letter in run), is_match) for is_match, run in pieces]


def line_with(text: str, wanted: Wanted) -> str:
    """The first line of the text that holds a word of what was looked for, or else the first."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    holding = (line for line in lines if any(word in line.lower() for word in wanted.words))
    return next(holding, lines[0] if lines else "")


def _places(text: str, wanted: Wanted) -> Iterator[int]:
    """The places in the text of the letters that were looked for."""
    low = text.lower()
    if len(low) != len(text):
        # A capital that becomes two letters: every place behind it would be another.
        return
    letters = [place for place, letter in enumerate(low) if letter not in "_- "]
    run = "".join(low[place] for place in letters)
    for word in wanted.words:
        if found := _whole(low, word):
            yield from found
        else:
            yield from (letters[at] for at in _whole(run, word))


def _whole(text: str, word: str) -> list[int]:
    """The places of the letters of each time the word is in the text."""
    return [at for found in _each(text, word) for at in range(*found)]


def _each(text: str, word: str) -> Iterable[tuple[int, int]]:
    return (found.span() for found in re.finditer(re.escape(word), text))
