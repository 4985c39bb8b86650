"""The exports that are being sent to a person, and how far they are.

There are few at once: each takes a thread of the server meanwhile.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

from django.core.cache import cache

from secretsapp.core.actor import Actor
from secretsapp.core.errors import TooManyExports
from secretsapp.log.exporting import Piece

AT_ONCE = 2
# A place is free again after that, where a process ended without giving it back.
SECONDS = 600
RENEWED_AFTER = 1


@dataclass(frozen=True)
class Running:
    """An export that is being sent: so many events of all."""

    sent: int
    events: int

    @property
    def words(self) -> str:
        """How far it is, in words."""
        return f"{self.sent:,} of {self.events:,} {'event' if self.events == 1 else 'events'}"


def take(actor: Actor) -> str:
    """The name of a place for one more export; raises TooManyExports where there is none."""
    for name in _places(actor):
        if cache.add(name, [0, 0], SECONDS):
            return name
    raise TooManyExports(
        f"{AT_ONCE} exports are being downloaded already. Wait until one of them is complete."
    )


def running(actor: Actor) -> list[Running]:
    """The exports that are being sent to the actor."""
    return [Running(*found) for found in map(cache.get, _places(actor)) if found and found[1]]


def _places(actor: Actor) -> list[str]:
    return [f"export:{actor.person_id}:{number}" for number in range(AT_ONCE)]


def give_back(name: str) -> None:
    """Let another export have the place."""
    cache.delete(name)


class Sending:
    """The pieces of an export, which has its place until they end or nobody takes them."""

    def __init__(self, name: str, pieces: Iterator[Piece], events: int) -> None:
        self._name = name
        self._pieces = pieces
        self._sent, self._events = 0, events
        self._renew()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> str:
        if time.monotonic() > self._renewed_at + RENEWED_AFTER:
            self._renew()
        piece = next(self._pieces)
        self._sent += piece.events
        return piece.text

    def _renew(self) -> None:
        cache.set(self._name, [self._sent, self._events], SECONDS)
        self._renewed_at = time.monotonic()

    def close(self) -> None:
        """Called by the server once the answer is sent, or its reader has gone."""
        give_back(self._name)
