"""What an event is found by, and the words of its text."""

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from functools import partial
from itertools import chain
from operator import attrgetter
from typing import NamedTuple

from secretsapp.core.events.kinds import read_detail
from secretsapp.models import AuditEvent

# The kinds of terms, as they are stored.
ACTOR, ACTOR_KIND, ACTOR_NAME = "a", "k", "m"
SUBJECT, SUBJECT_NAME = "s", "o"
DOOR, ADDRESS, TAG = "d", "i", "t"
UNIVERSE, SECRET = "u", "n"
WORD = "w"
# Of the beginnings of changes: that the log held the outcome when this was written, and that who
# did it, from where and to whom finds the outcome too; and the words that the outcome lacks.
IS_OVER, OVER, OVER_ALIKE = "f", "", "alike"
LACKED = "l"

Term = tuple[str, bytes]

_WORD = re.compile(r"[^\W_]+")
LONGEST_WORD = 40
# Longer numbers are ids and times: each would be a word of its own that nobody looks for.
_LONG_NUMBER = re.compile(r"\d{5,}")


def words(text: str) -> set[str]:
    """The words in a text as they are looked for: `PAY_KEY` has two."""
    found = (each[:LONGEST_WORD] for each in _WORD.findall(text.casefold()))
    return {each for each in found if not _LONG_NUMBER.fullmatch(each)}


def words_of(event: "AuditEvent | Row") -> set[str]:
    """The words of an event: of its secret, universe and subject, and of its details."""
    details = read_detail(event.detail) or {}
    names = (event.secret_name, event.universe_name, event.subject_name)
    return words(" ".join((*names, *details.values())))


def has_words(event: AuditEvent, wanted: Iterable[str]) -> bool:
    """Whether each of these is the beginning of a word of the event."""
    own = words_of(event)
    return all(any(each.startswith(part) for each in own) for part in wanted)


class Row(NamedTuple):
    """The columns of an event by which it is found."""

    sequence: int
    time: datetime
    tag: str
    actor_kind: str
    actor_id: str
    actor_name: str
    door: str
    address: str
    universe_id: str
    universe_name: str
    secret_name: str
    subject_kind: str
    subject_id: str
    subject_name: str
    change_id: str
    detail: str


def _values(kind: str, text: str) -> Iterator[Term]:
    if text:
        yield kind, text.encode()


def _words(text: str) -> Iterator[Term]:
    return ((WORD, word.encode()) for word in words(text))


def _of_secret(name: str) -> Iterator[Term]:
    # Also where there is none: that is what is looked for in histories.
    return chain([(SECRET, name.encode())], _words(name))


def _of_subject_name(name: str) -> Iterator[Term]:
    return chain(_values(SUBJECT_NAME, name), _words(name))


def _of_detail(detail: str) -> Iterator[Term]:
    return _words(" ".join((read_detail(detail) or {}).values()))


def _subject(event: Row) -> str:
    return subject(event.subject_kind, event.subject_id)


# Everything that an event is found by: what it has, and the terms that come of that.
SOURCES: tuple[tuple[Callable[[Row], str], Callable[[str], Iterator[Term]]], ...] = (
    (attrgetter("actor_id"), partial(_values, ACTOR)),
    (attrgetter("actor_kind"), partial(_values, ACTOR_KIND)),
    (attrgetter("actor_name"), partial(_values, ACTOR_NAME)),
    (_subject, partial(_values, SUBJECT)),
    (attrgetter("subject_name"), _of_subject_name),
    (attrgetter("door"), partial(_values, DOOR)),
    (attrgetter("address"), partial(_values, ADDRESS)),
    (attrgetter("tag"), partial(_values, TAG)),
    (attrgetter("universe_id"), partial(_values, UNIVERSE)),
    (attrgetter("universe_name"), _words),
    (attrgetter("secret_name"), _of_secret),
    (attrgetter("detail"), _of_detail),
)


def subject(kind: str, subject_id: str) -> str:
    """Whom or what an event is about, in one text."""
    return f"{kind}:{subject_id}" if subject_id else ""
