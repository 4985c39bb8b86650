"""Harbor with twelve game servers, a key that may read and restart them, and a rotation."""

import pytest

from emulator import READ_UNIVERSE, WRITE_UNIVERSE, Emulator
from emulator import Universe as EmulatedUniverse
from secretsapp.api_keys import stored_keys
from secretsapp.core.plaintext import Plaintext
from secretsapp.models import ApiKey, Universe
from secretsapp.secrets import changes
from tests.stage import STAGEHAND, Cast

SERVER_KEY = "emulated-key-for-servers"
SCOPES = {READ_UNIVERSE, WRITE_UNIVERSE}


@pytest.fixture
def place(harbor: EmulatedUniverse) -> int:
    """Harbor's root place."""
    return harbor.profile.root_place_id


@pytest.fixture
def with_key(universe: Universe, emulator: Emulator) -> Universe:
    """Harbor with a key for its servers."""
    emulator.add_api_key(SERVER_KEY, name="servers", scopes=SCOPES)
    value = Plaintext(SERVER_KEY.encode())
    stored_keys.add(STAGEHAND, name="servers", value=value, is_meant=True)
    universe.server_key = ApiKey.objects.get(name="servers")
    universe.save(update_fields=["server_key"])
    return universe


@pytest.fixture
def rotated(with_key: Universe, harbor: EmulatedUniverse, place: int, cast: Cast) -> Universe:
    """Harbor, where nine servers started before PAY_KEY was rotated and three after it."""
    harbor.fleet.start(place, 9)
    rotate(with_key, cast)
    harbor.fleet.start(place, 3)
    return with_key


def rotate(universe: Universe, cast: Cast, name: str = "PAY_KEY") -> None:
    """Rotate it as the rotator."""
    actor, value = cast["rotator"].actor, Plaintext(b"new value")
    changes.rotate(actor=actor, universe=universe, name=name, value=value)
