"""A key that is replaced and a place file that is published are found nowhere afterwards.

Nor is anything that Roblox echoes about them, a proposed restart, or a group at the shell.
"""

import secrets
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from emulator import Emulator
from emulator import Universe as EmulatedUniverse
from secretsapp.api_keys import end_warnings, looking
from secretsapp.core import actor as actors
from secretsapp.groups.seeing import group_of
from secretsapp.models import ApiKey, Budget, Proposal, Publication, RobloxGroup, Universe
from secretsapp.servers import publications
from tests.secrets.proposing import protect
from tests.shell.conftest import Shell
from tests.spine.test_leaks import (
    BASE,
    FAULTS,
    SignIn,
    debug,
    log_lines,
    look_everywhere,
    traces,
)
from tests.spine.traces import Traces
from tests.stage import GROUP_ID, HARBOR_ID, Cast
from tests.support.game_servers import give_key, rotate_between_starts

__all__ = ["debug", "log_lines", "traces"]

pytestmark = [pytest.mark.django_db, pytest.mark.long]

WORKER = actors.system("leaks")
# Those that name their text each in another place, and none; of 429 reads wait for long.
ECHOING = ("400", "401", "403", "404", "html", "none")
EVERY_ECHO = pytest.mark.parametrize("fault", ECHOING)
PUBLISH, RESTART = f"{BASE}/servers/publish/", f"{BASE}/servers/restart/"
STEPS_OF_PUBLISHING = (
    "secretsapp.core.place_files.read",
    "secretsapp.servers.publishing._updated",
    "secretsapp.servers.publishing.lock_universe",
    "secretsapp.rules.audit._append",
    "secretsapp.opencloud.publishing.publish_place",
    "secretsapp.servers.publishing.move",
    "secretsapp.web.views.publishing.Done",
)
STEPS_OF_KEYS = (
    "secretsapp.web.forms.api_keys.Plaintext.from_text",
    "secretsapp.opencloud.client.Client.list_secrets",
    "secretsapp.rules.audit._append",
    "secretsapp.web.views.api_keys.Done",
)


@pytest.fixture
def marker() -> str:
    """Text like no other that can be an API key too."""
    return f"key-{secrets.token_hex(20)}+/&"


@pytest.fixture
def admin(client_for: SignIn, settings: Settings) -> Client:
    """An admin's browser; an exception becomes a page."""
    settings.DEBUG_PROPAGATE_EXCEPTIONS = False
    found = client_for("admin")
    found.raise_request_exception = False
    return found


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch) -> Shell:
    """The shell's door."""
    return Shell(monkeypatch)


@pytest.fixture
def place(universe: Universe, harbor: EmulatedUniverse, emulator: Emulator) -> int:
    """Harbor's root place, which a key publishes."""
    give_key(universe, emulator)
    return harbor.profile.root_place_id


def say(shell: Shell, traces: Traces, *command: object, piped: str = "") -> None:
    """Run a command, and look at what it says, whether it is refused or not."""
    try:
        said = repr(shell.run(*map(str, command), piped=piped.encode()))
    except (CommandError, SystemExit) as refusal:
        said = str(refusal)
    traces.add(f"{command[0]}, said", said)


def send(browser: Client, traces: Traces, address: str, **sent: object) -> None:
    """Send a form, and look at what comes back and at its page afterwards."""
    traces.add_response(f"answer of {address}", browser.post(address, sent))
    traces.add_response(f"page of {address}", browser.get(address))


def use_keys(browser: Client, shell: Shell, traces: Traces, value: str) -> None:
    """Send a key by every form and command that takes one, and have the keys looked at."""
    ApiKey.objects.update(look_due_at=None, look_claimed_until=None)
    Budget.objects.all().delete()
    base = f"/api-keys/{ApiKey.objects.get(name='automation').pk}/"
    for more in ({}, {"name": ""}, {"is_meant": "on"}):
        send(browser, traces, "/api-keys/new/", **({"name": "another", "value": value} | more))
        send(browser, traces, f"{base}replace/", value=value, **more)
    for form in ("api-keys/check/", f"{base[1:]}test/", f"{base[1:]}fixed/"):
        send(browser, traces, f"/{form}")
    say(shell, traces, "add_api_key", "a third", piped=value)
    say(shell, traces, "replace_api_key", "automation", piped=value)
    looking.look_due(WORKER)
    end_warnings.warn_due(WORKER)
    for command in (("check_keys",), ("check_keys", "--json"), ("list_keys",)):
        say(shell, traces, *command)
    for page in ("/api-keys/", base, f"{base}edit/", f"{BASE}/", "/", "/audit/"):
        traces.add_response(page, browser.get(page))


@EVERY_ECHO
def test_no_key_and_nothing_that_roblox_says_of_one_leaves_a_trace(
    fault: str,
    marker: str,
    universe: Universe,
    admin: Client,
    shell: Shell,
    emulator: Emulator,
    traces: Traces,
    log_lines: list[str],
) -> None:
    emulator.add_api_key(marker, name="another")
    ApiKey.objects.update(ends_at=timezone.now() + timedelta(days=5))
    for path in ("introspect", "secrets"):
        emulator.inject(FAULTS[fault](marker), path=path, times=20)
    use_keys(admin, shell, traces, marker)
    assert ApiKey.objects.filter(name="another").exists() or fault == "html"
    traces.add_what_leaves()
    look_everywhere(traces, log_lines)


