"""`manage.py doctor`: each thing that can be wrong is found, told with its cure, and left alone."""

import io
import json
import shutil
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import ip_network
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone
from pytest_django import Settings

from emulator import Emulator
from secretsapp import __version__
from secretsapp.core.keyring import generate_key
from secretsapp.models import ApiKey, AuditEvent, Secret, Worker
from secretsapp.operation import workers
from secretsapp.rules import search_index, triggers
from tests.installation import Installation
from tests.stage import Cast
from tests.support.breaking import lose_head
from tests.support.rings import present_master_key, use_copies
from tests.waiting import wait_until

pytestmark = [pytest.mark.django_db, pytest.mark.engine]

SECONDS = 60
DEAD_DATABASE = "postgres://sealroom:hunter2@/sealroom?host=/nowhere"
NOBODY_LISTENS = "http://127.0.0.1:9"


class Found(NamedTuple):
    """How a thing is, and everything that was said of it."""

    level: str
    words: str


Doctor = Callable[[str], Found]


def said() -> list[dict[str, str]]:
    """All findings; the status is 1 where one of them is not well."""
    output = io.StringIO()
    try:
        call_command("doctor", "--json", stdout=output, stderr=io.StringIO())
        status = 0
    except CommandError as refusal:
        status = refusal.returncode
    told: dict[str, Any] = json.loads(output.getvalue())
    found: list[dict[str, str]] = told["findings"]
    assert told["well"] is (status == 0) is all(line["level"] == "ok" for line in found)
    return found


def found_by(check: str, lines: list[dict[str, str]]) -> Found:
    """What one check found; the worst where that is several things."""
    own = [line for line in lines if line["check"] == check]
    worst = max(own, key=lambda line: ("ok", "warning", "wrong").index(line["level"]))
    return Found(worst["level"], f"{worst['found']} {worst['to_do']}")


