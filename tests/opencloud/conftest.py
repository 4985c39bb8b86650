"""A running emulator with one universe, and clients of it; nothing here sleeps between retries."""

import time
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from emulator import Emulator, Universe
from secretsapp.core.plaintext import Plaintext
from secretsapp.opencloud.client import Client, Timeouts
from tests.opencloud.calls import KEY, OLD_VALUE, UNIVERSE_ID

# Hypothesis works without a clock, so that a busy machine fails no test.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")


@pytest.fixture(autouse=True)
def naps(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds for which the client would have waited before it repeats a read."""
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    return slept


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    """An emulator that runs for one test; an error of its own fails the test."""
    with Emulator() as running:
        running.add_api_key(KEY)
        yield running


@pytest.fixture
def universe(emulator: Emulator) -> Universe:
    """A universe of a group with one secret."""
    harbor = emulator.add_universe(
        UNIVERSE_ID, name="Harbor", group_id=1234567, root_place_id=111, place_ids=(111, 112)
    )
    harbor.put("OLD", OLD_VALUE, "old.example.com")
    return harbor


@pytest.fixture
def client(emulator: Emulator, universe: Universe) -> Iterator[Client]:
    """A client with a key for everything."""
    with Client(emulator.url, Plaintext(KEY.encode())) as ready:
        yield ready


@pytest.fixture
def impatient_client(emulator: Emulator, universe: Universe) -> Iterator[Client]:
    """A client that waits only a moment for an answer."""
    timeouts = Timeouts(read=0.1, answer=0.1)
    with Client(emulator.url, Plaintext(KEY.encode()), timeouts=timeouts) as ready:
        yield ready
