"""Secrets from the shell: created, rotated, deleted, listed and described."""

import json

import pytest

from emulator import Emulator, faults
from emulator import Universe as EmulatedUniverse
from secretsapp.models import AuditEvent, Change, Secret, Universe
from tests.shell.conftest import Shell
from tests.stage import HARBOR_ID, Cast
from tests.support.database import edit_newest

CREATED = ("--domain", "api.example.com")


def test_created_secret_holds_exactly_what_was_piped_in(
    shell: Shell, universe: Universe, harbor: EmulatedUniverse
) -> None:
    value = "first line\nsecond line, größer".encode()
    said = shell.run("create_secret", HARBOR_ID, "NEW_KEY", *CREATED, piped=value)
    assert said.output == "Created NEW_KEY in Harbor.\n"
    assert harbor.values["NEW_KEY"] == value
    assert harbor.secrets["NEW_KEY"].domain == "api.example.com"


def test_a_value_is_generated_and_shown_only_on_request(
    shell: Shell, universe: Universe, harbor: EmulatedUniverse
) -> None:
    create = ("create_secret", HARBOR_ID, "NEW_KEY", *CREATED)
    said = shell.run(*create, "--generate", "40", piped=b"not this")
    assert said.output == "Created NEW_KEY in Harbor.\n"
    first = harbor.values["NEW_KEY"].decode()
    assert first.isalnum()
    assert len(first) == 40
    rotate = ("rotate_secret", HARBOR_ID, "NEW_KEY")
    hexed = ("--generate", "64", "--alphabet", "HEX", "--show")
    lines = shell.run(*rotate, *hexed, piped=b"").output.splitlines()
    assert lines[1:] == [harbor.values["NEW_KEY"].decode()]
    assert set(lines[1]) <= set("0123456789abcdef")
    told = json.loads(shell.run(*rotate, *hexed, "--json", piped=b"").output)
    assert told["value"] == harbor.values["NEW_KEY"].decode()
    before = dict(harbor.values)
    assert "from 16 to 1,024" in shell.refuse(*rotate, "--generate", "15", piped=b"")
    assert "need --generate" in shell.refuse(*rotate, "--show", piped=b"piped")
    assert harbor.values == before


@pytest.mark.parametrize("as_json", [False, True])
def test_a_value_that_may_have_been_saved_is_shown_on_request_too(
    shell: Shell, universe: Universe, harbor: EmulatedUniverse, emulator: Emulator, as_json: bool
) -> None:
    emulator.inject(faults.cut_after(), method="PATCH")
    options = ["--generate", "32", "--show", *(["--json"] if as_json else [])]
    said = shell.leave_open("rotate_secret", HARBOR_ID, "PAY_KEY", *options)
    value = harbor.values["PAY_KEY"].decode()
    assert value not in said.errors
    if as_json:
        assert said.json == {"value": value, "state": "unknown"}
    else:
        assert said.output == f"{value}\n"


def test_rotation_keeps_the_domain_unless_another_is_given(
    shell: Shell, universe: Universe, harbor: EmulatedUniverse
) -> None:
    shell.run("rotate_secret", HARBOR_ID, "PAY_KEY", piped=b"second")
    assert harbor.secrets["PAY_KEY"].domain == "api.pay.example"
    shell.run("rotate_secret", HARBOR_ID, "PAY_KEY", "--domain", "", piped=b"third")
    assert harbor.secrets["PAY_KEY"].domain == ""
    assert harbor.values["PAY_KEY"] == b"third"


def test_deletion_has_to_be_said_to_be_meant(
    shell: Shell, universe: Universe, harbor: EmulatedUniverse
) -> None:
    sentence = shell.refuse("delete_secret", HARBOR_ID, "PAY_KEY")
    assert "--yes" in sentence
    assert "PAY_KEY" in harbor.secrets
    said = shell.run("delete_secret", HARBOR_ID, "PAY_KEY", "--yes")
    assert said.output == "Deleted PAY_KEY in Harbor.\n"
    assert "PAY_KEY" not in harbor.secrets


@pytest.mark.parametrize(
    ("command", "arguments", "kind", "domain"),
    [
        ("create_secret", ("NEW_KEY", *CREATED), "create", "api.example.com"),
        ("rotate_secret", ("PAY_KEY",), "rotate", "api.pay.example"),
        ("delete_secret", ("PAY_KEY", "--yes"), "delete", "api.pay.example"),
    ],
)
def test_change_as_json(
    shell: Shell,
    universe: Universe,
    command: str,
    arguments: tuple[str, ...],
    kind: str,
    domain: str,
) -> None:
    said = shell.run(command, HARBOR_ID, *arguments, "--json", piped=b"value")
    assert said.json == {
        "change": str(Change.objects.get().pk),
        "kind": kind,
        "universe": HARBOR_ID,
        "name": arguments[0],
        "domain": domain,
        "state": "succeeded",
    }


@pytest.mark.parametrize(
    ("fault", "status", "words"),
    [
        (faults.status(401), 1, "Roblox refused the API key"),
        (faults.status(403), 1, "Roblox doesn’t allow this"),
        (faults.status(409), 1, "already has a secret with that name"),
        (faults.status(400), 1, "Roblox refused the request"),
        (faults.status(429, headers={"retry-after": "7"}), 1, "Try again in 7 seconds"),
        (faults.status(500), 3, "it is not known whether it took effect"),
        (faults.cut_before(), 3, "it is not known whether it took effect"),
        (faults.cut_after(), 3, "it is not known whether it took effect"),
        (faults.html(), 3, "it is not known whether it took effect"),
    ],
)
def test_what_goes_wrong_at_roblox_is_a_sentence_and_a_status(
    shell: Shell,
    universe: Universe,
    emulator: Emulator,
    marker: str,
    fault: faults.Fault,
    status: int,
    words: str,
) -> None:
    emulator.inject(fault, method="POST")
    sentence = shell.refuse(
        "create_secret", HARBOR_ID, "NEW_KEY", *CREATED, piped=marker.encode(), status=status
    )
    assert words in sentence
    assert marker not in sentence


