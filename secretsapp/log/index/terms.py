"""What an event is found by, and the words of its text."""

import re
from collections.abc import Iterable, Iterator

from secretsapp.core.events.kinds import read_detail
from secretsapp.models import AuditEvent

# The kinds of terms, as they are stored.
ACTOR, ACTOR_KIND, ACTOR_NAME = "a", "k", "m"
SUBJECT, SUBJECT_NAME = "s", "o"
DOOR, ADDRESS, TAG = "d", "i", "t"
UNIVERSE, SECRET = "u", "n"
WORD = "w"
# Of the beginnings of changes: that the log held the outcome when this was written, and that what
# finds the beginning finds the outcome too.
IS_OVER, OVER, OVER_ALIKE = "f", "", "alike"

Term = tuple[str, bytes]

_WORD = re.compile(r"[^\W_]+")
LONGEST_WORD = 40
# Longer numbers are ids and times: each would be a word of its own that nobody looks for.
_LONG_NUMBER = re.compile(r"\d{5,}")


def words(text: str) -> set[str]:
    """The words in a text as they are looked for: `PAY_KEY` has two."""
    found = (each[:LONGEST_WORD] for each in _WORD.findall(text.casefold()))
    return {each for each in found if not _LONG_NUMBER.fullmatch(each)}


def words_of(event: AuditEvent) -> set[str]:
    """The words of an event: of its secret, universe and subject, and of its details."""
    details = read_detail(event.detail) or {}
    names = (event.secret_name, event.universe_name, event.subject_name)
    return words(" ".join((*names, *details.values())))


def has_words(event: AuditEvent, wanted: Iterable[str]) -> bool:
    """Whether each of these is the beginning of a word of the event."""
    own = words_of(event)
    return all(any(each.startswith(part) for each in own) for part in wanted)


def terms_of(event: AuditEvent) -> Iterator[Term]:
    """Everything that the event is found by."""
    for kind, text in (
        (ACTOR, event.actor_id),
        (ACTOR_KIND, event.actor_kind),
        (ACTOR_NAME, event.actor_name),
        (SUBJECT, subject(event.subject_kind, event.subject_id)),
        (SUBJECT_NAME, event.subject_name),
        (DOOR, event.door),
        (ADDRESS, event.address),
        (TAG, event.tag),
        (UNIVERSE, event.universe_id),
    ):
        if text:
            yield kind, text.encode()
    # Also where it has none: that is what is looked for in histories.
    yield SECRET, event.secret_name.encode()
    for word in words_of(event):
        yield WORD, word.encode()


def subject(kind: str, subject_id: str) -> str:
    """Whom or what an event is about, in one text."""
    return f"{kind}:{subject_id}" if subject_id else ""
