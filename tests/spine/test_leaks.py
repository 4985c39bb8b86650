"""A value goes through every door and every failure, and is found nowhere afterwards."""

import logging
from collections.abc import Callable, Iterator
from unittest.mock import patch
from urllib.parse import quote

import pytest
from django.conf import settings as settings_of_django
from django.core import mail
from django.test import Client, override_settings
from pytest_django import Settings

from emulator import Emulator, Fault, faults
from emulator import Universe as EmulatedUniverse
from secretsapp.channels.messages import Message
from secretsapp.channels.sending import Outcome
from secretsapp.channels.targets import Opened
from secretsapp.models import Proposal, Universe
from secretsapp.models.channels import ChannelKind
from secretsapp.universes import protection
from tests.channels.telling import ALL, open_channel, work
from tests.installation import Installation
from tests.spine.traces import LogRecords, Traces
from tests.stage import HARBOR_ID, STAGEHAND

SignIn = Callable[[str], Client]

pytestmark = pytest.mark.long

# The root, and those that the settings keep quieter than it.
TALKATIVE = ("", "django", "django.db.backends", "secretsapp", "urllib3")

BASE = f"/universes/{HARBOR_ID}"
ECHO = "the value was: "

FAULTS: dict[str, Callable[[str], Fault]] = {
    "400": lambda value: faults.status(400, {"code": "INVALID_ARGUMENT", "message": ECHO + value}),
    "401": lambda value: faults.status(401, {"errors": [{"code": 0, "message": ECHO + value}]}),
    "403": lambda value: faults.status(403, {"title": ECHO + value, "status": "403"}),
    "404": lambda value: faults.status(404, {"error": ECHO + value}),
    "409": lambda value: faults.status(409, {"code": value, "message": ECHO + value}),
    "429": lambda value: faults.status(429, ECHO + value, {"retry-after": "7"}),
    "500": lambda value: faults.status(500, ECHO + value),
    "html": lambda value: faults.status(200, f"<h1>{value}</h1>", {"content-type": "text/html"}),
    "redirect": lambda value: faults.redirect(f"http://127.0.0.1:9/?{value.encode().hex()}"),
    "timeout": lambda _: faults.delay(2),
    "cut before": lambda _: faults.cut_before(),
    "cut after": lambda _: faults.cut_after(),
    "truncated": lambda _: faults.truncated(),
    "none": lambda _: Fault(),
}

# Every step of a write, from the form to the outcome; a name that moves away fails its test.
STEPS = (
    "secretsapp.core.input_rules.check_value",
    "secretsapp.core.value_gate.admit",
    "secretsapp.core.value_gate.suspicions",
    "secretsapp.rules.policy.rights_of",
    "secretsapp.rules.connections._decrypt",
    "secretsapp.opencloud.client.Client.list_secrets",
    "secretsapp.opencloud.client.Client.public_key",
    "secretsapp.secrets.changes.seal",
    "secretsapp.secrets.attempts.change_of",
    "secretsapp.secrets.attempts.lock_universe",
    "secretsapp.rules.audit._append",
    "secretsapp.opencloud.transport.Transport.write",
    "secretsapp.opencloud.client.read_receipt",
    "secretsapp.universes.mirror.take_over",
    "secretsapp.web.views.changes.Done",
    "secretsapp.web.views.form_pages.redirect",
)

STEPS_OF_PROPOSALS = (
    "secretsapp.secrets.proposals.digest_of",
    "secretsapp.secrets.approving.changes.rotate",
    "secretsapp.web.views.proposals.Done",
)


@pytest.fixture
def traces(marker: str, caplog: pytest.LogCaptureFixture) -> Iterator[Traces]:
    """Collects traces of the marker; the log is listened to from the beginning."""
    collected = Traces(marker)
    records = LogRecords()
    loggers = [logging.getLogger(name) for name in TALKATIVE]
    levels = [logger.level for logger in loggers]
    # It listens alone: each of pytest's own handlers, which come back for each part of a test,
    # would write all of it down as well.
    deaf = patch.object(type(caplog.handler), "emit")
    with deaf, patch.object(loggers[0], "handlers", [records]):
        for logger in loggers:
            logger.setLevel(logging.DEBUG)
        yield collected
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


