"""Keys from the shell: what is said of them, never what they are."""

from pathlib import Path

import pytest
from django.db import DatabaseError, connection
from pytest_django import Settings

from secretsapp.core.keyring import generate_key
from secretsapp.models import AuditEvent, Universe
from secretsapp.rules import keys
from secretsapp.rules.keys import Ring
from tests.shell.conftest import Shell
from tests.stage import Cast
from tests.support.rings import use_copies

pytestmark = pytest.mark.engine


@pytest.fixture(autouse=True)
def directory(settings: Settings, tmp_path: Path) -> Path:
    """Key files that the test may change."""
    use_copies(settings, tmp_path / "keys")
    return tmp_path / "keys"


def texts(directory: Path) -> list[str]:
    """Every key there is."""
    return [word for path in directory.iterdir() for word in path.read_text().split()]


def test_every_ring_is_listed_with_what_needs_its_keys(
    shell: Shell, universe: Universe, directory: Path
) -> None:
    master, audit = keys.key_ids(Ring.MASTER)[0], keys.key_ids(Ring.AUDIT)[0]
    events = AuditEvent.objects.count()
    assert shell.run("list_keys").output.splitlines() == [
        f"Master keys, from the data directory: {directory / 'master_keys'}",
        "NO.  KEY               STATE   NEEDED BY",
        f"1    {master}  writes  API keys: 1, the proof",
        "",
        f"Audit keys, from the data directory: {directory / 'audit_keys'}",
        "NO.  KEY               STATE   NEEDED BY",
        f"1    {audit}  writes  events: {events} (1 to {events})",
        "",
        f"Checkpoint keys, from the data directory: {directory / 'checkpoint_keys'}",
        "NO.  KEY               STATE   NEEDED BY",
        f"1    {keys.key_ids(Ring.CHECKPOINT)[0]}  writes  nothing",
    ]


def test_keys_are_rotated_by_what_each_command_says_next(
    shell: Shell, universe: Universe, directory: Path
) -> None:
    old = keys.key_ids(Ring.MASTER)[0]
    said = [shell.run("add_key", "master").output, shell.run("add_key", "audit").output]
    for words in list(said):
        program, command, key_id = words.splitlines()[-1].split()
        assert program == "manage.py"
        said.append(shell.run(command, key_id).output)
    said.append(shell.run("drop_key", "master", old).output)
    assert said[2].startswith("1 of 1 API keys re-encrypted with the master key ")
    assert "Anchor: " in said[3]
    assert said[4].startswith(f"Dropped the master key {old}.\n")
    shell.run("verify_audit")
    assert not any(text in words for words in said for text in texts(directory))


def test_missing_and_unused_keys_are_named(
    shell: Shell, universe: Universe, settings: Settings
) -> None:
    lost = keys.key_ids(Ring.MASTER)[0]
    settings.MASTER_KEYS = generate_key()
    settings.MASTER_KEYS_FILE = Path("/run/secrets/master_keys")
    said = shell.run("list_keys").output
    assert said.startswith(
        "Master keys, from the environment, MASTER_KEYS_FILE: /run/secrets/master_keys\nThe file "
    )
    assert f"\n–    {lost}  MISSING  API keys: 1, the proof\n" in said
    assert settings.MASTER_KEYS not in said


def test_a_ring_that_cannot_be_used_hides_no_other(
    shell: Shell, universe: Universe, directory: Path
) -> None:
    lost = keys.key_ids(Ring.MASTER)[0]
    (directory / "master_keys").chmod(0o644)
    said = shell.run("list_keys").output
    assert f"\n{directory / 'master_keys'} can be read by everyone on this machine." in said
    assert f"\n–    {lost}  unknown  API keys: 1" in said
    assert "Audit keys, from" in said
    assert "unknown" in shell.run("list_keys").output
    ring = shell.run("list_keys", "--json").json["rings"][0]
    assert (ring["keys"][0]["missing"], ring["trouble"][-4:]) == (True, "keys")


def test_keys_are_listed_where_the_database_cannot_be_read(shell: Shell) -> None:
    def refuse(*_arguments: object) -> object:
        raise DatabaseError("away")

    with connection.execute_wrapper(refuse):
        said = shell.run("list_keys").output
        ring = shell.run("list_keys", "--json").json["rings"][1]
    assert f"{keys.key_ids(Ring.MASTER)[0]}  writes  unknown: the database" in said
    assert ring["keys"][0]["events"] is None


def test_only_admins_are_told_of_keys(shell: Shell, cast: Cast) -> None:
    for command in (["list_keys"], ["add_key", "audit"], ["rotate_audit_key"]):
        assert "You can’t" in shell.refuse(*command, "--as", "manager@example.com")
