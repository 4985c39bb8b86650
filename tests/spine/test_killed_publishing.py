"""A process that is killed while it publishes sends the file once at most, and never again."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from emulator import WRITE_PLACES, Emulator
from emulator import Universe as EmulatedUniverse
from secretsapp.opencloud.client import SETTLE_AFTER
from tests.installation import Installation
from tests.spine.test_kill_upkeep import SCOPES, WORK, die_at, told
from tests.stage import API_KEY, HARBOR_ID
from tests.support.game_servers import RBXL

pytestmark = pytest.mark.process

SAVED = ("--saved",)


@pytest.fixture
def publisher(stocked: Installation, emulator: Emulator) -> Installation:
    """An installation whose key publishes places too."""
    emulator.add_api_key(API_KEY, scopes=SCOPES | {WRITE_PLACES})
    stocked.execute("UPDATE secretsapp_universe SET server_key_id = api_key_id")
    return stocked


@pytest.fixture
def command(harbor: EmulatedUniverse, tmp_path: Path) -> tuple[str, ...]:
    """What publishes a file as Harbor's root place."""
    file = tmp_path / "place.rbxl"
    file.write_bytes(RBXL)
    return ("publish_place", str(HARBOR_ID), str(harbor.profile.root_place_id), str(file), "--yes")


def uploads(emulator: Emulator) -> int:
    """How often the file was sent."""
    return sum(each.path.endswith("/versions") for each in emulator.requests)


def let_time_pass(installation: Installation) -> None:
    """Let nothing be on its way any more, and no other process still be looking."""
    then = (datetime.now(UTC) - SETTLE_AFTER).isoformat(" ")
    installation.execute(
        f"UPDATE secretsapp_publication SET started_at = '{then}', tried_at = NULL, "
        "claimed_until = NULL"
    )


def do_rounds(installation: Installation) -> None:
    """Let a worker do two rounds, and verify the log."""
    installation.carry_out(WORK, WORK, ("verify_audit",))


def outcomes(installation: Installation) -> list[str]:
    """What was told of publishing, in order."""
    return [tag.rpartition(".")[2] for tag in told(installation, "universe.publish")]


@pytest.mark.parametrize(
    ("place", "more", "sent", "outcome"),
    [
        # It is written down, and not sent.
        ("servers.publishing._send", (), 0, "undetermined"),
        # It was sent, and nothing of the answer is stored.
        ("servers.publishing._end", (), 1, "succeeded"),
        ("servers.publishing._end", SAVED, 1, "undetermined"),
        # The outcome is stored, and not committed.
        ("servers.publishing.move", (), 1, "succeeded"),
    ],
)
def test_a_version_whose_process_was_killed_is_sent_once_at_most_and_never_again(
    publisher: Installation,
    emulator: Emulator,
    command: tuple[str, ...],
    place: str,
    more: tuple[str, ...],
    sent: int,
    outcome: str,
) -> None:
    die_at(place, publisher, *command, *more)
    publisher.succeed(*WORK)
    refused = publisher.run(*command)
    assert b"isn\xe2\x80\x99t known yet" in refused.stderr
    assert (outcomes(publisher), uploads(emulator)) == (["started"], sent)
    let_time_pass(publisher)
    do_rounds(publisher)
    assert (outcomes(publisher), uploads(emulator)) == (["started", outcome], sent)
    assert f"version {2 + sent} of" in publisher.succeed(*command)
    assert uploads(emulator) == sent + 1


def test_what_was_killed_before_it_was_written_down_left_nothing(
    publisher: Installation, emulator: Emulator, command: tuple[str, ...]
) -> None:
    die_at("rules.audit._append", publisher, *command)
    assert (outcomes(publisher), uploads(emulator)) == ([], 0)
    assert publisher.rows("SELECT id FROM secretsapp_publication") == []
    assert "version 2 of" in publisher.succeed(*command)


def test_an_outcome_that_is_found_is_told_once_though_who_found_it_was_killed(
    publisher: Installation, emulator: Emulator, command: tuple[str, ...]
) -> None:
    die_at("servers.publishing._end", publisher, *command)
    let_time_pass(publisher)
    die_at("servers.publications.tell", publisher, *WORK)
    assert outcomes(publisher) == ["started"]
    let_time_pass(publisher)
    do_rounds(publisher)
    assert (outcomes(publisher), uploads(emulator)) == (["started", "succeeded"], 1)
