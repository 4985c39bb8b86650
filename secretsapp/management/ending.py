"""How a command ends that is told to: as by Ctrl-C, so that it clears away what it has begun."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from django.db import Error


class Told:
    """Remembers that the process was told to end.

    An interrupt that comes in the middle of a query may come out as an error of the database, and
    be taken for one.
    """

    def __init__(self) -> None:
        self._is_told = False

    def listen(self) -> None:
        """Let SIGTERM and Ctrl-C be a KeyboardInterrupt that is remembered."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._end)

    @property
    def is_told(self) -> bool:
        """Whether the process was told to end."""
        return self._is_told

    def end_if_told(self) -> None:
        """Raise KeyboardInterrupt again where one was lost."""
        if self._is_told:
            raise KeyboardInterrupt

    def _end(self, number: int, frame: FrameType | None) -> None:
        self._is_told = True
        signal.default_int_handler(number, frame)


@contextmanager
def in_order() -> Iterator[None]:
    """Let SIGTERM be a KeyboardInterrupt inside the block; for the main thread alone."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def quietly() -> Iterator[None]:
    """Let SIGTERM and Ctrl-C be how the block ends, and no failure; for the main thread alone."""
    told, numbers = Told(), (signal.SIGTERM, signal.SIGINT)
    before = {number: signal.getsignal(number) for number in numbers}
    told.listen()
    try:
        yield
    except KeyboardInterrupt:
        pass
    except Error:
        if not told.is_told:
            raise
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
