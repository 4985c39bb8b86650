"""A backup made under load becomes an installation elsewhere; what is none changes nothing."""

import hashlib
import http.client
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.apps import apps

from emulator import Emulator
from emulator import Universe as EmulatedUniverse
from secretsapp.copies import files
from secretsapp.core.keyring import generate_key
from secretsapp.management import serving
from tests.installation import ROOT, Installation, open_place
from tests.stage import HARBOR_ID
from tests.waiting import wait_until

pytestmark = [pytest.mark.engine, pytest.mark.process, pytest.mark.counted]

SECONDS = 60
HARBOR = str(HARBOR_ID)
EMAIL, PASSWORD = "rotator@example.com", "a lantern on the pier"
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
VERSION = re.compile(r'name="version" value="([^"]+)"')
NO_ANCHOR = f"1:{'0' * 64}"

# What a restored copy ends on purpose, and what goes on in it.
ENDED = {
    "django_session",
    "secretsapp_onetimecode",
    "secretsapp_passwordmail",
    "secretsapp_signedin",
    "secretsapp_worker",
}
LOG = {"secretsapp_auditevent", "secretsapp_audithead"}


@pytest.fixture
def elsewhere(tmp_path: Path, emulator: Emulator) -> Iterator[Installation]:
    """A place for another installation, where there is nothing yet."""
    with open_place(tmp_path / "elsewhere", emulator.url) as place:
        yield place


def hand_over_keys(origin: Installation, place: Installation) -> None:
    """Bring the key files of one installation to another."""
    keys = place.data_dir / "keys"
    keys.mkdir(mode=0o700, parents=True)
    for key in (origin.data_dir / "keys").iterdir():
        (keys / key.name).touch(mode=0o600)
        (keys / key.name).write_bytes(key.read_bytes())


def refused(installation: Installation, *arguments: object, **environment: str) -> str:
    """The one sentence with which a command is refused."""
    done = installation.run(*map(str, arguments), environment=environment)
    assert (done.returncode, done.stdout) == (1, b""), done.stderr.decode()
    sentence = done.stderr.decode()
    assert sentence.count("\n") == 1
    assert "Traceback" not in sentence
    return sentence


def backed_up(installation: Installation, file: Path) -> dict[str, Any]:
    """Make a backup, and give what was said of it."""
    said: dict[str, Any] = json.loads(installation.succeed("backup", str(file), "--json"))
    return said


def tables() -> list[str]:
    models = apps.get_models(include_auto_created=True)
    return sorted({"django_migrations", *(model._meta.db_table for model in models)})


def contents(installation: Installation) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table that a restored copy takes over as it is."""
    kept = [table for table in tables() if table not in ENDED | LOG]
    return {table: sorted(installation.rows(f"SELECT * FROM {table}"), key=str) for table in kept}


def events(installation: Installation) -> list[tuple[Any, ...]]:
    return installation.rows("SELECT * FROM secretsapp_auditevent ORDER BY sequence")


def head(installation: Installation) -> str:
    """The anchor of the log as it is now."""
    [(sequence, link)] = installation.rows("SELECT sequence, link FROM secretsapp_audithead")
    return f"{sequence}:{link}"


class Browser:
    """A person at the dashboard, over HTTP."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.cookies: dict[str, str] = {}

    def ask(self, method: str, path: str, **form: str) -> tuple[int, str]:
        """The status of an answer and its page."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=SECONDS)
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookies}
        connection.request(method, path, body=urlencode(form), headers=headers)
        answer = connection.getresponse()
        page = answer.read().decode()
        connection.close()
        given = [value for name, value in answer.getheaders() if name.lower() == "set-cookie"]
        self.cookies |= dict(cookie.partition(";")[0].split("=", 1) for cookie in given)
        return answer.status, page

    def send(self, path: str, **form: str) -> int:
        """The status that comes of sending the form of a page."""
        token = TOKEN.search(self.ask("GET", path)[1])
        assert token is not None
        return self.ask("POST", path, csrfmiddlewaretoken=token[1], **form)[0]

    def sign_in(self) -> None:
        assert self.send("/sign-in/", login=EMAIL, password=PASSWORD) == 302

    def rotate(self, name: str, value: str) -> int:
        path = f"/universes/{HARBOR}/secrets/{name}/rotate/"
        version = VERSION.search(self.ask("GET", path)[1])
        assert version is not None
        return self.send(path, version=version[1], value=value)


@contextmanager
def served(installation: Installation) -> Iterator[int]:
    """The port at which gunicorn serves the installation."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    with installation.start(*serving.web_server(port), stderr=subprocess.PIPE) as process:
        try:
            wait_for(port)
            yield port
        finally:
            process.terminate()
            process.communicate(timeout=SECONDS)


