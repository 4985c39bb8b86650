"""What comes back from a backup, and what is none and changes nothing."""

import hashlib
import json
import os
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from secretsapp.core.keyring import generate_key
from tests.installation import Installation
from tests.shell.copies import (
    ENDED,
    NO_ANCHOR,
    backed_up,
    contents,
    doctored,
    events,
    hand_over_keys,
    head,
    refusals,
    refused,
)
from tests.stocked import EMAIL, HARBOR
from tests.waiting import wait_until

# Someone puts another file in place of the one that was named, just when its hash was found right.
EXCHANGE = """
import sys
from pathlib import Path
import django
django.setup()
from django.core.management import call_command
from secretsapp.operation.copies import files
named, other, digest = sys.stdin.read().splitlines()
look = files.sha256
def look_and_exchange(path):
    found = look(path)
    Path(named).write_bytes(Path(other).read_bytes())
    return found
files.sha256 = look_and_exchange
call_command("restore", named, "--sha256", digest)
"""

pytestmark = [pytest.mark.process, pytest.mark.counted]


@pytest.mark.engine
def test_every_row_of_a_quiet_installation_comes_back(
    inhabited: Installation, elsewhere: Installation, tmp_path: Path
) -> None:
    inhabited.succeed("rotate_secret", HARBOR, "PAY_KEY", stdin=b"once more")
    inhabited.succeed("grant", EMAIL, "admin", "--all")
    file = tmp_path / "copy"
    said = backed_up(inhabited, file)
    assert inhabited.rows("SELECT 1 FROM secretsapp_onetimecode") != []
    assert fleeting_in(file) == set()
    hand_over_keys(inhabited, elsewhere)
    told = elsewhere.succeed("restore", str(file))
    assert f"\nActive admins now: {EMAIL}\n" in told
    assert "doesn't cover accounts, rights and passwords" in told
    assert contents(elsewhere) == contents(inhabited)
    assert events(inhabited)[-1][3] == "backup.made"
    assert f'"{said["anchor"]}"' in events(inhabited)[-1][16]
    assert "already exists" in refused(inhabited, "backup", file)
    assert "was not changed" in refused(elsewhere, "restore", file)
    elsewhere.succeed("verify_audit", "--anchor", said["anchor"])


