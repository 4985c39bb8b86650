"""A running emulator with one universe, and a caller who may do everything there."""

from collections.abc import Iterator

import pytest

from emulator import Emulator, Universe
from tests.emulator.caller import Caller

UNIVERSE_ID = 6930499524
KEY = "the-key-of-the-automation-account"


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    """An emulator that runs for one test; an error of its own fails the test."""
    with Emulator() as running:
        running.add_api_key(KEY)
        yield running


@pytest.fixture
def universe(emulator: Emulator) -> Universe:
    """A universe of a group."""
    return emulator.add_universe(
        UNIVERSE_ID, name="Harbor", group_id=1234567, root_place_id=111, place_ids=(111, 112)
    )


@pytest.fixture
def caller(emulator: Emulator, universe: Universe) -> Iterator[Caller]:
    """A caller with a key for everything."""
    with Caller(emulator.url, universe.id, KEY) as ready:
        yield ready


@pytest.fixture
def key() -> str:
    """The API key that the caller uses."""
    return KEY