@pytest.mark.parametrize("step", STEPS_OF_KEYS)
def test_no_exception_on_the_way_of_a_key_leaves_a_trace(
    step: str,
    marker: str,
    debug: bool,
    universe: Universe,
    admin: Client,
    emulator: Emulator,
    traces: Traces,
    log_lines: list[str],
) -> None:
    emulator.add_api_key(marker, name="another")
    replace = f"/api-keys/{ApiKey.objects.get().pk}/replace/"
    with patch(step, side_effect=RuntimeError(f"a bug that quotes: {marker}")) as broken:
        send(admin, traces, "/api-keys/new/", name="another", value=marker)
        send(admin, traces, replace, value=marker, is_meant="on")
    assert (debug, broken.called) == (True, True), f"{step} is no step any more"
    look_everywhere(traces, log_lines)


def publish(browser: Client, traces: Traces, place: int, content: bytes) -> None:
    """Publish and save a file, and look at the pages that tell of it."""
    for becomes in ("Published", "Saved", "nonsense"):
        file = SimpleUploadedFile("place.rbxl", content)
        send(browser, traces, PUBLISH, place=str(place), becomes=becomes, file=file)
    traces.add_response("page of servers", browser.get(f"{BASE}/servers/"))


@EVERY_ECHO
def test_no_place_file_leaves_a_trace(
    fault: str,
    marker: str,
    place: int,
    admin: Client,
    shell: Shell,
    emulator: Emulator,
    traces: Traces,
    log_lines: list[str],
    tmp_path: Path,
) -> None:
    emulator.inject(FAULTS[fault](marker), path="/versions", times=9)
    for beginning in ("<roblox!", "no place "):
        content = f"{beginning}{marker}".encode()
        publish(admin, traces, place, content)
        file = tmp_path / "place.rbxl"
        file.write_bytes(content)
        Publication.objects.update(state="failed")
        for option in ("--json", "--saved", "--yes"):
            say(shell, traces, "publish_place", HARBOR_ID, place, file, option, "--yes")
        say(shell, traces, "publish_place", HARBOR_ID, place, file)
    publications.settle_due(WORKER)
    assert Publication.objects.exists()
    traces.add_what_leaves()
    look_everywhere(traces, log_lines)


@pytest.mark.parametrize("step", STEPS_OF_PUBLISHING)
def test_no_exception_on_the_way_of_a_place_file_leaves_a_trace(
    step: str,
    marker: str,
    debug: bool,
    place: int,
    admin: Client,
    traces: Traces,
    log_lines: list[str],
) -> None:
    with patch(step, side_effect=RuntimeError(f"a bug that quotes: {marker}")) as broken:
        publish(admin, traces, place, f"<roblox!{marker}".encode())
    assert (debug, broken.called) == (True, True), f"{step} is no step any more"
    look_everywhere(traces, log_lines)


@EVERY_ECHO
def test_no_answer_to_a_proposed_restart_leaves_a_trace(
    fault: str,
    marker: str,
    universe: Universe,
    harbor: EmulatedUniverse,
    cast: Cast,
    admin: Client,
    client_for: SignIn,
    emulator: Emulator,
    traces: Traces,
    log_lines: list[str],
) -> None:
    protect(rotate_between_starts(give_key(universe, emulator), harbor, cast))
    manager, asked = client_for("manager"), {"bleed_off_minutes": "5", "proposing": "yes"}
    for times in (20, 0):
        emulator.clear_faults()
        if times:
            emulator.inject(FAULTS[fault](marker), path="server-management", times=times)
        manager.get(RESTART)
        send(manager, traces, RESTART, **asked, places=str(harbor.profile.root_place_id))
        send(manager, traces, RESTART, **asked)
        for proposal in Proposal.objects.filter(state="waiting"):
            page = f"/proposals/{proposal.pk}/"
            traces.add_response("decided", admin.post(f"{page}decide/", {"choice": "approve"}))
            traces.add_response("proposal", admin.get(page))
    assert Proposal.objects.filter(state="approved").exists()
    traces.add_what_leaves()
    look_everywhere(traces, log_lines)


@EVERY_ECHO
def test_no_answer_about_a_group_leaves_a_trace_in_the_shell(
    fault: str,
    marker: str,
    universe: Universe,
    shell: Shell,
    emulator: Emulator,
    traces: Traces,
    log_lines: list[str],
) -> None:
    emulator.add_group(GROUP_ID)
    for times in (9, 0):
        emulator.clear_faults()
        if times:
            emulator.inject(FAULTS[fault](marker), path="groups", times=times)
        Budget.objects.all().delete()
        RobloxGroup.objects.update(tried_at=None)
        for options in (("--read",), ("--reviewed",), ("--json",)):
            say(shell, traces, "show_group", HARBOR_ID, *options)
    assert group_of(universe).read_at
    look_everywhere(traces, log_lines)