@pytest.fixture
def log_lines(traces: Traces) -> list[str]:
    """What has been logged since the test began."""
    handlers = [found for found in logging.getLogger().handlers if isinstance(found, LogRecords)]
    return handlers[-1].lines


@pytest.fixture
def client(client_for: SignIn, debug: bool, settings: Settings) -> Client:
    """An editor's browser; an exception becomes a page, as it would in service."""
    settings.DEBUG_PROPAGATE_EXCEPTIONS = False
    settings.OPEN_CLOUD_TIMEOUT_SECONDS = 0.5
    client = client_for("editor")
    client.raise_request_exception = False
    return client


@pytest.fixture(scope="module")
def debug(request: pytest.FixtureRequest) -> Iterator[bool]:
    """Whether DEBUG is on, where Django shows the most: it must make no difference.

    It stays as it is for many tests, because Django compiles every template again after a change.
    """
    with override_settings(DEBUG=getattr(request, "param", True)):
        yield settings_of_django.DEBUG


def create_and_rotate(client: Client, traces: Traces, value: str, **changed: str) -> None:
    """Send the value by both forms, and look at what comes back, and at the forms after it."""
    sent = {"name": "NEW_ONE", "value": value, "reach": "any"} | changed
    for address in (f"{BASE}/new-secret/", f"{BASE}/secrets/PAY_KEY/rotate/"):
        traces.add_response(f"answer of {address}", client.post(address, sent))
        traces.add_response(f"page of {address}", client.get(address))


def look_around(client: Client, traces: Traces) -> None:
    """Look at the pages that show what came of it, where that is something new to show."""
    for address in (f"{BASE}/", f"{BASE}/secrets/PAY_KEY/", "/"):
        traces.add_response(f"page of {address}", client.get(address))


def look_everywhere(traces: Traces, log_lines: list[str]) -> None:
    """Nothing anywhere."""
    traces.add_database()
    traces.add_cache()
    traces.add("log", "\n".join(log_lines))
    traces.add("mail", repr([message.message().as_bytes() for message in mail.outbox]))
    assert log_lines, "the log was not listened to"
    assert traces.found() == []


def test_the_search_finds_a_value_in_each_of_its_forms(marker: str, universe: Universe) -> None:
    """The search itself can fail: it finds what was put where it should not be."""
    traces = Traces(marker)
    universe.name = marker
    universe.save()
    traces.add("own", marker)
    traces.add_database()
    assert traces.found() == ["own", "table secretsapp_universe"]


@pytest.mark.parametrize("fault", FAULTS)
def test_no_failure_of_roblox_leaves_a_trace(
    fault: str,
    marker: str,
    client: Client,
    emulator: Emulator,
    traces: Traces,
    log_lines: list[str],
) -> None:
    for method in ("POST", "PATCH"):
        emulator.inject(FAULTS[fault](marker), method=method)
    create_and_rotate(client, traces, marker)
    look_around(client, traces)
    look_everywhere(traces, log_lines)


@pytest.mark.parametrize("fault", ["400", "500", "html", "truncated", "none"])
def test_no_failure_of_a_reading_leaves_a_trace(
    fault: str,
    marker: str,
    client: Client,
    emulator: Emulator,
    traces: Traces,
    log_lines: list[str],
) -> None:
    emulator.inject(FAULTS[fault](marker), method="GET", times=6)
    create_and_rotate(client, traces, marker)
    look_around(client, traces)
    look_everywhere(traces, log_lines)


