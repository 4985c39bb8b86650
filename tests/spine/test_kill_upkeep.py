"""A worker or a command that is killed in the middle of upkeep tells nothing twice, loses nothing.

Each process kills itself at one statement; then others do their rounds, as if time had passed.
"""

import signal
from datetime import UTC, datetime, timedelta

import pytest

from emulator import READ_UNIVERSE, WRITE_UNIVERSE, Emulator
from emulator import Universe as EmulatedUniverse
from tests.installation import Installation
from tests.stage import API_KEY, HARBOR_ID
from tests.stocked import EMAIL, INHABITING

pytestmark = pytest.mark.process

DIE = """
import os, signal, sys
import django
django.setup()
from importlib import import_module
from django.core.management import call_command
def die(*_arguments, **_named):
    os.kill(os.getpid(), signal.SIGKILL)
module, _, name = sys.argv[1].rpartition(".")
setattr(import_module("secretsapp." + module), name, die)
call_command(*sys.argv[2:])
"""
WORK = ("work", "--once")
TOLD_ONCE = ["api_key.ending", "api_key.failing", "secret.due"]
SCOPES = {"universe.secret:read", "universe.secret:write", READ_UNIVERSE, WRITE_UNIVERSE}
RESTART = ("restart_servers", str(HARBOR_ID), "--bleed-off", "60", "--yes")


def die_at(place: str, installation: Installation, *command: str) -> None:
    """Run a command in a process that is killed when it comes to that function."""
    assert installation.run_script(DIE, place, *command).returncode == -signal.SIGKILL


def do_rounds(installation: Installation) -> None:
    """Let a worker do two rounds, as long after the killed one as it takes."""
    installation.execute("UPDATE secretsapp_apikey SET look_claimed_until = NULL")
    installation.execute("UPDATE secretsapp_serverrestart SET tried_at = NULL")
    installation.execute("UPDATE secretsapp_serverrestart SET claimed_until = NULL")
    installation.carry_out(WORK, WORK, ("verify_audit",))


def told(installation: Installation, *kinds: str) -> list[str]:
    """The tags of these events, in order."""
    rows = installation.rows("SELECT tag FROM secretsapp_auditevent ORDER BY sequence")
    return [tag for (tag,) in rows if tag.startswith(kinds)]


@pytest.fixture
def waiting(stocked: Installation, emulator: Emulator) -> Installation:
    """An installation with a secret that is due, and a key that ends soon and is refused."""
    stocked.prepare(INHABITING)
    stocked.environment.update(MAIL_HOST="127.0.0.1", MAIL_PORT="9", MAIL_FROM="a@example.com")
    today = datetime.now(UTC)
    day, end = today.date().isoformat(), (today + timedelta(days=5)).isoformat(" ")
    stocked.execute(
        f"UPDATE secretsapp_secret SET is_covered = (1 = 1), rotate_days = 90, due_on = '{day}', "
        f"due_soon_on = '{day}', "
        f"owner_id = (SELECT id FROM secretsapp_user WHERE email = '{EMAIL}') "
        "WHERE name = 'PAY_KEY'"
    )
    stocked.execute(f"UPDATE secretsapp_apikey SET ends_at = '{end}'")
    emulator.add_api_key(API_KEY, enabled=False)
    return stocked


@pytest.mark.parametrize(
    "place",
    [
        # It asked Roblox, and stored nothing yet.
        "api_keys.looking._finish",
        # It stored that the key fails, and committed nothing yet.
        "api_keys.key_mail.queue_fails",
        # The same of a warning.
        "api_keys.key_mail.queue_ends",
        # And of what is due, with everything else told.
        "due.due_mail.queue",
        # It told of everything, and didn't note the day.
        "due.shares.note",
    ],
)
def test_a_worker_that_is_killed_tells_everything_once(waiting: Installation, place: str) -> None:
    die_at(place, waiting, *WORK)
    do_rounds(waiting)
    assert sorted(told(waiting, *TOLD_ONCE)) == TOLD_ONCE
    assert waiting.rows("SELECT kind FROM secretsapp_outgoingmail") == [("secrets_due",)]
    assert len(waiting.rows("SELECT day FROM secretsapp_dueday")) == 1


@pytest.fixture
def served(stocked: Installation, emulator: Emulator, harbor: EmulatedUniverse) -> Installation:
    """An installation whose key is one for game servers too, of which two run."""
    emulator.add_api_key(API_KEY, scopes=SCOPES)
    stocked.execute("UPDATE secretsapp_universe SET server_key_id = api_key_id")
    harbor.fleet.start(harbor.profile.root_place_id, 2)
    return stocked


@pytest.mark.parametrize(
    ("place", "sent", "outcome"),
    [
        ("servers.restarts._sent", 0, "failed"),
        ("servers.restarts._end", 1, "succeeded"),
        ("servers.restarts.move", 1, "succeeded"),
    ],
)
def test_a_restart_whose_process_was_killed_is_sent_once_at_most_and_its_outcome_read(
    served: Installation, emulator: Emulator, place: str, sent: int, outcome: str
) -> None:
    die_at(place, served, *RESTART)
    assert told(served, "universe.restart") == ["universe.restart.started"]
    if not sent:
        # That nothing came through is sure only once it can't be on its way any more.
        an_hour_ago = (datetime.now(UTC) - timedelta(minutes=50)).isoformat(" ")
        served.execute(f"UPDATE secretsapp_serverrestart SET started_at = '{an_hour_ago}'")
    do_rounds(served)
    assert told(served, "universe.restart") == [
        "universe.restart.started",
        f"universe.restart.{outcome}",
    ]
    posted = [each for each in emulator.requests if each.method == "POST"]
    assert sum(each.path.endswith("/restarts") for each in posted) == sent


def test_that_a_restart_is_finished_is_told_once_though_who_found_it_was_killed(
    served: Installation,
) -> None:
    served.succeed("restart_servers", str(HARBOR_ID), "--yes")
    die_at("rules.audit._append", served, *WORK)
    do_rounds(served)
    assert told(served, "universe.restart") == [
        "universe.restart.started",
        "universe.restart.succeeded",
        "universe.restart.finished",
    ]
