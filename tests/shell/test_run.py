"""`manage.py run`: the real thing from an empty directory to its end, and what it says."""

import http.client
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import pytest

from secretsapp.management import serving
from secretsapp.management.commands import run
from secretsapp.management.processes import ENDING, Processes
from secretsapp.rules import connections
from tests.installation import ROOT, Installation
from tests.shell.conftest import Shell
from tests.shell.test_setup import on_sqlite
from tests.stage import engage

pytestmark = pytest.mark.process

SECONDS = 60
CODE = re.compile(r"^    ((?:[0-9A-Z]{4}-){5}[0-9A-Z]{4})$", re.MULTILINE)
# A stand-in for the dashboard, within the test's own database, that answers with that status.
SERVER = (
    "import http.server as h\n"
    "class Server(h.BaseHTTPRequestHandler):\n"
    "    def do_GET(self): self.send_error({status})\n"
    "    def log_message(self, *_): pass\n"
    "h.HTTPServer(('127.0.0.1', {port}), Server).serve_forever()"
)
STAY = ["-c", "import time; time.sleep(600)"]


def server(status: int) -> Callable[[int], list[str]]:
    """What is started in place of the web server."""
    return lambda port: ["-c", SERVER.format(status=status, port=port)]


def free_port() -> int:
    """A port on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass(frozen=True)
class Running:
    """An installation that runs, and what it said by then."""

    process: subprocess.Popen[str]
    port: int
    said: str

    def ask(self, method: str, address: str, sent: str = "", cookie: str = "") -> tuple[str, str]:
        """The Location and the first cookie of an answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=SECONDS)
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookie}
        connection.request(method, address, body=sent, headers=headers)
        answer = connection.getresponse()
        page = answer.read().decode()
        connection.close()
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        given = (answer.getheader("Set-Cookie") or "").partition(";")[0]
        return (token[1] if token else answer.getheader("Location") or page), given


@contextmanager
def running(installation: Installation) -> Iterator[Running]:
    """The installation while it runs; at the end Ctrl-C leaves no process."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "manage.py", "run", "--port", str(port)],
        cwd=ROOT,
        env=installation.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        lines = []
        for line in process.stdout:
            lines.append(line)
            if line.startswith("Press Ctrl-C to stop"):
                break
        yield Running(process, port, "".join(lines))
    finally:
        process.send_signal(signal.SIGINT)
        # Each of its processes has its standard error from it: this waits for the last of them.
        output, errors = process.communicate(timeout=SECONDS)
    assert (process.returncode, output, errors) == (0, "Sealroom has stopped.\n", "")


def test_an_empty_directory_becomes_an_installation_with_an_admin(tmp_path: Path) -> None:
    installation = on_sqlite(tmp_path / "data")
    with running(installation) as first:
        assert "Created " in first.said
        assert f"\n    http://127.0.0.1:{first.port}/welcome/\n" in first.said
        code = CODE.search(first.said)
        assert code is not None
        assert first.ask("GET", "/sign-in/")[0] == "/welcome/"
        token, cookie = first.ask("GET", "/welcome/")
        person = {"name": "Ada", "email": "ada@example.com", "password": "a lantern on the pier"}
        sent = urlencode({"csrfmiddlewaretoken": token, "code": code[1], **person})
        assert first.ask("POST", "/welcome/", sent, cookie)[0] == "/guide/"
        link = installation.succeed("create_user", "bo@example.com", "--link").splitlines()[1]
        assert link.startswith(f"http://127.0.0.1:{first.port}/password/#")
        here = f"links lead to http://127.0.0.1:{first.port}, from the last start here"
        assert here in installation.run("doctor").stdout.decode()
    stopped = installation.run("doctor").stdout.decode()
    assert f"{here.capitalize()}, but Sealroom doesn't answer there." in stopped
    installation.succeed("verify_audit")
    with running(installation) as second:
        assert f"\nSealroom is at http://127.0.0.1:{second.port}/\n" in second.said
        assert CODE.search(second.said) is None
        assert "welcome" not in second.said


@pytest.fixture
def usual_signals() -> Iterator[None]:
    """Puts back what the signals did before."""
    before = {number: signal.getsignal(number) for number in ENDING}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture
def staged(
    shell: Shell, usual_signals: None, monkeypatch: pytest.MonkeyPatch
) -> pytest.MonkeyPatch:
    """`run` with stand-ins for its two programs, until Ctrl-C comes at once."""

    def interrupt(_processes: Processes) -> str:
        raise KeyboardInterrupt

    monkeypatch.delenv("SITE_URL", raising=False)
    monkeypatch.setattr(run, "WORKER", STAY)
    monkeypatch.setattr(run, "web_server", server(404))
    monkeypatch.setattr(Processes, "wait_for_an_end", interrupt)
    return monkeypatch


def test_a_code_is_said_until_there_is_an_admin(shell: Shell, staged: object) -> None:
    port = free_port()
    said = shell.run("run", "--port", port).output
    first = CODE.search(said)
    second = CODE.search(shell.run("run", "--port", port).output)
    assert first is not None
    assert second is not None
    assert first[1] != second[1]
    assert re.search(r"It works once, until \d\d:\d\d UTC\. A restart creates a new one\.", said)
    engage("someone")
    assert CODE.search(shell.run("run", "--port", port).output)
    engage("someone-else", admin=True)
    assert f"Sealroom is at http://127.0.0.1:{port}/" in shell.run("run", "--port", port).output


def test_an_address_of_the_environment_is_the_one_that_is_said(
    shell: Shell, staged: pytest.MonkeyPatch
) -> None:
    staged.setenv("SITE_URL", "http://127.0.0.1:8000")
    said = shell.run("run", "--port", free_port()).output
    assert "\n    http://127.0.0.1:8000/welcome/\n" in said


def test_what_cannot_run_is_a_sentence(shell: Shell, staged: pytest.MonkeyPatch) -> None:
    port = free_port()
    with socket.create_server(("127.0.0.1", port)):
        said = shell.refuse("run", "--port", port)
    assert said.startswith(f"Port {port} can't be used: Address already in use.")
    assert said.endswith(f"Choose another: make run PORT={port + 1}")
    staged.setattr(Processes, "wait_for_an_end", lambda _processes: "worker")
    assert "The worker has stopped unexpectedly" in shell.refuse("run", "--port", port)
    staged.setattr(run, "web_server", server(500))
    assert "answers with an error" in shell.refuse("run", "--port", port)
    staged.setattr(run, "web_server", lambda _port: ["-c", "pass"])
    assert shell.refuse("run", "--port", port) == "The dashboard didn't start."
    staged.setattr(run, "web_server", lambda _port: STAY)
    staged.setattr(serving, "READY_SECONDS", 0)
    assert "didn't answer within" in shell.refuse("run", "--port", port)


@pytest.mark.parametrize("port", ["0", "65536", "eighty", ""])
def test_port_must_be_one(shell: Shell, port: str) -> None:
    assert "a port is a number from 1 to 65535" in shell.refuse("run", f"--port={port}")


def test_the_web_server_is_bound_to_this_machine_alone() -> None:
    arguments = serving.web_server(1234)
    assert arguments[arguments.index("--bind") + 1] == "127.0.0.1:1234"


def test_most_threads_are_never_held_by_roblox() -> None:
    arguments = serving.web_server(1234)
    threads = int(arguments[arguments.index("--threads") + 1])
    assert threads >= 4 * connections.CONVERSATIONS_AT_ONCE