@pytest.mark.parametrize(
    ("arguments", "value", "words"),
    [
        (("9LIVES", *CREATED), b"value", "can’t start with a digit"),
        (("PAY_KEY", *CREATED), b"value", "already has a secret named PAY_KEY"),
        (("NEW_KEY", "--domain", "https://x.example"), b"value", "only the host"),
        (("NEW_KEY", *CREATED), b"", "Enter the value"),
        (("NEW_KEY", *CREATED), b"\n", "Enter the value"),
        (("NEW_KEY", *CREATED), b"x" * 1025, "at most 1,024 bytes"),
        (("NEW_KEY", *CREATED), b"x" * 70_000, "more than 64 KiB"),
    ],
)
def test_what_breaks_a_rule_is_refused_and_nothing_is_sent(
    shell: Shell,
    universe: Universe,
    emulator: Emulator,
    arguments: tuple[str, ...],
    value: bytes,
    words: str,
) -> None:
    emulator.clear_requests()
    assert words in shell.refuse("create_secret", HARBOR_ID, *arguments, piped=value)
    assert not any(request.method == "POST" for request in emulator.requests)


def test_unknown_universe_is_refused_before_the_value_is_asked_for(shell: Shell) -> None:
    assert "This universe isn’t in Sealroom" in shell.refuse(
        "create_secret", 42, "NEW_KEY", *CREATED
    )


@pytest.mark.parametrize(
    ("asked", "wait"),
    [("1.5", "2 seconds"), ("Fri, 31 Dec 9999 23:59:59 GMT", "3600 seconds"), ("soon", "a minute")],
)
def test_a_wait_that_roblox_asks_for_is_told(
    shell: Shell, universe: Universe, emulator: Emulator, asked: str, wait: str
) -> None:
    emulator.inject(faults.status(429, None, {"Retry-After": asked}), method="PATCH")
    sentence = shell.refuse("rotate_secret", HARBOR_ID, "PAY_KEY", piped=b"second")
    assert sentence.endswith(f"Try again in {wait}.")


def test_details_that_are_not_given_stay(shell: Shell, universe: Universe, cast: Cast) -> None:
    shell.run("set_details", HARBOR_ID, "PAY_KEY", "--note", "Live key.")
    said = shell.run("set_details", HARBOR_ID, "PAY_KEY", "--owner", "editor@example.com", "--json")
    assert said.json == {
        "universe": HARBOR_ID,
        "name": "PAY_KEY",
        "note": "Live key.",
        "owner": "editor@example.com",
    }
    shell.run("set_details", HARBOR_ID, "PAY_KEY", "--note", "", "--owner", "")
    secret = Secret.objects.get(name="PAY_KEY")
    assert (secret.note, secret.owner) == ("", None)


def test_details_of_a_secret_that_is_not_there_are_refused(
    shell: Shell, universe: Universe
) -> None:
    before = AuditEvent.objects.count()
    assert "no secret with that name" in shell.refuse(
        "set_details", HARBOR_ID, "NOPE", "--note", "x"
    )
    assert AuditEvent.objects.count() == before


def test_a_domain_that_was_changed_outside_is_chosen_and_not_kept_in_silence(
    shell: Shell, universe: Universe, cast: Cast, harbor: EmulatedUniverse
) -> None:
    rotate = ("rotate_secret", HARBOR_ID, "PAY_KEY")
    choice = (
        "Nothing was sent: the allowed host of PAY_KEY was changed outside Sealroom, from "
        "api.pay.example to {now}. "
        "Choose which one it should have. To put it back: --domain api.pay.example. "
        "To keep it: --domain {typed}."
    )
    acting = ("--as", "rotator@example.com")
    # Nobody has looked at Roblox since, so it is found on the way.
    harbor.put("PAY_KEY", b"theirs", "theirs.example")
    theirs = choice.format(now="theirs.example", typed="theirs.example")
    assert shell.refuse(*rotate, *acting, piped=b"mine") == theirs
    assert Secret.objects.get(name="PAY_KEY").drifted_at is not None
    # Where it is known already, no value is asked for.
    assert shell.refuse(*rotate, piped=b"\xff") == theirs
    harbor.put("PAY_KEY", b"theirs", "")
    shell.run("list_secrets", HARBOR_ID)
    nowhere = choice.format(now="no host", typed="''")
    assert shell.refuse(*rotate, piped=b"mine") == nowhere
    assert harbor.values["PAY_KEY"] == b"theirs"
    shell.run(*rotate, "--domain", "", *acting, piped=b"kept")
    assert harbor.values["PAY_KEY"] == b"kept"
    shell.run(*rotate, piped=b"again")
    assert harbor.secrets["PAY_KEY"].domain == ""


@pytest.mark.parametrize("detail", ["{", "[]", '{"domain_before": 7}'])
def test_an_event_that_was_edited_does_not_decide_where_a_value_is_sent(
    shell: Shell, universe: Universe, harbor: EmulatedUniverse, detail: str
) -> None:
    harbor.put("PAY_KEY", b"theirs", "theirs.example")
    shell.run("list_secrets", HARBOR_ID)
    edit_newest("detail", detail)
    said = shell.refuse("rotate_secret", HARBOR_ID, "PAY_KEY", piped=b"mine")
    assert said.startswith("Nothing was sent: an event about PAY_KEY was edited in the database.")
    assert harbor.values["PAY_KEY"] == b"theirs"
