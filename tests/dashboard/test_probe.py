"""The server is asked from beside it, as a container does: alive, ready, and what stops that."""

import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from dashboard import probe
from tests.installation import ROOT, Installation
from tests.waiting import wait_until

pytestmark = pytest.mark.process

SECONDS = 30
SITE = "https://sealroom.example.com"
PARTS = ("database", "migrations", "schema", "keys", "log", "worker")

ASK_READYZ = """
import django
django.setup()
from django.test import Client
answer = Client(SERVER_NAME="localhost").get("/readyz")
print(answer.status_code, answer.content.decode())
"""


@pytest.fixture
def site(installation: Installation) -> Installation:
    """An installation that people reach over HTTPS, by a name of its own."""
    return replace(installation, environment=installation.environment | {"SITE_URL": SITE})


@contextmanager
def served(installation: Installation) -> Iterator[int]:
    """The port on which gunicorn serves the installation."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        options = ["--bind", f"fd://{listening.fileno()}", "--no-control-socket"]
        server = installation.start(
            *("-m", "gunicorn", "dashboard.wsgi", *options, "--log-level", "warning"),
            pass_fds=[listening.fileno()],
            stderr=subprocess.PIPE,
        )
        with server:
            try:
                yield listening.getsockname()[1]
            finally:
                server.terminate()
            assert server.stderr is not None
            assert "Traceback" not in server.stderr.read().decode()


def ask(installation: Installation, *arguments: str) -> tuple[int, str]:
    """The status of the probe, and its sentence."""
    done = subprocess.run(
        [sys.executable, "-m", "dashboard.probe", *arguments],
        cwd=ROOT,
        env=installation.environment,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_the_server_is_alive_before_it_is_ready_and_ready_while_a_worker_works(
    site: Installation,
) -> None:
    with served(site) as port:
        here = f"http://127.0.0.1:{port}"
        assert ask(site, str(port)) == (0, f"{here}/healthz answers.\n")
        assert ask(site, str(port), "/readyz") == (1, f"{here}/readyz answers 503.\n")
        # Whoever is no machine is sent to HTTPS, and no other name is answered.
        assert probe.status_of(port, "/", host="sealroom.example.com") == 301
        assert probe.status_of(port, "/healthz", host="") == 400
        assert site.run("work", "--seen").returncode == 1
        with site.start("manage.py", "work", stdout=subprocess.DEVNULL) as working:
            seen = "SELECT pid FROM secretsapp_worker"
            wait_until(lambda: site.rows(seen) == [(working.pid,)])
            assert ask(site, str(port), "/readyz")[0] == 0
            assert site.succeed("work", "--seen") == "A worker on this host is running.\n"
            working.send_signal(signal.SIGTERM)
            assert working.wait(SECONDS) == 0
        assert site.rows(seen) == []
        assert ask(site, str(port), "/readyz")[0] == 1
    assert ask(site, str(port)) == (1, f"{here}/healthz doesn't answer.\n")


@pytest.mark.parametrize("arguments", [[], ["none"], ["0"], ["70000"], ["1", "/healthz", "more"]])
def test_wrong_usage_of_the_probe_is_a_sentence(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        probe.main(arguments)
    assert ended.value.code == "Usage: python -m dashboard.probe PORT [/healthz]"


@pytest.mark.parametrize("address", ["https://[half", "https://sealroom.example.com\n"])
def test_the_site_is_read_as_the_server_reads_it(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "site"
    path.write_text(address)
    monkeypatch.setenv("SITE_URL_FILE", str(path))
    with pytest.raises(SystemExit) as ended:
        probe.main(["1"])
    assert ended.value.code == "http://127.0.0.1:1/healthz doesn't answer."


def readyz(installation: Installation, database: str) -> tuple[int, dict[str, object], float]:
    """The status of /readyz in a new process with that database, its checks and the seconds."""
    began = time.monotonic()
    environment = {"DATABASE_URL": database, "DJANGO_SETTINGS_MODULE": "dashboard.settings"}
    done = subprocess.run(
        [sys.executable, "-c", ASK_READYZ],
        cwd=ROOT,
        env=installation.environment | environment,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert "Traceback" not in done.stderr
    status, _, answer = done.stdout.partition(" ")
    return int(status), json.loads(answer)["checks"], time.monotonic() - began


AWAY = dict.fromkeys(PARTS, "unchecked") | {"database": "failed"}


def test_a_database_that_is_gone_is_told_at_once(
    installation: Installation, tmp_path: Path
) -> None:
    status, checks, _ = readyz(installation, f"postgres://me@/rooms?host={tmp_path}")
    assert (status, checks) == (503, AWAY)


def test_a_database_that_does_not_answer_is_given_up(installation: Installation) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        address = f"postgres://me@127.0.0.1:{port}/rooms?connect_timeout=2"
        status, checks, seconds = readyz(installation, address)
    assert (status, checks) == (503, AWAY)
    assert seconds < 15


def test_a_database_without_tables_is_not_ready(installation: Installation, tmp_path: Path) -> None:
    status, checks, _ = readyz(installation, f"sqlite:///{tmp_path}/empty.sqlite3")
    assert (status, checks["database"], checks["migrations"]) == (503, "ok", "failed")
    assert (checks["keys"], checks["worker"]) == ("failed", "failed")
