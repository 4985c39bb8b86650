"""Setting up: private files, nothing lost by a second time, and a start that stops in words."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from secretsapp.core.keyring import generate_key
from tests.environment import SETTINGS
from tests.installation import ROOT, Installation

pytestmark = pytest.mark.process

FOREIGN = {"DATABASE_URL", *SETTINGS, *(f"{name}_FILE" for name in SETTINGS)}


def on_sqlite(data_dir: Path) -> Installation:
    """An installation in that directory."""
    kept = {name: value for name, value in os.environ.items() if name not in FOREIGN}
    return Installation(data_dir, kept | {"DATA_DIR": str(data_dir)})


@pytest.fixture
def bare(tmp_path: Path) -> Installation:
    """An installation of which there is nothing yet, on SQLite."""
    return on_sqlite(tmp_path / "new" / "data")


@pytest.fixture(scope="module")
def set_up(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Installation:
    """An installation as `setup` leaves it, to be copied and left alone."""
    if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        template: Installation = request.getfixturevalue("installation_template")
        return template
    prepared = on_sqlite(tmp_path_factory.mktemp("set-up") / "data")
    prepared.succeed("setup")
    return prepared


@pytest.fixture
def fresh(set_up: Installation, bare: Installation) -> Installation:
    """An installation that was set up and not used yet."""
    shutil.copytree(set_up.data_dir, bare.data_dir)
    return bare


def mode(path: Path) -> int:
    """Who may do what with a file."""
    return path.stat().st_mode & 0o777


def contents(installation: Installation) -> dict[str, bytes]:
    """The text of each key file."""
    return {path.name: path.read_bytes() for path in (installation.data_dir / "keys").iterdir()}


def refused(installation: Installation, *arguments: str, **environment: str) -> str:
    """The one sentence with which a command is refused."""
    done = installation.run(*arguments, environment=environment)
    assert (done.returncode, done.stdout) == (1, b"")
    sentence = done.stderr.decode()
    assert sentence.count("\n") == 1
    assert "Traceback" not in sentence
    return sentence


def test_set_up_makes_private_files_and_repeats_without_harm(bare: Installation) -> None:
    said = bare.succeed("setup")
    keys = contents(bare)
    assert set(keys) == {"secret_key", "master_keys", "audit_keys", "checkpoint_keys"}
    assert all(f"Created {bare.data_dir / 'keys' / name}\n" in said for name in keys)
    assert not any(key.decode().strip() in said for key in keys.values())
    files = [path for path in bare.data_dir.rglob("*") if path.is_file()]
    assert bare.data_dir / "sealroom.sqlite3" in files
    assert {mode(path) for path in files} == {0o600}
    assert mode(bare.data_dir) == mode(bare.data_dir / "keys") == 0o700

    bare.run("create_user", "editor@example.com", stdin=b"a lantern on the pier")
    assert bare.succeed("setup") == "The installation is set up.\n"
    assert contents(bare) == keys
    assert bare.rows("SELECT email FROM secretsapp_user") == [("editor@example.com",)]
    bare.succeed("verify_audit")


def test_set_up_closes_a_database_that_was_open_to_others(fresh: Installation) -> None:
    database = fresh.data_dir / "sealroom.sqlite3"
    database.chmod(0o644)
    fresh.succeed("setup")
    assert mode(database) == 0o600


def test_nothing_acts_before_the_set_up(bare: Installation) -> None:
    for command in (["list_secrets", "7"], ["work"]):
        assert "Run `manage.py setup`" in refused(bare, *command)
    assert not bare.data_dir.exists()


def test_lost_keys_are_not_replaced(fresh: Installation) -> None:
    (fresh.data_dir / "keys" / "master_keys").unlink()
    assert "Restore the keys" in refused(fresh, "setup")
    assert "MASTER_KEYS is not set" in refused(fresh, "list_secrets", "7")
    assert not (fresh.data_dir / "keys" / "master_keys").exists()


def test_wrong_keys_stop_the_start_in_words(fresh: Installation) -> None:
    key = generate_key()
    for command in (["list_secrets", "7"], ["work"], ["setup"]):
        sentence = refused(fresh, *command, MASTER_KEYS=key)
        assert "key" in sentence
        assert key not in sentence
    fresh.run("create_user", "editor@example.com", stdin=b"a lantern on the pier")
    for command in (["list_secrets", "7"], ["work"], ["verify_audit"]):
        assert "audit key" in refused(fresh, *command, AUDIT_KEYS=key)


def test_malformed_keys_are_refused_without_being_shown(bare: Installation) -> None:
    sentence = refused(bare, "setup", MASTER_KEYS="not-base64-of-a-key")
    assert "MASTER_KEYS" in sentence
    assert "not-base64-of-a-key" not in sentence


@pytest.mark.parametrize("name", ["master_keys", "audit_keys", "secret_key"])
def test_a_key_file_that_cannot_be_used_stops_every_start_with_the_cure(
    fresh: Installation, name: str
) -> None:
    path = fresh.data_dir / "keys" / name
    path.chmod(0o644)
    cure = f"{path} can be read by everyone on this machine. Run: chmod 600 {path}\n"
    for command in (["work", "--once"], ["setup"]):
        assert refused(fresh, *command).endswith(cure)
    path.chmod(0o600)
    kept = path.rename(path.with_suffix(".kept"))
    path.mkdir()
    assert f"{path} can't be read" in refused(fresh, "work", "--once")
    path.rmdir()
    path.symlink_to(kept)
    fresh.succeed("work", "--once")
    kept.chmod(0o660)
    assert "can be changed by everyone in its group" in refused(fresh, "work", "--once")


@pytest.mark.parametrize("setting", ["MASTER_KEYS", "AUDIT_KEYS", "SECRET_KEY"])
def test_a_mounted_key_file_that_cannot_be_used_stops_the_web_server_too(
    fresh: Installation, setting: str, tmp_path: Path
) -> None:
    path = tmp_path / "mounted"
    path.symlink_to(tmp_path / "behind")
    named = {f"{setting}_FILE": str(path)}
    assert f"{path} can't be read: No such file" in refused(fresh, "work", "--once", **named)
    (tmp_path / "behind").write_text("words")
    cure = f"{setting}_FILE: {path} can be read by everyone on this machine. Run: chmod 600 {path}"
    assert refused(fresh, "work", "--once", **named) == f"{cure}\n"
    started = subprocess.run(
        [sys.executable, "-m", "gunicorn", "dashboard.wsgi", "--bind", "127.0.0.1:0"],
        cwd=ROOT,
        env=fresh.environment | named,
        capture_output=True,
        check=False,
        text=True,
        timeout=60,
    )
    assert started.returncode != 0
    assert cure in started.stderr
    assert "Traceback" not in started.stderr


def test_the_key_that_is_lacking_is_named(fresh: Installation) -> None:
    lacking = json.loads(fresh.succeed("list_keys", "--json"))["rings"][0]["keys"][0]["key_id"]
    sentence = refused(fresh, "work", "--once", MASTER_KEYS=generate_key())
    assert sentence == (
        f"The master key {lacking} is not configured. Add it to MASTER_KEYS again.\n"
    )


def test_data_directory_that_cannot_be_made_is_a_sentence(
    bare: Installation, tmp_path: Path
) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "nothing")
    sentence = refused(bare, "setup", DATA_DIR=str(tmp_path / "link"))
    assert sentence.endswith("link can't be created or changed: File exists.\n")


def test_database_without_tables_is_a_sentence(fresh: Installation) -> None:
    (fresh.data_dir / "sealroom.sqlite3").unlink()
    for command in (["list_secrets", "7"], ["work", "--once"], ["verify_audit"]):
        assert "setup" in refused(fresh, *command)


def test_missing_driver_of_the_database_is_a_sentence(bare: Installation, tmp_path: Path) -> None:
    for driver in ("psycopg", "psycopg2"):
        (tmp_path / f"{driver}.py").write_text("raise ImportError")
    settings = {"PYTHONPATH": str(tmp_path), "DATABASE_URL": "postgres://sealroom@127.0.0.1:9/x"}
    for command in (["setup"], ["list_secrets", "7"]):
        assert "psycopg" in refused(bare, *command, **settings)
