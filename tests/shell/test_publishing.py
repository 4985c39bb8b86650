"""Publishing from the shell: what a file has to be, that it is confirmed, and what came of it."""

from pathlib import Path

import pytest

from emulator import Emulator, faults
from emulator import Universe as EmulatedUniverse
from secretsapp.models import Publication, Universe
from tests.secrets.proposing import protect
from tests.shell.conftest import Shell
from tests.stage import HARBOR_ID, Cast
from tests.support.game_servers import RBXL, give_key

PLACE = HARBOR_ID + 1


@pytest.fixture(autouse=True)
def with_key(universe: Universe, emulator: Emulator) -> Universe:
    """Harbor with a key for its servers."""
    return give_key(universe, emulator)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A place file."""
    path = tmp_path / "harbor.rbxl"
    path.write_bytes(RBXL)
    return path


def test_a_file_has_to_be_confirmed_and_becomes_a_version(
    shell: Shell, harbor: EmulatedUniverse, file: Path
) -> None:
    asked = shell.refuse("publish_place", HARBOR_ID, PLACE, file)
    assert f"{len(RBXL)} bytes would be published to players" in asked
    said = shell.run("publish_place", HARBOR_ID, PLACE, file, "--yes")
    assert said.output == f"Published version 2 of place {PLACE} of Harbor.\n"
    assert harbor.fleet.latest_of(PLACE) == 2
    told = shell.run("publish_place", HARBOR_ID, PLACE, file, "--saved", "--yes", "--json").json
    assert (told["version"], harbor.fleet.latest_of(PLACE)) == (3, 2)


def test_an_unknown_outcome_has_a_status_of_its_own(
    shell: Shell, emulator: Emulator, file: Path
) -> None:
    emulator.inject(faults.cut_after(), path="/versions")
    sentence = shell.refuse("publish_place", HARBOR_ID, PLACE, file, "--yes", status=3)
    assert "outcome is unknown" in sentence


def test_what_cannot_be_sent_is_said(shell: Shell, file: Path) -> None:
    publish = ("publish_place", HARBOR_ID)
    assert "can't be opened (No such file" in shell.refuse(*publish, PLACE, "missing.rbxl", "--yes")
    assert "no place 7" in shell.refuse(*publish, 7, file, "--yes")
    file.write_bytes(b"PK")
    assert "isn’t a place file" in shell.refuse(*publish, PLACE, file, "--yes")
    assert not Publication.objects.exists()


def test_who_may_not_publish_is_refused(shell: Shell, cast: Cast, file: Path) -> None:
    viewer = ("--as", cast["viewer"].user.email)
    sentence = shell.refuse("publish_place", HARBOR_ID, PLACE, file, "--yes", *viewer)
    assert "You can’t publish places." in sentence


def test_in_a_protected_universe_a_file_is_not_even_asked_about(
    shell: Shell, universe: Universe, file: Path
) -> None:
    protect(universe)
    sentence = shell.refuse("publish_place", HARBOR_ID, PLACE, file)
    assert "nobody publishes its places alone" in sentence
