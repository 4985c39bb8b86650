"""How many exports are sent to a person at once: each takes a thread of the server meanwhile."""

import time
from collections.abc import Iterator
from typing import Self

from django.core.cache import cache

from secretsapp.core.actor import Actor
from secretsapp.core.errors import TooManyExports

AT_ONCE = 2
# A place is free again after that, where a process ended without giving it back.
SECONDS = 600
RENEWED_AFTER = 60


def take(actor: Actor) -> str:
    """The name of a place for one more export; raises TooManyExports where there is none."""
    for number in range(AT_ONCE):
        name = f"export:{actor.person_id}:{number}"
        if cache.add(name, 1, SECONDS):
            return name
    raise TooManyExports(
        f"{AT_ONCE} exports are being downloaded already. Wait until one of them is complete."
    )


def give_back(name: str) -> None:
    """Let another export have the place."""
    cache.delete(name)


class Sending:
    """The pieces of an export, which has its place until they end or nobody takes them."""

    def __init__(self, name: str, texts: Iterator[str]) -> None:
        self._name = name
        self._texts = texts
        self._renewed_at = time.monotonic()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> str:
        if time.monotonic() > self._renewed_at + RENEWED_AFTER:
            cache.touch(self._name, SECONDS)
            self._renewed_at = time.monotonic()
        return next(self._texts)

    def close(self) -> None:
        """Called by the server once the answer is sent, or its reader has gone."""
        give_back(self._name)