@pytest.mark.parametrize(
    "changed",
    [
        {"name": "1 bad name"},
        {"name": ""},
        {"name": "PAY_KEY"},
        {"reach": ""},
        {"reach": "host", "domain": "no host"},
        {"reach": "nonsense"},
        {"version": "2020-01-01T00:00:00Z"},
    ],
    ids=str,
)
def test_no_invalid_form_leaves_a_trace(
    changed: dict[str, str],
    marker: str,
    client: Client,
    traces: Traces,
    log_lines: list[str],
) -> None:
    create_and_rotate(client, traces, marker, **changed)
    look_everywhere(traces, log_lines)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda value: value + "x" * 1024,
        lambda value: value + "\ufffd",
        lambda value: value + "\x00",
        lambda value: "\ufeff" + value,
        "\x00".join,
        lambda value: f'export KEY="{value} ',
        lambda value: f"Bearer {value}\u200b",
        lambda value: f"<{value}>",
    ],
    ids=[
        *("too long", "replacement character", "nul", "mark", "UTF-16"),
        *("assignment", "bearer", "placeholder"),
    ],
)
def test_no_value_that_is_refused_leaves_a_trace(
    spoil: Callable[[str], str],
    marker: str,
    client: Client,
    traces: Traces,
    log_lines: list[str],
) -> None:
    create_and_rotate(client, traces, spoil(marker))
    look_everywhere(traces, log_lines)


@pytest.mark.parametrize("debug", [False, True], ids=["production", "debug"], indirect=True)
@pytest.mark.parametrize("step", STEPS)
def test_no_exception_at_any_step_leaves_a_trace(
    step: str, debug: bool, marker: str, client: Client, traces: Traces, log_lines: list[str]
) -> None:
    with patch(step, side_effect=RuntimeError(f"a bug that quotes its input: {marker}")) as broken:
        create_and_rotate(client, traces, marker)
        # What is stored, and shown of it, is the same in either case.
        if not debug:
            look_around(client, traces)
    assert broken.called, f"{step} is no step any more"
    look_everywhere(traces, log_lines)


def propose_and_approve(
    clients: tuple[Client, Client], traces: Traces, value: str, **more: str
) -> None:
    """Send the value by both forms of a protected Harbor, and let the second person approve."""
    proposer, approver = clients
    sent = {"name": "NEW_ONE", "value": value, "reach": "any", "proposing": "yes"} | more
    for address in (f"{BASE}/new-secret/", f"{BASE}/secrets/PAY_KEY/rotate/"):
        traces.add_response(f"answer of {address}", proposer.post(address, sent))
        traces.add_response(f"page of {address}", proposer.get(address))
    pages = [f"{BASE}/proposals/", f"{BASE}/", f"{BASE}/secrets/PAY_KEY/", "/"]
    for proposal in Proposal.objects.all():
        pages.append(f"/proposals/{proposal.pk}/")
        decided = approver.post(f"{pages[-1]}decide/", {"choice": "approve"})
        traces.add_response(f"answer of {pages[-1]}", decided)
    for page in pages:
        traces.add_response(f"page of {page}", approver.get(page))


@pytest.mark.parametrize("step", [None, *STEPS_OF_PROPOSALS])
def test_what_waits_for_approval_leaves_no_trace(
    step: str | None,
    marker: str,
    client: Client,
    client_for: SignIn,
    universe: Universe,
    harbor: EmulatedUniverse,
    traces: Traces,
    log_lines: list[str],
) -> None:
    protection.protect(STAGEHAND, universe)
    approver = client_for("admin")
    approver.raise_request_exception = False
    clients = (client, approver)
    if step is None:
        propose_and_approve(clients, traces, f'"{marker}"')
        propose_and_approve((approver, client), traces, marker, force="yes", reason="now")
        assert harbor.values["PAY_KEY"] == marker.encode()
        propose_and_approve(clients, traces, marker)
        assert Proposal.objects.filter(state="approved").exists()
    else:
        with patch(step, side_effect=RuntimeError(f"a bug that quotes: {marker}")) as broken:
            propose_and_approve(clients, traces, marker)
        assert broken.called, f"{step} is no step any more"
    look_everywhere(traces, log_lines)