def wait_for(port: int) -> None:
    """Wait until something listens."""
    ends = time.monotonic() + SECONDS
    while True:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        assert time.monotonic() < ends
        time.sleep(0.05)


@contextmanager
def load(installation: Installation, port: int) -> Iterator[None]:
    """Rotations in the browser and in the shell, one after the other, as long as the block runs."""
    over = threading.Event()
    troubles: list[object] = []

    def rotate_in_the_browser() -> None:
        browser = Browser(port)
        browser.sign_in()
        while not over.is_set():
            status = browser.rotate("PAY_KEY", f"value {time.monotonic()}")
            troubles.extend([status] if status != 302 else [])

    def rotate_in_the_shell() -> None:
        while not over.is_set():
            done = installation.run("rotate_secret", HARBOR, "PAY_WEBHOOK", stdin=b"another")
            troubles.extend([done.stderr] if done.returncode else [])

    threads = [threading.Thread(target=t) for t in (rotate_in_the_browser, rotate_in_the_shell)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join()
    assert troubles == []


def wait_for_events(installation: Installation, count: int) -> None:
    """Wait until so many further events are in the log."""
    wanted = len(events(installation)) + count
    ends = time.monotonic() + SECONDS
    while len(events(installation)) < wanted:
        assert time.monotonic() < ends
        time.sleep(0.1)


def claims(installation: Installation) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
    """The state of each change as its row has it, and as its last event tells it."""
    rows = installation.rows("SELECT id, state FROM secretsapp_change")
    told = installation.rows(
        "SELECT change_id, tag FROM secretsapp_auditevent WHERE change_id <> '' ORDER BY sequence"
    )
    last = {uuid.UUID(change): tag.rpartition(".")[2] for change, tag in told}
    return (
        {(uuid.UUID(str(change)).hex, state) for change, state in rows},
        {(change.hex, state) for change, state in last.items()},
    )


@pytest.fixture
def inhabited(stocked: Installation) -> Installation:
    """The installation with a person who rotates, and who was given a link."""
    stocked.succeed("create_user", EMAIL, stdin=PASSWORD.encode())
    stocked.succeed("grant", EMAIL, "rotator", "--universe", HARBOR)
    stocked.succeed("password_link", EMAIL)
    return stocked


@pytest.mark.long
def test_a_copy_made_under_load_is_of_one_moment_and_goes_on_elsewhere(
    inhabited: Installation, elsewhere: Installation, harbor: EmulatedUniverse, tmp_path: Path
) -> None:
    file = tmp_path / "copy"
    with served(inhabited) as port, load(inhabited, port):
        wait_for_events(inhabited, 4)
        before = len(events(inhabited))
        said = backed_up(inhabited, file)
        assert said["events"] >= before
        wait_for_events(inhabited, 2)
        visitor = Browser(port)
        visitor.sign_in()
    assert file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir() if "copy" in path.name] == ["copy"]

    hand_over_keys(inhabited, elsewhere)
    restored = json.loads(
        elsewhere.succeed("restore", str(file), "--anchor", said["anchor"], "--json")
    )
    count = said["events"]
    assert restored["backup_anchor"] == said["anchor"]
    assert events(elsewhere)[:count] == events(inhabited)[:count]
    assert [event[3] for event in events(elsewhere)[count:]] == ["installation.restored"]
    assert len(events(inhabited)) > count
    as_rows, as_told = claims(elsewhere)
    assert as_rows == as_told
    assert all(elsewhere.rows(f"SELECT * FROM {table}") == [] for table in ENDED)

    # What was under way at that moment is open in the copy, and the worker settles it in time.
    elsewhere.execute(
        "UPDATE secretsapp_change SET started_at = '2026-01-01 00:00:00+00:00' "
        "WHERE state = 'started'"
    )
    elsewhere.succeed("settle_changes")
    assert elsewhere.rows("SELECT 1 FROM secretsapp_change WHERE state = 'started'") == []
    with served(elsewhere) as port:
        visitor.port = port
        assert visitor.ask("GET", f"/universes/{HARBOR}/")[0] == 302
        visitor.sign_in()
        assert visitor.rotate("SIGNING_SEED", "after the restore") == 302
    assert harbor.values["SIGNING_SEED"] == b"after the restore"
    elsewhere.succeed("create_user", "new@example.com", stdin=PASSWORD.encode())
    elsewhere.succeed("verify_audit", "--anchor", restored["anchor"])


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
    assert "says nothing of accounts, rights and passwords" in told
    assert contents(elsewhere) == contents(inhabited)
    assert events(inhabited)[-1][3] == "backup.made"
    assert f'"{said["anchor"]}"' in events(inhabited)[-1][16]
    assert "is there already" in refused(inhabited, "backup", file)
    assert "stays as it is" in refused(elsewhere, "restore", file)
    elsewhere.succeed("verify_audit", "--anchor", said["anchor"])


