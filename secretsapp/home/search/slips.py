"""One slip of the finger in a word: a letter missing, too many, or another, or two swapped."""

import re
from collections.abc import Iterator

from secretsapp.rules.search_index import BESIDE_WORDS, SHORTEST_INDEXED, Holding

# A slip in a shorter word makes another word of it, and in a longer one there are too many.
SHORTEST = 5
LONGEST = 30
SHORTEST_IN_THIRDS = 3 * SHORTEST_INDEXED


def regex(word: str) -> str:
    """What finds the word with one slip at most."""
    if not may_slip(word):
        return re.escape(word)
    return "|".join(".".join(map(re.escape, sides)) for sides in _slips(word))


def holding(word: str) -> Holding:
    """What a text holds that has the word with one slip; not each text that holds it has that.

    What is on one side of the slip and too short for the index is to be at the end of a word.
    """
    if not may_slip(word):
        return Holding(((word if len(word) >= SHORTEST_INDEXED else BESIDE_WORDS + word,),))
    if len(word) >= SHORTEST_IN_THIRDS:
        return Holding(_thirds(word))
    return Holding(tuple(map(_parts, _slips(word))))


def may_slip(word: str) -> bool:
    """Whether a slip is forgiven in a word of that length."""
    return SHORTEST <= len(word) <= LONGEST


def _slips(word: str) -> Iterator[tuple[str, ...]]:
    """What is left as it is by each slip: the two sides of a letter, or all of the word."""
    for at in range(1, len(word) - 1):
        yield word[:at], word[at + 1 :]
    for at in range(1, len(word)):
        yield word[:at], word[at:]
    for at in range(len(word)):
        yield (word[:at] + word[at + 1 :],)
    for at in range(len(word) - 1):
        yield (word[:at] + word[at + 1] + word[at] + word[at + 2 :],)


def _thirds(word: str) -> tuple[tuple[str, ...], ...]:
    """What is left of a long word by any slip: the index is asked for few parts, and not for each.

    A slip is in one third, or swaps two letters where two of them meet.
    """
    first, second = len(word) // 3, len(word) * 2 // 3
    return (word[: second - 1],), (word[first + 1 :],), (word[:first], word[second:])


def _parts(sides: tuple[str, ...]) -> tuple[str, ...]:
    """The sides as the index has them."""
    if len(sides) == 1:
        return sides
    first, last = sides
    return (
        first if len(first) >= SHORTEST_INDEXED else BESIDE_WORDS + first,
        last if len(last) >= SHORTEST_INDEXED else last + BESIDE_WORDS,
    )
