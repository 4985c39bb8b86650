"""A command that is told to end."""

import os
import signal
from collections.abc import Iterator

import pytest

from secretsapp.management.ending import Told

ENDING = (signal.SIGTERM, signal.SIGINT)


@pytest.fixture
def told() -> Iterator[Told]:
    """One that listens, until the test has ended."""
    before = {number: signal.getsignal(number) for number in ENDING}
    told = Told()
    told.listen()
    yield told
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", ENDING)
def test_an_interrupt_that_was_taken_for_a_failure_still_ends(told: Told, number: int) -> None:
    told.end_if_told()
    with pytest.raises(KeyboardInterrupt):
        os.kill(os.getpid(), number)
    # Whoever called has swallowed it, as a driver of a database may.
    with pytest.raises(KeyboardInterrupt):
        told.end_if_told()
