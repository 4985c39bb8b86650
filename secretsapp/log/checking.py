"""Checks events of the log, each against the one before it, and says what is wrong with which."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from secretsapp.core import chain
from secretsapp.core.errors import KeyTrouble, LogBroken
from secretsapp.log import stored_events
from secretsapp.log.damaged_rows import UNREADABLE, read
from secretsapp.log.stored_events import Row, Stored
from secretsapp.models import AuditEvent
from secretsapp.rules.keys import audit_ring

Told = TypeVar("Told", bound=Stored)


@dataclass(frozen=True)
class Anchor:
    """A place in the chain that was noted outside the database: sequence number and link."""

    sequence: int
    link: str

    def __str__(self) -> str:
        return f"{self.sequence}:{self.link}"


START = Anchor(0, chain.START_OF_CHAIN)


def followed(events: Iterable[Told], last: Anchor = START) -> Iterator[Told]:
    """The events, each of which follows the one before; the first of them follows `last`.

    Raises LogBroken for the first that does not, or was edited; KeyTrouble.
    """
    ring = audit_ring()
    for event in events:
        if not (isinstance(event, Row) and _follows(event, last, ring)):
            _check(_in_full(event), last, ring)
        last = Anchor(event.sequence, event.link)
        yield event


def unreadable(number: int) -> str:
    """What is said of an event that cannot be read."""
    return f"Event {number} can't be read: someone edited it in the database."


def _follows(row: Row, last: Anchor, ring: chain.AuditRing) -> bool:
    """Whether nothing is wrong with a row; where something may be, `_check` says what."""
    texts = stored_events.chained_texts(row)
    if texts is None or row.sequence != last.sequence + 1:
        return False
    with suppress(*UNREADABLE, KeyTrouble):
        return (
            chain.content_hash_of(texts) == row.content
            and chain.link_hash(last.link, row.content) == row.link
            and ring.verifies(row.link, mac=row.mac, key_id=_text(row.key_id))
        )
    return False


def _in_full(event: Stored) -> AuditEvent:
    """The event of a row, to be looked at closely."""
    if isinstance(event, AuditEvent):
        return event
    found = read(partial(stored_events.numbered, event.sequence))
    if not found:
        raise LogBroken(unreadable(event.sequence))
    return found[0]


def _check(event: AuditEvent, last: Anchor, ring: chain.AuditRing) -> None:
    expected = last.sequence + 1
    if event.sequence != expected:
        raise LogBroken(
            f"Event {expected} is missing: the next one is number {event.sequence!s:.20}."
        )
    with told_if_broken(unreadable(expected)):
        _check_content(event, last, ring)


@contextmanager
def told_if_broken(sentence: str) -> Iterator[None]:
    """Turn what is raised over an edited value into the sentence that says so."""
    try:
        yield
    except UNREADABLE:
        raise LogBroken(sentence) from None


def _check_content(event: AuditEvent, last: Anchor, ring: chain.AuditRing) -> None:
    if event.format not in chain.FIELDS_OF:
        raise LogBroken(f"Event {event.sequence} has an unknown format.")
    if chain.content_hash(event.chained_fields()) != event.content:
        raise LogBroken(f"Event {event.sequence} was edited: its content doesn't match its hash.")
    if not stored_events.is_in_its_form(event):
        raise LogBroken(f"Event {event.sequence} was edited: it is not stored as it was written.")
    if chain.link_hash(last.link, event.content) != event.link:
        raise LogBroken(f"Event {event.sequence} doesn't follow event {last.sequence}.")
    if not ring.verifies(event.link, mac=event.mac, key_id=_text(event.key_id)):
        raise LogBroken(f"Event {event.sequence} was not written with our audit key.")


def _text(found: object) -> str:
    """The text that it is; SQLite may hold bytes, which would look like a key we do not have."""
    if not isinstance(found, str):
        raise TypeError("Not a text.")
    return found
