"""What someone looks for, and how well something fits it. Plain text; no database."""

import re
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import cached_property

from secretsapp.core import patterns
from secretsapp.core.errors import InvalidInput
from secretsapp.core.input_rules import DOMAIN_LIMIT, is_storable
from secretsapp.home.search import slips

LONGEST_TEXT = DOMAIN_LIMIT
MOST_WORDS = 8

# What is between words; the last two mark the ends of a name in the index.
_BETWEEN = re.compile(r"[\s_\-*^$]+")
_RUN_TOGETHER = str.maketrans("", "", " _-")


class Closeness(IntEnum):
    """How well something fits, the best first."""

    SAME = 0
    WHOLE_NAME = 1
    BEGINNING = 2
    BEGINNINGS_OF_WORDS = 3
    WITHIN = 4
    BESIDE = 5
    SLIP = 6


@dataclass(frozen=True)
class Wanted:
    """What is looked for: `words` in lower case, or the names that `pattern` matches.

    With `forgives` each word may have one slip of the finger.
    """

    text: str
    words: tuple[str, ...]
    pattern: str = ""
    forgives: bool = False

    @property
    def joined(self) -> str:
        """The words run together, as names are compared."""
        return "".join(self.words)

    @property
    def may_slip(self) -> bool:
        """Whether a slip can be forgiven in any of the words."""
        return not self.pattern and any(map(slips.may_slip, self.words))

    @cached_property
    def with_slips(self) -> list[re.Pattern[str]]:
        """What finds each word with one slip at most."""
        return [re.compile(slips.regex(word)) for word in self.words]

    def forgiving(self) -> "Wanted":
        """The same with a slip in each word forgiven."""
        return replace(self, forgives=True)


# What is looked for while nothing is typed.
NOTHING = Wanted("", ())


def read(text: str) -> Wanted | None:
    """What the text looks for; None where it can stand nowhere."""
    words = tuple(dict.fromkeys(words_of(text)))
    if not words or len(words) > MOST_WORDS or len(text) > LONGEST_TEXT or not is_storable(text):
        return None
    return Wanted(text, words, _pattern(text))


def _pattern(text: str) -> str:
    """The text as a pattern of grants, where it ends as only those do."""
    if not text.endswith("*"):
        return ""
    try:
        return patterns.parse_pattern(text)
    except InvalidInput:
        return ""


def words_of(name: str) -> list[str]:
    """The words of a name or of what was typed, in lower case."""
    return [word for word in _BETWEEN.split(name.lower()) if word]


def closeness(wanted: Wanted, name: str, beside: str = "") -> Closeness | None:
    """How well something of that name fits, with what is known `beside` it; None where not."""
    if wanted.forgives:
        return _with_slips(wanted, name, beside)
    found = _by_name(wanted, name)
    if found is None and all(_is_in(word, name, beside) for word in wanted.words):
        return Closeness.BESIDE
    return found


def _with_slips(wanted: Wanted, name: str, beside: str) -> Closeness | None:
    low = name.lower()
    text = f"{low.translate(_RUN_TOGETHER)} {low} {beside.lower()}"
    return Closeness.SLIP if all(each.search(text) for each in wanted.with_slips) else None


def _by_name(wanted: Wanted, name: str) -> Closeness | None:
    words, run = words_of(name), run_together(name)
    if name == wanted.text:
        return Closeness.SAME
    if run == wanted.joined:
        return Closeness.WHOLE_NAME
    if run.startswith(wanted.joined):
        return Closeness.BEGINNING
    if all(any(word.startswith(each) for word in words) for each in wanted.words):
        return Closeness.BEGINNINGS_OF_WORDS
    return Closeness.WITHIN if all(each in run for each in wanted.words) else None


def run_together(name: str) -> str:
    """The name without what is between its words, in lower case."""
    return "".join(words_of(name))


def _is_in(word: str, name: str, beside: str) -> bool:
    return word in run_together(name) or word in beside.lower()