def test_what_cannot_be_restored_is_a_sentence_and_leaves_nothing(
    stocked: Installation, elsewhere: Installation, tmp_path: Path
) -> None:
    whole, file = tmp_path / "whole", tmp_path / "file"
    said = backed_up(stocked, whole)
    lacking = refused(elsewhere, "restore", whole)
    assert all(key_id in lacking for key_id in (*said["master_keys"], *said["audit_keys"]))
    assert str(elsewhere.data_dir / "keys") in lacking
    hand_over_keys(stocked, elsewhere)

    key = generate_key()
    assert said["audit_keys"][0] in refused(elsewhere, "restore", whole, AUDIT_KEYS=key)
    assert said["master_keys"][0] in refused(elsewhere, "restore", whole, MASTER_KEYS=key)
    assert said["sha256"] == hashlib.sha256(whole.read_bytes()).hexdigest()
    other = refused(elsewhere, "restore", whole, "--sha256", "0" * 64)
    assert "its SHA-256 is another" in other
    assert "A SHA-256 is 64" in refused(elsewhere, "restore", whole, "--sha256", "0" * 63)
    anchored = refused(elsewhere, "restore", whole, "--anchor", NO_ANCHOR)
    assert "does not hold the anchor" in anchored
    assert "No such file" in refused(elsewhere, "restore", file)
    for foreign in (b"", b"some text", b"PGDMP", b"SQLite format 3\x00"):
        file.write_bytes(foreign)
        assert str(file) in refused(elsewhere, "restore", file) or foreign == b"PGDMP"
    content = whole.read_bytes()
    for length in (len(content) // 2, len(content) - 5000):
        file.write_bytes(content[:length])
        refused(elsewhere, "restore", file)

    elsewhere.succeed(
        "restore", str(whole), "--anchor", said["anchor"], "--sha256", said["sha256"].upper()
    )
    assert sorted(path.name for path in elsewhere.data_dir.iterdir()) in (
        ["keys"],
        ["keys", "sealroom.sqlite3"],
    )


def fleeting_in(file: Path) -> set[str]:
    """The tables of the running installation alone of which there are rows in the copy."""
    if file.read_bytes().startswith(b"PGDMP"):
        listed = subprocess.run(["pg_restore", "--list", file], capture_output=True, check=True)
        return {table for table in ENDED if f" TABLE DATA public {table} " in str(listed.stdout)}
    with closing(sqlite3.connect(file)) as copy:
        assert copy.execute("PRAGMA freelist_count").fetchone() == (0,)
        return {table for table in ENDED if copy.execute(f"SELECT 1 FROM {table}").fetchall()}


def keep_sessions(installation: Installation) -> str:
    """Have the database itself keep every session that is deleted; gives the trigger's name."""
    when = "CREATE TRIGGER kept BEFORE DELETE ON django_session"
    if "DATABASE_URL" not in installation.environment:
        installation.execute(f"{when} BEGIN SELECT RAISE(IGNORE); END")
    else:
        installation.execute(
            "CREATE FUNCTION kept() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NULL; END$$;"
            f"{when} FOR EACH ROW EXECUTE FUNCTION kept()"
        )
    return "trigger django_session.kept"


def test_a_copy_that_acts_by_itself_is_refused_by_name(
    inhabited: Installation, elsewhere: Installation, tmp_path: Path
) -> None:
    name = keep_sessions(inhabited)
    backed_up(inhabited, tmp_path / "copy")
    hand_over_keys(inhabited, elsewhere)
    sentence = refused(elsewhere, "restore", tmp_path / "copy")
    assert sentence.startswith("The copy holds what Sealroom did not put there: ")
    assert name in sentence
    if "DATABASE_URL" in elsewhere.environment:
        assert "Drop this database and create a new one" in sentence
        # Not all of it can be taken out again, and what is left does not pass for nothing.
        assert "not empty" in refused(elsewhere, "restore", tmp_path / "copy")
    else:
        assert [path.name for path in elsewhere.data_dir.iterdir()] == ["keys"]


def test_a_copy_in_which_our_keys_were_never_used_is_refused(
    installation: Installation, inhabited: Installation
) -> None:
    inhabited.execute("DELETE FROM secretsapp_keyproof")
    for made_up in (installation, inhabited):
        sentence = refused(made_up, "restore", "--loaded", "--anchor", head(made_up))
        assert "Nothing in the copy shows that it is of an installation" in sentence
        assert "installation.restored" not in str(events(made_up))


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
    assert "copy-wal lies beside" in refused(elsewhere, "restore", tmp_path / "copy")


def test_a_name_that_was_taken_meanwhile_stays_with_who_took_it(tmp_path: Path) -> None:
    part, path = tmp_path / "part", tmp_path / "copy"
    part.write_bytes(b"a copy")
    path.write_bytes(b"precious")
    with pytest.raises(FileExistsError):
        files.name(part, path)
    files.unname(part, path)
    assert path.read_bytes() == b"precious"
    path.unlink()
    files.name(part, path)
    assert path.read_bytes() == b"a copy"
    files.unname(part, path)
    assert not path.exists()


def test_a_copy_of_a_newer_version_is_not_restored(installation: Installation) -> None:
    installation.execute(
        "INSERT INTO django_migrations (app, name, applied) "
        "VALUES ('secretsapp', '9999_later', '2030-01-01 00:00:00')"
    )
    assert "newer Sealroom" in refused(
        installation, "restore", "--loaded", "--anchor", head(installation)
    )


def test_a_copy_that_was_put_in_place_by_other_tools_is_adopted(
    inhabited: Installation,
) -> None:
    anchor = head(inhabited)
    inhabited.succeed("restore", "--loaded", "--anchor", anchor)
    assert "installation.restored" in str(events(inhabited))
    inhabited.succeed("verify_audit")
    assert inhabited.run("restore", "--loaded").returncode == 2
    again = refused(inhabited, "restore", "--loaded", "--anchor", anchor)
    assert "restored already" in again


def test_an_installation_at_work_is_no_copy_that_was_put_there(inhabited: Installation) -> None:
    anchor = head(inhabited)
    with inhabited.start("manage.py", "work", stdout=subprocess.PIPE) as worker:
        assert worker.stdout is not None
        worker.stdout.readline()
        wait_until(lambda: bool(inhabited.rows("SELECT id FROM secretsapp_worker")))
        sentence = refused(inhabited, "restore", "--loaded", "--anchor", anchor)
        worker.terminate()
    assert "A worker is at work on this database" in sentence


def test_a_backup_that_cannot_be_written_leaves_nothing(
    installation: Installation, tmp_path: Path
) -> None:
    place = tmp_path / "place"
    place.mkdir()
    (place / "taken").write_bytes(b"precious")
    assert "is there already" in refused(installation, "backup", place / "taken")
    assert "no directory" in refused(installation, "backup", place / "nowhere" / "copy")
    full = subprocess.run(
        [
            "sh",
            "-c",
            "ulimit -f 60; exec $1 manage.py backup $0",
            str(place / "copy"),
            sys.executable,
        ],
        # The coverage could not be written either.
        env=installation.environment | {"COVERAGE_PROCESS_START": ""},
        cwd=ROOT,
        capture_output=True,
        check=False,
        timeout=SECONDS,
    )
    assert (full.returncode, full.stdout, full.stderr.count(b"\n")) == (1, b"", 1)
    assert [path.name for path in place.iterdir()] == ["taken"]
    assert (place / "taken").read_bytes() == b"precious"
    assert "backup.made" not in str(events(installation))


def is_running(process_id: int) -> bool:
    """Whether the process goes on: one that only waits to be noticed has ended."""
    try:
        state = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def stand_in(place: Path, version: str) -> str:
    """The PATH on which pg_dump is of that version, notes how it was called, and fails."""
    program = place / "pg_dump"
    program.write_text(
        f"""#!/bin/sh
if [ "$1" = --version ]; then echo 'pg_dump (PostgreSQL) {version}'; exit; fi
echo "$@" >{place}/arguments; echo "$PGPASSWORD" >{place}/password; env >{place}/environment
if [ -e {place}/slow ]; then echo $$ >{place}/pid; exec sleep 60; fi
echo 'pg_dump: error: that went wrong' >&2; echo 'DETAIL: a row of people' >&2; exit 1
"""
    )
    program.chmod(0o700)
    return f"{place}:/bin"


def test_a_pg_dump_that_cannot_do_it_is_named_with_the_cure_and_told_no_password_aloud(
    installation: Installation, tmp_path: Path
) -> None:
    if "DATABASE_URL" not in installation.environment:
        pytest.skip("SQLite is copied without a program")
    absent = refused(installation, "backup", tmp_path / "copy", PATH=str(tmp_path))
    assert "pg_dump is not installed. Install the PostgreSQL client" in absent
    old = refused(installation, "backup", tmp_path / "copy", PATH=stand_in(tmp_path, "9.6.24"))
    assert "pg_dump here is of version 9, and the server is of version" in old
    failed = refused(
        installation,
        "backup",
        tmp_path / "copy",
        PATH=stand_in(tmp_path, "99.1"),
        DATABASE_PASSWORD="hunter2",
    )
    assert failed == "pg_dump failed: that went wrong.\n"
    assert "hunter2" not in (tmp_path / "arguments").read_text()
    assert (tmp_path / "password").read_text() == "hunter2\n"
    assert "OPEN_CLOUD_URL" in installation.environment
    assert "OPEN_CLOUD_URL" not in (tmp_path / "environment").read_text()
    address = f"{installation.environment['DATABASE_URL']}&sslpassword=hunter2"
    unsaid = refused(installation, "backup", tmp_path / "copy", DATABASE_URL=address)
    assert "DATABASE_URL holds the option sslpassword" in unsaid
    assert "hunter2" not in unsaid
    assert not (tmp_path / "copy").exists()


def test_a_backup_that_is_told_to_end_leaves_nothing_and_nobody(
    installation: Installation, tmp_path: Path
) -> None:
    if "DATABASE_URL" not in installation.environment:
        pytest.skip("SQLite is copied without a program")
    place = tmp_path / "place"
    place.mkdir()
    (tmp_path / "slow").touch()
    slow = Installation(
        installation.data_dir, installation.environment | {"PATH": stand_in(tmp_path, "99.1")}
    )
    with slow.start("manage.py", "backup", str(place / "copy"), stderr=subprocess.PIPE) as process:
        ends = time.monotonic() + SECONDS
        while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text():
            assert time.monotonic() < ends
            time.sleep(0.05)
        assert list(place.iterdir()) != []
        process.send_signal(signal.SIGTERM)
        sentence = process.communicate(timeout=SECONDS)[1]
    assert (process.returncode, sentence[:11]) == (130, b"Interrupted")
    assert list(place.iterdir()) == []
    # It was killed; whose parent has ended may take a moment to go.
    child = int((tmp_path / "pid").read_text())
    wait_until(lambda: not is_running(child))
