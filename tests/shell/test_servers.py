"""Game servers from the shell: how far changes are, a restart, and the key for them."""

import pytest

from emulator import Emulator, faults
from emulator import Universe as EmulatedUniverse
from secretsapp.models import ServerRestart, Universe
from tests.shell.conftest import Shell
from tests.stage import HARBOR_ID, Cast
from tests.support.game_servers import give_key, rotate_between_starts

RESTART = ("restart_servers", HARBOR_ID, "--yes")


@pytest.fixture
def rotated(
    universe: Universe, harbor: EmulatedUniverse, cast: Cast, emulator: Emulator
) -> Universe:
    """Harbor, where nine servers started before PAY_KEY was rotated and three after it."""
    return rotate_between_starts(give_key(universe, emulator), harbor, cast)


def test_servers_are_listed_by_what_they_have_of_a_change(shell: Shell, rotated: Universe) -> None:
    lines = shell.run("list_servers", HARBOR_ID).output.splitlines()
    assert lines[0].split() == ["NAME", "CHANGED", "(UTC)", "SERVERS"]
    assert lines[1].startswith("PAY_KEY")
    assert lines[1].endswith("9 of 12 servers still have the old value.")
    [told] = shell.run("list_servers", HARBOR_ID, "--json").json["changes"]
    assert (told["old"], told["total"], told["everywhere"]) == (9, 12, False)


def test_nothing_changed_is_said_so(shell: Shell, universe: Universe) -> None:
    output = shell.run("list_servers", HARBOR_ID).output
    assert output == "No secret that you can see was changed in the last week.\n"


def test_what_is_missing_is_said(shell: Shell, universe: Universe) -> None:
    shell.run("rotate_secret", HARBOR_ID, "PAY_KEY", piped=b"second")
    said = shell.run("list_servers", HARBOR_ID)
    assert said.errors.startswith("Harbor has no API key for its game servers")
    assert "Not known yet." in said.output


def test_a_restart_has_to_be_confirmed_and_is_sent_once(
    shell: Shell, rotated: Universe, harbor: EmulatedUniverse
) -> None:
    sentence = shell.refuse("restart_servers", HARBOR_ID)
    assert sentence == (
        "Nothing was restarted. It would end 12 servers with 60 players. Add --yes to confirm."
    )
    said = shell.run(*RESTART, "--bleed-off", 5, "--why", "a new key")
    assert said.output == "Roblox restarts 12 servers of Harbor.\n"
    [restart] = harbor.fleet.restarts.values()
    assert ServerRestart.objects.get().remote_id == restart.id


def test_a_forecast_that_does_not_come_is_said(
    shell: Shell, rotated: Universe, emulator: Emulator
) -> None:
    emulator.inject(faults.status(200, {}), path="restarts:forecast")
    assert "What it would end isn't known" in shell.refuse("restart_servers", HARBOR_ID)
    told: dict[str, object] = {"placeForecasts": {"1": {}}}
    emulator.inject(faults.status(200, told), path="restarts:forecast")
    assert "doesn't tell how many" in shell.refuse("restart_servers", HARBOR_ID)


def test_an_unknown_outcome_has_a_status_of_its_own(
    shell: Shell, rotated: Universe, emulator: Emulator
) -> None:
    emulator.inject(faults.cut_after(), method="POST", path="/restarts")
    assert "outcome is unknown" in shell.refuse(*RESTART, status=3)


def test_minutes_that_roblox_does_not_take_are_refused(shell: Shell, rotated: Universe) -> None:
    assert "1 to 240 minutes" in shell.refuse(*RESTART, "--bleed-off", 0)


def test_the_key_for_servers_is_chosen_and_taken_away(shell: Shell, rotated: Universe) -> None:
    edit = ("edit_universe", HARBOR_ID, "--json", "--server-key")
    assert shell.run(*edit, "").json["server_key"] == ""
    assert shell.run(*edit, "servers").json["server_key"] == "servers"
    assert "universe:read" in shell.refuse("edit_universe", HARBOR_ID, "--server-key", "automation")
