"""A small storm over batches; `python -m tests.batches.storm` lets a large one rage."""

import pytest

from emulator import Emulator
from tests.batches.storm import NEW, SMALL, rage
from tests.installation import Installation

pytestmark = [pytest.mark.process, pytest.mark.engine]


def test_nothing_is_sent_twice_or_lost_while_roblox_fails_and_workers_are_killed(
    installation: Installation, emulator: Emulator
) -> None:
    damage = rage(installation, emulator, SMALL)
    assert damage.wrong == []
    assert damage.states.total() == SMALL.universes * SMALL.names
    assert damage.states["succeeded"] > damage.states.total() / 2
    installation.succeed("verify_audit")
    kept = (path for path in installation.data_dir.rglob("*") if path.is_file())
    assert not [path.name for path in kept if NEW.encode() in path.read_bytes()]
