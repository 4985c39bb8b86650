"""How commands are called: wrong usage has a status of its own, and repeats no value."""

import os
from argparse import ArgumentParser
from pathlib import Path

import pytest
from django.core.management import load_command_class

from secretsapp.management import commands
from secretsapp.management.base import ActingCommand, SealroomCommand
from secretsapp.management.closed import ClosedAtTheShell, ClosedCommand

FILES = sorted(path.stem for path in Path(commands.__path__[0]).glob("[a-z]*.py"))
LOADED = {name: load_command_class("secretsapp", name) for name in FILES}
# What is closed at the shell alone is Django's own for programs.
COMMANDS = [name for name, loaded in LOADED.items() if not isinstance(loaded, ClosedAtTheShell)]
CLOSED = [name for name, loaded in LOADED.items() if isinstance(loaded, ClosedCommand)]


def command_named(name: str) -> SealroomCommand:
    """The command, which must share our base class."""
    command = load_command_class("secretsapp", name)
    assert isinstance(command, SealroomCommand)
    return command


def parser_of(name: str) -> ArgumentParser:
    """The parser of a command."""
    return command_named(name).create_parser("manage.py", name)


@pytest.mark.parametrize(
    "arguments",
    [
        ["create_secret", "7", "NEW_KEY", "--domain", "*", "s3cr3t-value"],
        ["rotate_secret", "7", "NEW_KEY", "--value=s3cr3t-value"],
        ["create_user", "e@example.com", "--password", "s3cr3t-value"],
        ["add_api_key", "automation", "s3cr3t-value"],
        ["delete_secret", "7", "NEW_KEY", "--y"],
        ["remove_universe", "7", "--y"],
        ["remove_api_key", "automation", "--y"],
        ["edit_api_key", "automation", "s3cr3t-value"],
        ["edit_universe", "7", "--environment", "test"],
        ["list_secrets", "s3cr3t-value"],
        ["list_secrets", "0"],
        ["list_secrets", "9" * 30],
        ["settle_changes", "--older-than", "-1"],
        ["settle_changes", "--older-than", "9" * 30],
        ["settle_changes", "--older-than", "99999999"],
        ["add_key", "secret"],
        ["drop_key", "master"],
        ["drop_key", "master", "s3cr3t-value"],
        ["rotate_audit_key", "s3cr3t-value"],
        ["grant", "e@example.com", "viewer"],
        ["grant", "e@example.com", "viewer", "--all", "--universe", "7"],
        ["create_secret", "7", "NEW_KEY"],
        ["create_user", os.fsdecode(b"e\xff@example.com")],
    ],
)
def test_wrong_usage_is_refused_and_repeats_no_value(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        command_named(arguments[0]).run_from_argv(["manage.py", *arguments])
    said = capsys.readouterr()
    assert (end.value.code, said.out) == (2, "")
    assert "error: " in said.err
    assert "s3cr3t-value" not in said.err


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself_without_djangos_own_options(name: str) -> None:
    shown = parser_of(name).format_help()
    assert shown.startswith(f"usage: manage.py {name}")
    assert command_named(name).help.endswith(".")
    assert "--traceback" not in shown
    assert "--verbosity" not in shown


@pytest.mark.parametrize("name", COMMANDS)
def test_everything_that_acts_takes_a_person_and_gives_json(name: str) -> None:
    shown = parser_of(name).format_help()
    acts = isinstance(command_named(name), ActingCommand)
    assert acts == ("--as EMAIL" in shown) == ("--json" in shown)
    assert acts != (name in ("setup", "run", "serve", "work", *CLOSED))
