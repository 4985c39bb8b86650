"""Access by OAuth over a crash between renewing and storing, and over processes at once."""

import signal
import subprocess
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest

from emulator import Emulator, faults
from emulator import Universe as EmulatedUniverse
from tests.installation import Installation
from tests.stage import HARBOR_ID
from tests.support.connected import (
    APP_ID,
    APP_SECRET,
    NAME,
    TOKEN,
    granted,
    refreshes,
    register_app,
)
from tests.waiting import wait_until

pytestmark = pytest.mark.process

BACK = "http://127.0.0.1:8000/api-keys/connect/back/"
APP = {"ROBLOX_APP_ID": APP_ID, "ROBLOX_APP_SECRET": APP_SECRET, "SITE_URL": BACK[:21]}
NEVER_SECONDS = 60
TEST = ("manage.py", "test_api_key", NAME)
ROTATE = ("rotate_secret", str(HARBOR_ID), "PAY_KEY")


@pytest.fixture
def connected(stocked: Installation, emulator: Emulator) -> Installation:
    """An installation whose Harbor is opened by OAuth."""
    register_app(emulator, BACK)
    found = replace(stocked, environment=stocked.environment | APP)
    connect(found)
    found.succeed("edit_universe", str(HARBOR_ID), "--api-key", NAME)
    emulator.clear_requests()
    return found


def connect(installation: Installation, *options: str) -> None:
    """Connect as a person at a shell would, who opens the address in between."""
    command, pipe = ("manage.py", "connect_roblox", NAME, *options), subprocess.PIPE
    with installation.start(*command, stdin=pipe, stdout=pipe, stderr=pipe) as process:
        assert process.stderr is not None
        process.stderr.readline()
        said = granted(process.stderr.readline().decode().strip())
        out, errors = process.communicate(f"{BACK}?{urlencode(said)}".encode(), timeout=60)
    assert process.returncode == 0, errors.decode()
    assert f"Connected “{NAME}”." in out.decode()


def let_access_end(installation: Installation, emulator: Emulator, *, seconds: int) -> None:
    """Let the access token end then; for Roblox too, if that is now."""
    ends = datetime.now(UTC) + timedelta(seconds=seconds)
    installation.execute(f"UPDATE secretsapp_oauthaccess SET access_ends_at = '{ends}'")
    if seconds <= 0:
        emulator.oauth.end_access()


def kill_while_it_renews(installation: Installation, emulator: Emulator) -> None:
    """Kill -9 a process whose renewal Roblox has done, and which hasn't heard of it."""
    emulator.inject(faults.delay(NEVER_SECONDS, carried_out_first=True), path=TOKEN)
    silence = subprocess.DEVNULL
    with installation.start(*TEST, stdout=silence, stderr=silence) as process:
        try:
            wait_until(lambda: any(each.outcome for each in emulator.requests))
        finally:
            process.kill()
    assert process.returncode == -signal.SIGKILL


def let_claim_end(installation: Installation) -> None:
    """Let the time be over in which the killed process might still be at it."""
    installation.execute("UPDATE secretsapp_oauthaccess SET claimed_until = NULL")


def tags(installation: Installation) -> list[str]:
    """The tags of the log, the oldest first."""
    rows = installation.rows("SELECT tag FROM secretsapp_auditevent ORDER BY sequence")
    return [str(tag) for (tag,) in rows]


def test_a_crash_between_renewing_and_storing_is_survived_told_and_healed(
    connected: Installation, emulator: Emulator, harbor: EmulatedUniverse
) -> None:
    let_access_end(connected, emulator, seconds=90)
    kill_while_it_renews(connected, emulator)
    let_claim_end(connected)
    connected.succeed(*ROTATE, stdin=b"with the token that is still good")
    assert harbor.values["PAY_KEY"] == b"with the token that is still good"
    assert len(refreshes(emulator)) == 1

    let_access_end(connected, emulator, seconds=-1)
    refused = connected.run(*ROTATE, stdin=b"with no token")
    assert refused.returncode == 1
    assert "interrupted while renewing" in refused.stderr.decode()
    assert harbor.values["PAY_KEY"] == b"with the token that is still good"
    assert connected.run(*ROTATE, stdin=b"nor later").returncode == 1
    assert Counter(refreshes(emulator)).most_common(1)[0][1] == 2
    assert len(refreshes(emulator)) == 2
    connected.succeed("work", "--once")
    assert [tag for tag in tags(connected) if tag in ("api_key.lost", "api_key.failing")] == [
        "api_key.lost",
        "api_key.failing",
    ]

    connect(connected, "--again")
    connected.succeed(*ROTATE, stdin=b"connected again")
    assert harbor.values["PAY_KEY"] == b"connected again"
    assert tags(connected).count("api_key.reconnected") == 1
    connected.succeed("verify_audit")


def test_of_several_processes_one_renews_and_no_token_is_sent_twice(
    connected: Installation, emulator: Emulator
) -> None:
    for _ in range(2):
        let_access_end(connected, emulator, seconds=-1)
        emulator.inject(faults.delay(1), path=TOKEN)
        silence = subprocess.DEVNULL
        running = [connected.start(*TEST, stdout=silence, stderr=silence) for _ in range(3)]
        assert [process.wait(60) for process in running] == [0, 0, 0]
    assert len(refreshes(emulator)) == 2
    assert Counter(refreshes(emulator)).most_common(1)[0][1] == 1