def test_no_channel_export_or_evidence_tells_a_value_nor_where_a_channel_leads(
    marker: str, client: Client, emulator: Emulator, traces: Traces, log_lines: list[str]
) -> None:
    url, told = f"https://hooks.example.com/{quote(marker)}", list[Message]()

    def takes(_kind: ChannelKind, _opened: Opened, message: Message) -> Outcome:
        told.append(message)
        return Outcome(is_sent=True, words="Answered 200.")

    kinds = [kind for kind in ChannelKind if kind is not ChannelKind.EMAIL]
    for kind in kinds:
        target = "logs.example.com" if kind is ChannelKind.SYSLOG else url
        open_channel(kind, target, ALL, name=kind)
    for method, fault in (("POST", "400"), ("PATCH", "500")):
        emulator.inject(FAULTS[fault](marker), method=method)
    for _ in range(2):
        create_and_rotate(client, traces, marker)
    while work(takes):
        pass
    assert len(told) > 2 * len(kinds)
    traces.add("messages", repr(told))
    traces.add_what_leaves()
    look_everywhere(traces, log_lines)


def test_a_generated_value_leaves_no_trace(
    client: Client, log_lines: list[str], emulator: Emulator
) -> None:
    """It is answered once, goes the way of every other value, and is nowhere afterwards."""
    sent = {"generate-length": "40", "generate-alphabet": "letters"}
    for maker in ("new-secret/value/", "secrets/PAY_KEY/rotate/value/"):
        address = f"/universes/{HARBOR_ID}/{maker}"
        answer = client.post(address, sent, headers={"HX-Request": "true"})
        value = answer.content.decode()
        assert len(value) == 40
        made = Traces(value)
        made.add("headers", answer.serialize_headers())
        for method in ("POST", "PATCH"):
            emulator.inject(FAULTS["400"](value), method=method)
        for _ in range(2):
            create_and_rotate(client, made, value)
        look_around(client, made)
        look_everywhere(made, log_lines)


def test_a_value_in_the_wrong_place_of_a_request_leaves_no_trace(
    marker: str, client: Client, traces: Traces, log_lines: list[str]
) -> None:
    """A file, a JSON body, another field: whatever a client gets wrong."""
    address = f"/universes/{HARBOR_ID}/secrets/PAY_KEY/rotate/"
    body = f'{{"value": "{marker}"}}'
    answers = [
        client.post(address, body, content_type="application/json"),
        client.post(address, {"version": marker, "value": marker}),
        client.put(address, marker, content_type="text/plain"),
        client.post(address, {"value": marker * 2000}),
    ]
    for number, answer in enumerate(answers):
        assert answer.status_code in (400, 405, 413, 422)
        traces.add_response(f"answer {number}", answer)
    look_everywhere(traces, log_lines)


@pytest.mark.process
def test_the_shell_leaves_no_trace(
    marker: str, stocked: Installation, emulator: Emulator, harbor: EmulatedUniverse
) -> None:
    universe, traces = str(HARBOR_ID), Traces(marker)

    def run(*command: str, piped: bytes = marker.encode()) -> None:
        done = stocked.run(*command, stdin=piped + b"\n")
        traces.add(f"{command[0]}, output", done.stdout + done.stderr)

    for fault in ("400", "500", "truncated", "none"):
        emulator.inject(FAULTS[fault](marker), method="PATCH")
        run("rotate_secret", universe, "PAY_KEY")
    run("create_secret", universe, "PAY_KEY", "--domain", "*")
    run("create_secret", universe, "1BAD", "--domain", "*")
    run("rotate_secret", universe, "PAY_KEY", piped=f'Bearer "{marker}" '.encode())
    run("rotate_secret", universe, "PAY_KEY", piped=marker.encode("utf-16"))
    run("add_api_key", "automation")
    run("create_user", "someone@example.com")
    run("create_user", "another@example.com", piped=f" {marker}\n".encode())
    assert harbor.values["PAY_KEY"] == marker.encode()
    unseen = stocked.run("rotate_secret", universe, "PAY_KEY", "--generate", "40")
    generated = Traces(harbor.values["PAY_KEY"].decode())
    generated.add("output", unseen.stdout + unseen.stderr)
    for path in stocked.data_dir.rglob("*"):
        if path.is_file():
            traces.add(path.name, path.read_bytes())
            generated.add(path.name, path.read_bytes())
    assert len(harbor.values["PAY_KEY"]) == 40
    assert traces.found() + generated.found() == []