@contextmanager
def answering(date: str, status: int = 401) -> Iterator[str]:
    """The address of a server whose answers have that date and status."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response_only(status)
            self.send_header("Date", date)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_arguments: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = threading.Thread(target=server.serve_forever, args=[0.01])
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def doctor(emulator: Emulator, cast: Cast, settings: Settings, tmp_path: Path) -> Iterator[Doctor]:
    """Gives what one check finds in an installation where nothing else is wrong."""
    use_copies(settings, tmp_path / "keys")
    settings.KEYS_DIR.chmod(0o700)
    database = Path(connection.settings_dict["NAME"])
    files = [path for end in ("", "-wal") if (path := Path(f"{database}{end}")).is_file()]
    for path in files:
        path.chmod(0o600)
    workers.beat(workers.of_this_process())
    with answering("", status=200) as settings.SITE_URL:
        yield lambda check: found_by(check, said())
    for path in files:
        path.chmod(0o600)


def test_a_sound_installation_is_well_and_is_left_as_it_was(
    doctor: Doctor, emulator: Emulator
) -> None:
    emulator.clear_requests()
    before = AuditEvent.objects.count()
    unwell = {line["check"] for line in said() if line["level"] != "ok"}
    # The databases of tests do not wait for the disk, and that is found.
    assert unwell == {"database"}
    assert AuditEvent.objects.count() == before
    assert [request.method for request in emulator.requests] == ["GET"]
    assert not any("x-api-key" in map(str.lower, r.headers) for r in emulator.requests)


def test_tables_of_another_version_are_told(doctor: Doctor) -> None:
    recorder = MigrationRecorder(connection)
    newest = max(name for app, name in recorder.applied_migrations() if app == "secretsapp")
    recorder.record_unapplied("secretsapp", newest)
    assert "manage.py setup" in doctor("migrations").words
    recorder.record_applied("secretsapp", newest)
    recorder.record_applied("secretsapp", "9999_later")
    assert "from a newer version of Sealroom (9999_later)" in doctor("migrations").words


def test_lost_guards_and_a_lost_head_are_told(doctor: Doctor) -> None:
    lose_head()
    assert doctor("log head").level == "wrong"
    triggers.remove()
    found = doctor("log guards")
    assert (found.level, "manage.py verify_audit" in found.words) == ("wrong", True)
    triggers.install()
    with connection.cursor() as cursor:
        cursor.execute("CREATE VIEW shown AS SELECT 1")
    found = doctor("log guards")
    assert (found.level, "didn't create: view shown." in found.words) == ("wrong", True)


@pytest.mark.parametrize(
    ("days", "level", "words"),
    [
        (31, "ok", "none of 1 is known to expire within 30 days"),
        (29.5, "warning", "“automation”: It expires in 29 days, on "),
        (6.5, "warning", "one now: `manage.py replace_api_key`."),
        (-1, "wrong", "“automation”: It expired on "),
    ],
)
def test_a_key_of_roblox_that_expires_soon_is_told(
    doctor: Doctor, days: float, level: str, words: str
) -> None:
    unknown = [line["found"] for line in said() if line["check"] == "api keys"]
    assert "Roblox doesn't say when these expire: “automation”" in " ".join(unknown)
    ApiKey.objects.update(ends_at=timezone.now() + timedelta(days=days))
    found = doctor("api keys")
    assert (found.level, words in found.words) == (level, True)


def test_a_search_without_its_index_or_with_a_wrong_one_is_told(doctor: Doctor) -> None:
    if connection.vendor != "postgresql":
        with connection.cursor() as cursor:
            secret = Secret.objects.earliest("pk").pk
            cursor.execute("DELETE FROM secretsapp_secret_text_3 WHERE rowid = %s", [secret])
        found = doctor("search")
        assert (found.level, "wrong about 1 secrets. Run" in found.words) == ("wrong", True)
    search_index.remove()
    found = doctor("search")
    assert (found.level, "reads every secret" in found.words) == ("warning", True)


@pytest.mark.parametrize("column", ["actor_name", "link", "mac"])
def test_an_edited_newest_event_is_told(doctor: Doctor, column: str) -> None:
    triggers.remove()
    newest = AuditEvent.objects.order_by("-sequence").values("sequence")[:1]
    AuditEvent.objects.filter(sequence__in=list(newest.values_list("sequence", flat=True))).update(
        **{column: "0" * 64}
    )
    triggers.install()
    assert doctor("log head").level == "wrong"


def test_wrong_keys_are_told_by_their_ids(doctor: Doctor, settings: Settings) -> None:
    settings.MASTER_KEYS = generate_key()
    found = doctor("stored keys")
    assert (found.level, "Add it to MASTER_KEYS" in found.words) == ("wrong", True)
    settings.MASTER_KEYS = None
    settings.AUDIT_KEYS = generate_key()
    assert "Add it to AUDIT_KEYS" in doctor("log head").words


def test_an_api_key_under_a_lost_master_key_is_told(doctor: Doctor) -> None:
    api_key = ApiKey.objects.get()
    blob = bytes(api_key.encrypted_value)
    ApiKey.objects.update(encrypted_value=blob[:1] + b"\x00" * 8 + blob[9:])
    assert f"missing: {'00' * 8}." in doctor("stored keys").words


def test_keys_that_cannot_be_used_are_told_without_showing_them(
    doctor: Doctor, settings: Settings
) -> None:
    settings.MASTER_KEYS = "no-key-at-all"
    lines = said()
    assert found_by("master keys", lines).level == "wrong"
    assert found_by("audit keys", lines).level == "ok"
    assert "no-key-at-all" not in json.dumps(lines)


def test_a_key_file_open_to_others_or_not_used_is_told(doctor: Doctor, settings: Settings) -> None:
    (settings.KEYS_DIR / "audit_keys").chmod(0o644)
    assert "chmod 600" in doctor("audit keys").words
    settings.MASTER_KEYS = present_master_key(settings)
    assert doctor("master keys").level == "warning"
    settings.KEYS_DIR.chmod(0o755)
    assert f"chmod 700 {settings.KEYS_DIR}" in doctor("permissions").words


def test_a_database_open_to_others_is_told(
    doctor: Doctor, settings: Settings, tmp_path: Path
) -> None:
    if connection.vendor == "sqlite":
        Path(connection.settings_dict["NAME"]).chmod(0o644)
        assert "chmod 600" in doctor("permissions").words
    settings.DATA_DIR = tmp_path
    tmp_path.chmod(0o777)
    assert f"chmod 755 {tmp_path}" in doctor("permissions").words


def test_workers_that_are_gone_are_told(doctor: Doctor) -> None:
    Worker.objects.update(seen_at=timezone.now() - timedelta(hours=2))
    with time_machine.travel(Worker.objects.get().seen_at + timedelta(hours=2), tick=False):
        assert "seen 2:00:00 ago. Start `manage.py work`" in doctor("workers").words
    Worker.objects.all().delete()
    assert doctor("workers").level == "wrong"


@pytest.mark.parametrize(
    ("seconds", "level"), [(0, "ok"), (30, "warning"), (-30, "warning"), (90, "wrong")]
)
def test_a_clock_that_differs_from_robloxs_is_told(
    doctor: Doctor, settings: Settings, seconds: int, level: str
) -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)
    with answering(date) as settings.OPEN_CLOUD_URL:
        assert doctor("roblox").level == level


def test_an_answer_without_a_usable_date_is_reach_all_the_same(
    doctor: Doctor, settings: Settings
) -> None:
    for date in ("", "yesterday", "Mon, 99 Xyz 2026"):
        with answering(date) as settings.OPEN_CLOUD_URL:
            assert doctor("roblox").level == "ok"


def test_a_clock_that_differs_from_the_databases_is_told(doctor: Doctor) -> None:
    with time_machine.travel(timezone.now() + timedelta(seconds=30)):
        found = doctor("clock")
    assert found.level == ("warning" if connection.vendor == "postgresql" else "ok")


def test_a_roblox_that_is_not_reached_is_told(doctor: Doctor, settings: Settings) -> None:
    settings.OPEN_CLOUD_PROXY = NOBODY_LISTENS
    assert "by way of OPEN_CLOUD_PROXY" in doctor("roblox").words
    settings.OPEN_CLOUD_PROXY, settings.OPEN_CLOUD_URL = None, NOBODY_LISTENS
    found = doctor("roblox")
    assert (found.level, "firewall" in found.words) == ("wrong", True)


def test_a_full_disk_is_told(doctor: Doctor, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage("/")
    for free, total in ((2**29, 2**33), (2**31, 2**40)):
        left = usage._replace(free=free, total=total)
        monkeypatch.setattr(shutil, "disk_usage", lambda _place, left=left: left)
        assert doctor("disk").level == "warning"


def test_a_check_that_fails_is_told_as_itself(
    doctor: Doctor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_place: object) -> None:
        raise RuntimeError("with words of its own")

    monkeypatch.setattr(shutil, "disk_usage", fail)
    lines = said()
    assert found_by("disk", lines).words.startswith("The check itself failed: RuntimeError.")
    assert found_by("mail", lines).level == "ok"


def test_settings_that_do_not_fit_each_other_are_told(doctor: Doctor, settings: Settings) -> None:
    settings.SITE_URL = "https://sealroom.example.com"
    assert "ALLOWED_HOSTS is missing sealroom.example.com" in doctor("addresses").words
    settings.ALLOWED_HOSTS = ["sealroom.example.com"]
    assert "Set TRUSTED_PROXIES" in doctor("addresses").words
    settings.TRUSTED_PROXIES = [ip_network("0.0.0.0/0")]
    assert "Enter only the proxy" in doctor("addresses").words
    settings.DEBUG = True
    assert doctor("addresses").level == "wrong"


def test_where_links_lead_and_whether_sealroom_is_there_is_told(
    doctor: Doctor, settings: Settings
) -> None:
    here = settings.SITE_URL
    assert doctor("addresses").words == f"links lead to {here}, from the default "
    settings.SITE_URL_SOURCE = "the last start here"
    for elsewhere in (NOBODY_LISTENS, "http://localhost:9"):
        settings.SITE_URL = elsewhere
        found = doctor("addresses")
        assert found.level == "warning"
        assert f"Links lead to {elsewhere}, from the last start here, but Sealroom" in found.words
    with answering("") as another:
        settings.SITE_URL = another
        assert "doesn't answer there. Start it (`make run`), or set SITE_URL" in (
            doctor("addresses").words
        )


def test_blanks_around_a_password_of_the_settings_are_told(
    doctor: Doctor, settings: Settings
) -> None:
    settings.PADDED_SETTINGS = ["MAIL_PASSWORD"]
    found = doctor("passwords")
    assert found.level == "warning"
    assert found.words.startswith("MAIL_PASSWORD starts or ends with spaces, which are sent")


def test_a_key_that_could_be_guessed_is_told(doctor: Doctor, settings: Settings) -> None:
    settings.SECRET_KEY = "change-me " * 8
    found = doctor("strength of keys")
    assert found.level == "wrong"
    assert found.words.startswith("SECRET_KEY could be guessed")


def test_a_mail_server_that_takes_no_connection_is_told(doctor: Doctor, settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.getsockname()
        assert doctor("mail").level == "ok"
    assert "Check MAIL_HOST and MAIL_PORT" in doctor("mail").words


@pytest.mark.process
def test_of_a_running_installation_there_is_nothing_to_say(installation: Installation) -> None:
    with installation.start("manage.py", "work", stdout=subprocess.PIPE) as worker:
        assert worker.stdout is not None
        worker.stdout.readline()
        wait_until(lambda: bool(installation.rows("SELECT 1 FROM secretsapp_worker")))
        with answering("", status=200) as site:
            done = installation.run("doctor", environment={"SITE_URL": site})
        worker.terminate()
    version, *lines = done.stdout.splitlines()
    assert version == f"Sealroom {__version__}".encode()
    unwell = [line for line in lines if not line.startswith(b"ok ")]
    if "DATABASE_URL" not in installation.environment:
        assert (done.returncode, unwell, done.stderr) == (0, [], b"")
    else:
        assert [line[:18] for line in unwell if line[:1] != b" "] == [b"warning  database "]


@pytest.mark.process
def test_an_installation_of_which_there_is_nothing_is_told_in_words(
    installation: Installation, tmp_path: Path
) -> None:
    dead = installation.run("doctor", environment={"DATABASE_URL": DEAD_DATABASE})
    nothing = installation.run(
        "doctor", environment={"DATABASE_URL": "", "DATA_DIR": str(tmp_path / "new")}
    )
    assert not (tmp_path / "new").exists()
    for done in (dead, nothing):
        assert done.returncode == 1
        assert done.stdout.splitlines()[1].startswith(b"wrong    database")
        assert b"\nok       disk" in done.stdout
        assert done.stderr.startswith(b"Problems to fix: ")
        assert done.stderr.count(b"\n") == 1
        assert b"Traceback" not in done.stdout
        assert b"hunter2" not in done.stdout


@pytest.mark.process
def test_a_database_without_its_tables_is_told_in_words(installation: Installation) -> None:
    installation.execute("DROP TABLE secretsapp_keyproof")
    installation.execute("DROP TABLE django_migrations")
    done = installation.run("doctor")
    assert done.returncode == 1
    assert b"\nwrong    migrations" in done.stdout
    assert b"\nwrong    stored keys  The database couldn't be read" in done.stdout
    assert b"\nok       log head" in done.stdout
