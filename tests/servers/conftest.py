"""Harbor with twelve game servers, a key that may read and restart them, and a rotation."""

import pytest

from emulator import Emulator
from emulator import Universe as EmulatedUniverse
from secretsapp.models import Universe
from tests.stage import Cast
from tests.support.game_servers import give_key, rotate_between_starts


@pytest.fixture
def place(harbor: EmulatedUniverse) -> int:
    """Harbor's root place."""
    return harbor.profile.root_place_id


@pytest.fixture
def with_key(universe: Universe, emulator: Emulator) -> Universe:
    """Harbor with a key for its servers."""
    return give_key(universe, emulator)


@pytest.fixture
def rotated(with_key: Universe, harbor: EmulatedUniverse, cast: Cast) -> Universe:
    """Harbor, where nine servers started before PAY_KEY was rotated and three after it."""
    return rotate_between_starts(with_key, harbor, cast)
