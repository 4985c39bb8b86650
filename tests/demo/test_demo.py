"""The demo as it is started: it serves, goes on, begins again, and leaves nothing."""

import http.client
import os
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from demo import story
from tests.environment import SETTINGS
from tests.installation import ROOT, Installation

pytestmark = pytest.mark.process

SECONDS = 120
WELCOMED = "Press Ctrl-C to stop"
SEEDING = "Creating some history"
GUEST = b"guest@example.com"
IN_ORDER = "SELECT time FROM secretsapp_auditevent ORDER BY sequence"
FOREIGN = {"DATABASE_URL", "PORT", "RESET", *SETTINGS}
ENVIRONMENT = {name: value for name, value in os.environ.items() if name not in FOREIGN}


@dataclass(frozen=True)
class Demo:
    """A demo that has said its welcome, and what it said."""

    process: subprocess.Popen[str]
    port: int
    welcome: str

    def end(self, number: int) -> str:
        """Tell it to end; what else it said.

        Every process that it started has its standard error from it, so this returns only when
        the last of them is gone.
        """
        self.process.send_signal(number)
        output, errors = self.process.communicate(timeout=SECONDS)
        assert (self.process.returncode, errors) == (0, "")
        return output


def free_port() -> int:
    """A port on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def start(directory: Path, until: str = WELCOMED, **environment: str) -> Demo:
    """Start the demo and wait until it says so."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "demo", "--directory", str(directory), "--port", str(port)],
        cwd=ROOT,
        env=ENVIRONMENT | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line)
        if until in line:
            break
    return Demo(process, port, "".join(lines))


def sign_in_page(port: int) -> str:
    """The page to which a visitor is sent."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)
    connection.request("GET", "/")
    first = connection.getresponse()
    first.read()
    connection.request("GET", first.headers["location"])
    page = connection.getresponse()
    assert (first.status, page.status) == (302, 200)
    text = page.read().decode()
    connection.close()
    return text


def test_demo_serves_goes_on_begins_again_and_leaves_no_process(tmp_path: Path) -> None:
    directory = tmp_path / "demo"
    settings = ENVIRONMENT | {"DATA_DIR": str(directory)}
    installation = Installation(directory, settings)

    demo = start(directory)
    assert f"http://127.0.0.1:{demo.port}/" in demo.welcome
    assert all(account.email in demo.welcome for account in story.ACCOUNTS)
    assert story.PASSWORD in demo.welcome
    assert 'type="password"' in sign_in_page(demo.port)
    assert "continues from here" in demo.end(signal.SIGINT)
    assert SEEDING in demo.welcome
    assert_past(installation)
    installation.succeed("create_user", GUEST.decode(), stdin=b"a lantern on the pier")
    assert people(installation) == len(story.ACCOUNTS) + 1
    # What was written last may still be in the journal beside the database.
    assert any(GUEST in path.read_bytes() for path in directory.glob("sealroom.sqlite3*"))

    demo = start(directory)
    assert SEEDING not in demo.welcome
    demo.end(signal.SIGTERM)
    assert people(installation) == len(story.ACCOUNTS) + 1
    installation.succeed("verify_audit")

    # From here on it does what the first start did; so it may end while it makes up the past.
    demo = start(directory, SEEDING, RESET="1")
    assert SEEDING in demo.welcome
    demo.end(signal.SIGINT)
    # Perhaps before there was a database, or a table of people in it.
    assert not any(GUEST in path.read_bytes() for path in directory.rglob("*") if path.is_file())


def people(installation: Installation) -> int:
    """How many accounts there are."""
    return int(installation.rows("SELECT count(*) FROM secretsapp_user")[0][0])


def assert_past(installation: Installation) -> None:
    """The accounts of the story are there, and something of every kind has happened."""
    assert people(installation) == len(story.ACCOUNTS)
    tags = {tag for (tag,) in installation.rows("SELECT tag FROM secretsapp_auditevent")}
    assert tags >= {
        "secret.create.succeeded",
        "secret.rotate.succeeded",
        "secret.delete.succeeded",
        "secret.details.changed",
        "secret.drift.changed",
        "access.refused",
        "access.requested",
        "person.invited",
        "review.started",
        "secret.change.forced",
        "secret.delete.proposed",
        "secret.rotate.proposed",
    }
    times = [time for (time,) in installation.rows(IN_ORDER)]
    assert times == sorted(times)
    days = {time[:10] for time in times}
    assert len(days) > 15, "what happened lies days apart, as a team's history does"


def refused(*arguments: str) -> str:
    """What the demo says when it does not start."""
    done = subprocess.run(
        [sys.executable, "-m", "demo", *arguments],
        cwd=ROOT,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode != 0
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    return done.stderr


def test_taken_port_is_a_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        said = refused("--directory", str(tmp_path / "demo"), "--port", str(port))
    assert said.startswith(f"Port {port} can't be used: Address already in use.")
    assert said.count("\n") == 1
    assert not (tmp_path / "demo" / "keys").exists()


@pytest.mark.parametrize("port", ["0", "65536", "eighty", ""])
def test_port_must_be_one(port: str, tmp_path: Path) -> None:
    said = refused("--directory", str(tmp_path / "demo"), "--port", port)
    assert "a port is a number from 1 to 65535" in said
