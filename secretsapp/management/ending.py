"""How a command ends that is told to: as by Ctrl-C, so that it clears away what it has begun."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def in_order() -> Iterator[None]:
    """Let SIGTERM be a KeyboardInterrupt inside the block; for the main thread alone."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
