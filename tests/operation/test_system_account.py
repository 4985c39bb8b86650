"""Who runs the process: told by the operating system, bounded, and harmless to show."""

import os
import pwd
import socket

import pytest

from secretsapp.operation.system_account import LONGEST_PART, describe_account


@pytest.fixture(autouse=True)
def _vault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "gethostname", lambda: "vault-1")
    monkeypatch.setattr(os, "getuid", lambda: 10001)
    monkeypatch.delenv("SUDO_USER", raising=False)
    _name(monkeypatch, "deploy")


def _name(monkeypatch: pytest.MonkeyPatch, name: str | None) -> None:
    """Let the system's list of users hold that name alone, or nothing."""

    def look_up(_number: int) -> pwd.struct_passwd:
        if name is None:
            raise KeyError
        return pwd.struct_passwd((name, "x", 10001, 10001, "", "/", "/bin/sh"))

    monkeypatch.setattr(pwd, "getpwuid", look_up)


def test_the_real_user_and_the_host_are_told() -> None:
    assert describe_account() == "deploy on vault-1"


def test_where_the_system_knows_no_name_its_number_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    _name(monkeypatch, None)
    assert describe_account() == "uid 10001 on vault-1"


def test_sudo_user_is_told_in_addition_and_as_what_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUDO_USER", "ana")
    assert describe_account() == "deploy on vault-1, SUDO_USER=ana"


@pytest.mark.parametrize("name", ["LOGNAME", "USER", "USERNAME"])
def test_no_variable_stands_in_for_the_real_user(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "someone-else")
    assert describe_account() == "deploy on vault-1"


@pytest.mark.parametrize(
    ("claimed", "shown"),
    [
        ("ana\n2031 root", "ana?2031?root"),
        ("\x1b[2Jana", "??2Jana"),
        ("ana\u202egpj", "ana?gpj"),
        ("ana) on other (command x", "ana??on?other??command?x"),
        ("\udcff\udcfe", "??"),
        ("<b>ana</b>", "?b?ana??b?"),
        ("EXAMPLE\\Zoë.O-N_1@x", "EXAMPLE\\Zoë.O-N_1@x"),
        ("x" * 5000, "x" * (LONGEST_PART - 1) + "…"),
    ],
)
def test_what_anyone_can_set_is_bounded_and_imitates_nothing(
    monkeypatch: pytest.MonkeyPatch, claimed: str, shown: str
) -> None:
    monkeypatch.setattr(os, "environ", {"SUDO_USER": claimed})
    assert describe_account() == f"deploy on vault-1, SUDO_USER={shown}"


def test_with_everything_at_its_longest_it_fits_beside_any_command(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _name(monkeypatch, "a" * 300)
    monkeypatch.setattr(socket, "gethostname", lambda: "b" * 300)
    monkeypatch.setenv("SUDO_USER", "c" * 300)
    assert len(f"{describe_account()} (command {'d' * 30})") <= 254
