"""How a command ends that is told to: as by Ctrl-C, so that it clears away what it has begun."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


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
