"""Waits for what other processes and threads do, and for no longer than it may take."""

import time
from collections.abc import Callable

SECONDS = 60
POLL_SECONDS = 0.02


def wait_until(condition: Callable[[], bool]) -> None:
    """Wait until it is so, or fail."""
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(POLL_SECONDS)
