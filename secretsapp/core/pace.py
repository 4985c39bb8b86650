"""Lets what strangers wait for take the same time, whatever was found."""

import time
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def lasting(seconds: float) -> Iterator[None]:
    """Let what is done within last so long at least."""
    ends_at = time.monotonic() + seconds
    try:
        yield
    finally:
        time.sleep(max(0, ends_at - time.monotonic()))