@pytest.mark.engine
def test_what_cannot_be_restored_is_a_sentence_and_leaves_nothing(
    stocked: Installation, elsewhere: Installation, tmp_path: Path
) -> None:
    whole = tmp_path / "whole"
    said = backed_up(stocked, whole)
    lacking = refused(elsewhere, "restore", whole)
    assert all(key_id in lacking for key_id in (*said["master_keys"], *said["audit_keys"]))
    assert str(elsewhere.data_dir / "keys") in lacking
    hand_over_keys(stocked, elsewhere)

    key = generate_key()
    assert said["audit_keys"][0] in refused(elsewhere, "restore", whole, AUDIT_KEYS=key)
    assert said["master_keys"][0] in refused(elsewhere, "restore", whole, MASTER_KEYS=key)
    assert said["sha256"] == hashlib.sha256(whole.read_bytes()).hexdigest()
    other, short, anchored, absent = refusals(
        elsewhere,
        ("restore", whole, "--sha256", "0" * 64),
        ("restore", whole, "--sha256", "0" * 63),
        ("restore", whole, "--anchor", NO_ANCHOR),
        ("restore", tmp_path / "absent"),
    )
    assert "different SHA-256" in other
    assert "A SHA-256 is 64" in short
    assert "doesn't contain the anchor" in anchored
    assert "No such file" in absent
    content = whole.read_bytes()
    foreign = [b"", b"some text", b"PGDMP", b"SQLite format 3\x00"]
    cut = [content[:length] for length in (len(content) // 2, len(content) - 5000)]
    files = [tmp_path / f"file-{number}" for number in range(len(foreign + cut))]
    for file, bad in zip(files, foreign + cut, strict=True):
        file.write_bytes(bad)
    sentences = refusals(elsewhere, *[("restore", file) for file in files])
    for file, bad, sentence in zip(files, foreign, sentences, strict=False):
        assert str(file) in sentence or bad == b"PGDMP"

    elsewhere.succeed(
        "restore", str(whole), "--anchor", said["anchor"], "--sha256", said["sha256"].upper()
    )
    assert sorted(path.name for path in elsewhere.data_dir.iterdir()) in (
        ["keys"],
        ["keys", "sealroom.sqlite3"],
    )


@pytest.mark.engine
def test_what_the_search_of_a_copy_looks_up_is_made_again_from_its_rows(
    inhabited: Installation, elsewhere: Installation, tmp_path: Path
) -> None:
    if "DATABASE_URL" not in inhabited.environment:
        inhabited.execute("UPDATE secretsapp_secret_text_3 SET text = 'teapot'")
    backed_up(inhabited, tmp_path / "copy")
    hand_over_keys(inhabited, elsewhere)
    elsewhere.succeed("restore", str(tmp_path / "copy"))
    told = json.loads(elsewhere.run("doctor", "--json").stdout)
    assert {"check": "search", "level": "ok"}.items() <= _found(told, "search").items()


def _found(told: dict[str, Any], check: str) -> dict[str, str]:
    found: dict[str, str] = next(line for line in told["findings"] if line["check"] == check)
    return found


def fleeting_in(file: Path) -> set[str]:
    """The tables of the running installation alone of which there are rows in the copy."""
    if file.read_bytes().startswith(b"PGDMP"):
        listed = subprocess.run(["pg_restore", "--list", file], capture_output=True, check=True)
        return {table for table in ENDED if f" TABLE DATA public {table} " in str(listed.stdout)}
    with closing(sqlite3.connect(file)) as copy:
        assert copy.execute("PRAGMA freelist_count").fetchone() == (0,)
        return {table for table in ENDED if copy.execute(f"SELECT 1 FROM {table}").fetchall()}


KEPT = "CREATE TRIGGER kept BEFORE DELETE ON django_session"
KEPT_ON_POSTGRES = (
    "CREATE FUNCTION kept() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NULL; END$$;"
    f"{KEPT} FOR EACH ROW EXECUTE FUNCTION kept()"
)
ONE_INACTIVE = "CREATE UNIQUE INDEX kept ON secretsapp_user (is_active) WHERE NOT is_active"
MORE = 'CREATE TABLE "more" ("id" integer)'
NEVER_DISABLED = "ALTER TABLE secretsapp_user ADD CONSTRAINT active CHECK (is_active)"
NEVER_DISABLED_ON_SQLITE = "ALTER TABLE secretsapp_user ADD COLUMN active integer CHECK (is_active)"


def is_on_postgres(installation: Installation) -> bool:
    return "DATABASE_URL" in installation.environment


@pytest.mark.engine
def test_a_copy_that_acts_by_itself_is_refused_by_name(
    inhabited: Installation, elsewhere: Installation, tmp_path: Path
) -> None:
    acts = (
        KEPT_ON_POSTGRES
        if is_on_postgres(inhabited)
        else (f"{KEPT} BEGIN SELECT RAISE(IGNORE); END")
    )
    doctored(inhabited, tmp_path / "copy", acts)
    hand_over_keys(inhabited, elsewhere)
    sentence = refused(elsewhere, "restore", tmp_path / "copy")
    assert sentence.startswith("The copy has objects that Sealroom didn't create: ")
    assert "trigger django_session.kept" in sentence
    if is_on_postgres(elsewhere):
        assert "Drop this database and create a new one" in sentence
        # Not all of it can be taken out again, and what is left does not pass for nothing.
        assert "not empty" in refused(elsewhere, "restore", tmp_path / "copy")
    else:
        assert [path.name for path in elsewhere.data_dir.iterdir()] == ["keys"]


@pytest.mark.engine
def test_a_copy_whose_tables_were_changed_is_refused_by_name(
    inhabited: Installation, elsewhere: Installation, tmp_path: Path
) -> None:
    if is_on_postgres(inhabited):
        never, name = NEVER_DISABLED, "constraint secretsapp_user.active"
    else:
        never, name = NEVER_DISABLED_ON_SQLITE, "column secretsapp_user.active"
    doctored(inhabited, tmp_path / "copy", never, ONE_INACTIVE, MORE, "DROP INDEX event_of_tag")
    hand_over_keys(inhabited, elsewhere)
    sentence = refused(elsewhere, "restore", tmp_path / "copy")
    foreign, _, missing = sentence.partition(" It is missing")
    assert foreign.startswith("The copy has objects that Sealroom didn't create: ")
    for each in (name, "index secretsapp_user.kept", "table more"):
        assert each in foreign
    assert "index secretsapp_auditevent.event_of_tag. Someone changed it" in missing
    if not is_on_postgres(elsewhere):
        assert [path.name for path in elsewhere.data_dir.iterdir()] == ["keys"]


def test_a_copy_in_which_our_keys_were_never_used_is_refused(
    installation: Installation, inhabited: Installation
) -> None:
    for made_up in (installation, inhabited):
        made_up.execute("DELETE FROM secretsapp_keyproof")
        sentence = refused(made_up, "restore", "--loaded", "--anchor", head(made_up))
        assert "Nothing in the copy proves that it belongs to an installation" in sentence
        assert "installation.restored" not in str(events(made_up))


@pytest.mark.engine
def test_a_file_that_is_exchanged_after_it_was_looked_at_is_not_the_one_restored(
    inhabited: Installation, elsewhere: Installation, tmp_path: Path
) -> None:
    noted = backed_up(inhabited, tmp_path / "copy")
    inhabited.succeed("create_user", "stranger@example.com", stdin=b"a lantern on the pier")
    backed_up(inhabited, tmp_path / "other")
    hand_over_keys(inhabited, elsewhere)
    piped = "\n".join([str(tmp_path / "copy"), str(tmp_path / "other"), noted["sha256"]])
    elsewhere.execute_script(EXCHANGE, piped.encode())
    assert (tmp_path / "copy").read_bytes() == (tmp_path / "other").read_bytes()
    assert elsewhere.rows("SELECT email FROM secretsapp_user") == [(EMAIL,)]
    elsewhere.succeed("verify_audit", "--anchor", noted["anchor"])


def test_what_is_no_single_file_is_refused(
    installation: Installation, elsewhere: Installation, tmp_path: Path
) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert "is not a file" in refused(elsewhere, "restore", tmp_path / "pipe")
    if "DATABASE_URL" in installation.environment:
        return
    backed_up(installation, tmp_path / "copy")
    hand_over_keys(installation, elsewhere)
    (tmp_path / "copy-wal").touch()
    assert "copy-wal is beside the backup" in refused(elsewhere, "restore", tmp_path / "copy")


def test_a_copy_of_a_newer_version_is_not_restored(installation: Installation) -> None:
    installation.execute(
        "INSERT INTO django_migrations (app, name, applied) "
        "VALUES ('secretsapp', '9999_later', '2030-01-01 00:00:00')"
    )
    assert "newer version of Sealroom" in refused(
        installation, "restore", "--loaded", "--anchor", head(installation)
    )


@pytest.mark.engine
def test_a_copy_that_was_put_in_place_by_other_tools_is_adopted(
    inhabited: Installation,
) -> None:
    anchor = head(inhabited)
    inhabited.succeed("restore", "--loaded", "--anchor", anchor)
    assert "installation.restored" in str(events(inhabited))
    inhabited.succeed("verify_audit")
    assert inhabited.run("restore", "--loaded").returncode == 2
    again = refused(inhabited, "restore", "--loaded", "--anchor", anchor)
    assert "already been restored" in again


def test_an_installation_at_work_is_no_copy_that_was_put_there(inhabited: Installation) -> None:
    anchor = head(inhabited)
    with inhabited.start("manage.py", "work", stdout=subprocess.PIPE) as worker:
        assert worker.stdout is not None
        worker.stdout.readline()
        wait_until(lambda: bool(inhabited.rows("SELECT id FROM secretsapp_worker")))
        sentence = refused(inhabited, "restore", "--loaded", "--anchor", anchor)
        worker.terminate()
    assert "A worker uses this database" in sentence


@pytest.mark.engine
def test_a_batch_that_was_running_waits_for_its_person(
    inhabited: Installation, elsewhere: Installation, tmp_path: Path
) -> None:
    columns = "id, state, reason, actor_kind, actor_name, door, address, session_id, request_id"
    inhabited.execute(
        f"INSERT INTO secretsapp_batch ({columns}, run_by, size, made_at, halted) VALUES "
        f"('{'0' * 32}', 'running', '', 'command', 'someone', 'shell', '', '', '', "
        "'', 1, '2026-11-28 12:00:00+00:00', '')"
    )
    backed_up(inhabited, tmp_path / "copy")
    hand_over_keys(inhabited, elsewhere)
    elsewhere.succeed("restore", str(tmp_path / "copy"))
    ((state, halted),) = elsewhere.rows("SELECT state, halted FROM secretsapp_batch")
    assert state == "paused"
    assert "a backup was restored" in halted
