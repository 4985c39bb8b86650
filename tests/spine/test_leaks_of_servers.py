"""What scripts log and Roblox echoes about servers goes through every door, and is kept nowhere."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from emulator import Emulator
from emulator import Universe as EmulatedUniverse
from secretsapp.models import Universe
from tests.spine.test_leaks import (
    BASE,
    FAULTS,
    SignIn,
    client,
    debug,
    log_lines,
    look_everywhere,
    traces,
)
from tests.spine.traces import Traces
from tests.stage import Cast
from tests.support.game_servers import give_key, rotate_between_starts

__all__ = ["client", "debug", "log_lines", "traces"]

SERVERS = f"{BASE}/servers/"
PUBLISH = f"{SERVERS}publish/"
OF_SECRET = f"{BASE}/secrets/PAY_KEY/servers/"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def admin(client_for: SignIn, client: Client) -> Client:
    """An admin's browser; an exception becomes a page."""
    found = client_for("admin")
    found.raise_request_exception = False
    return found


@pytest.fixture
def talkative(
    universe: Universe, harbor: EmulatedUniverse, cast: Cast, emulator: Emulator, marker: str
) -> EmulatedUniverse:
    """Harbor, where a script logs a value beside the line that is looked for."""
    rotate_between_starts(give_key(universe, emulator), harbor, cast)
    for server in harbor.fleet.active():
        harbor.fleet.log(server.job_id, f"error: {marker}", severity=3)
        harbor.fleet.log(server.job_id, "Can't find secret with given key", severity=3)
    return harbor


def go_through(browser: Client, traces: Traces, marker: str, place: int) -> None:
    """Use every door about servers, and look at what comes back."""
    restart = {"sure": "on", "bleed_off_minutes": "5"}
    for address, sent in (
        (OF_SECRET, {}),
        (f"{SERVERS}logs/", {}),
        (f"{SERVERS}restart/", restart),
    ):
        traces.add_response(address, browser.post(address, sent, headers=HTMX))
    for content in (f"<roblox!{marker}", f"no place {marker}"):
        file = SimpleUploadedFile("a.rbxl", content.encode())
        form = {"place": str(place), "becomes": "Published", "file": file}
        traces.add_response(PUBLISH, browser.post(PUBLISH, form))
    for address in (SERVERS, f"{SERVERS}restart/", f"{BASE}/secrets/PAY_KEY/", f"{BASE}/"):
        traces.add_response(address, browser.get(address))


@pytest.mark.parametrize("fault", sorted(FAULTS.keys() - {"timeout"}))
def test_no_answer_about_servers_leaves_a_trace(
    fault: str,
    marker: str,
    admin: Client,
    talkative: EmulatedUniverse,
    emulator: Emulator,
    traces: Traces,
    log_lines: list[str],
) -> None:
    emulator.inject(FAULTS[fault](marker), path="server-management", times=9)
    emulator.inject(FAULTS[fault](marker), path="/versions", times=1)
    go_through(admin, traces, marker, talkative.profile.root_place_id)
    emulator.clear_faults()
    go_through(admin, traces, marker, talkative.profile.root_place_id)
    look_everywhere(traces, log_lines)
