"""The stage on which every action can be done."""

from pathlib import Path

import pytest
from pytest_django import Settings

from emulator import Emulator
from emulator import Universe as EmulatedUniverse
from secretsapp.models import Universe
from tests.actions.acting import Stage
from tests.stage import Cast
from tests.support.connected import APP_ID, APP_SECRET
from tests.support.rings import use_copies


@pytest.fixture
def on_stage(
    emulator: Emulator,
    harbor: EmulatedUniverse,
    universe: Universe,
    cast: Cast,
    settings: Settings,
    tmp_path: Path,
) -> Stage:
    """Everything that an action may need."""
    use_copies(settings, tmp_path / "keys")
    settings.ROBLOX_APP_ID, settings.ROBLOX_APP_SECRET = APP_ID, APP_SECRET
    return Stage(emulator, harbor, universe, cast)
