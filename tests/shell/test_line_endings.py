"""Passwords and API keys that are piped in: one line ending goes, other blanks are told."""

import pytest
from django.core.cache import cache
from django.test import Client

from emulator import Emulator
from secretsapp.models import ApiKey, AuditEvent, Universe, User
from tests.core.values import REFUSED
from tests.shell.conftest import Shell
from tests.stage import HARBOR_ID, PASSWORD, Cast

WHO = "viewer@example.com"
CHOSEN = "a lantern on the pier"
TOLD = "The password starts or ends with a space"
TAKEN_OFF = "Spaces around the API key were removed: no key has any.\n"


def signs_in(email: str, password: str) -> bool:
    """Whether a browser gets in with that password."""
    cache.clear()
    answer = Client().post("/sign-in/", {"login": email, "password": password})
    return answer.status_code == 302


@pytest.mark.parametrize("ending", ["", "\n", "\r\n"])
@pytest.mark.parametrize("command", [("set_password", WHO), ("create_user", "new@example.com")])
def test_whoever_was_given_a_password_with_either_line_ending_signs_in(
    shell: Shell, cast: Cast, command: tuple[str, str], ending: str
) -> None:
    said = shell.run(*command, "--json", piped=f"{CHOSEN}{ending}".encode())
    assert (said.json["email"], said.errors) == (command[1], "")
    assert signs_in(command[1], CHOSEN)


@pytest.mark.parametrize("password", [f" {CHOSEN}", f"{CHOSEN} ", f"{CHOSEN}\t", f"{CHOSEN}\u00a0"])
@pytest.mark.parametrize("command", [("set_password", WHO), ("create_user", "new@example.com")])
def test_other_blanks_at_an_end_are_told_and_belong_to_the_password(
    shell: Shell, cast: Cast, command: tuple[str, str], password: str
) -> None:
    said = shell.run(*command, "--json", piped=f"{password}\r\n".encode())
    assert said.errors.startswith(TOLD)
    assert CHOSEN not in said.errors
    assert said.json["email"] == command[1]
    assert not signs_in(command[1], CHOSEN)
    assert signs_in(command[1], password)


@pytest.mark.parametrize("command", ["set_password", "create_user"])
@pytest.mark.parametrize(
    ("piped", "why"),
    [
        *REFUSED.items(),
        (f"{CHOSEN}\n\n".encode(), "A password is one line"),
        (f"{CHOSEN}\r".encode(), "A password is one line"),
        (f"{CHOSEN}\r\n\r\n".encode(), "A password is one line"),
        (f"a lantern\n{CHOSEN}".encode(), "A password is one line"),
    ],
)
def test_what_nobody_could_sign_in_with_is_refused(
    shell: Shell, cast: Cast, command: str, piped: bytes, why: str
) -> None:
    events = AuditEvent.objects.count()
    who = WHO if command == "set_password" else "new@example.com"
    assert why in shell.refuse(command, who, piped=piped)
    assert (AuditEvent.objects.count(), User.objects.count()) == (events, len(cast))
    assert User.objects.get(email=WHO).check_password(PASSWORD)


@pytest.mark.long
@pytest.mark.parametrize(
    ("around", "told"),
    [("{}", ""), ("{}\n", ""), ("{}\r\n", ""), (" {}\n", TAKEN_OFF), ("{}\t\r\n\n", TAKEN_OFF)],
)
def test_a_key_loses_what_stands_around_it(
    shell: Shell, universe: Universe, emulator: Emulator, around: str, told: str
) -> None:
    emulator.add_api_key("added")
    said = shell.run("add_api_key", "second", "--json", piped=around.format("added").encode())
    assert (said.json, said.errors) == ({"api_key": "second"}, told)
    assert emulator.requests[-1].headers["x-api-key"] == "added"
    emulator.add_api_key("replaced")
    piped = around.format("replaced").encode()
    said = shell.run("replace_api_key", "automation", "--json", piped=piped)
    assert (said.json["api_key"], said.errors) == ("automation", told)
    shell.run("rotate_secret", HARBOR_ID, "PAY_KEY", piped=b"next")
    assert emulator.requests[-1].headers["x-api-key"] == "replaced"


@pytest.mark.parametrize("command", [("add_api_key", "second"), ("replace_api_key", "automation")])
@pytest.mark.parametrize("piped", [*REFUSED, b"two words", b"two\nlines"])
def test_what_is_no_key_is_refused(
    shell: Shell, universe: Universe, command: tuple[str, str], piped: bytes
) -> None:
    before = bytes(ApiKey.objects.get().encrypted_value)
    assert "That isn’t an API key" in shell.refuse(*command, piped=piped)
    assert bytes(ApiKey.objects.get().encrypted_value) == before
