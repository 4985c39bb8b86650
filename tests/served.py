"""The dashboard as a container serves it, in a process of its own, and what it answers."""

import re
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

from tests.installation import Installation

SECONDS = 30
HOST = "127.0.0.1"
FORM = "application/x-www-form-urlencoded"
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')
Headers = dict[str, str]


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    page: str
    cookies: str

    @property
    def token(self) -> str:
        """What a form on the page has to be sent with."""
        found = TOKEN.search(self.page)
        assert found is not None
        return found[1]


def answer(
    connection: HTTPConnection, method: str, path: str, headers: Headers, sent: str = ""
) -> Answer:
    """Ask once over a connection."""
    try:
        connection.request(method, path, body=sent.encode() or None, headers=headers)
        said = connection.getresponse()
        cookies = [value.split(";")[0] for value in said.headers.get_all("Set-Cookie") or []]
        return Answer(said.status, dict(said.headers), said.read().decode(), "; ".join(cookies))
    finally:
        connection.close()


def free_ports(count: int) -> list[int]:
    """Ports on which nothing listens."""
    with ExitStack() as opened:
        probes = [opened.enter_context(socket.create_server((HOST, 0))) for _ in range(count)]
        return [probe.getsockname()[1] for probe in probes]


def wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until something listens on the port."""
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex((HOST, port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError(f"Nothing listens on port {port}: {log.read_text()}")


@contextmanager
def serving(installation: Installation, port: int) -> Iterator[None]:
    """The web server of a container; it ends in order when it is told to."""
    arguments = ("manage.py", "serve", "--host", HOST, "--port", str(port))
    log = installation.data_dir / f"server-{port}.log"
    with (
        log.open("wb") as written,
        installation.start(*arguments, stdout=written, stderr=written) as server,
    ):
        try:
            wait_for(port, server, log)
            yield
        finally:
            server.terminate()
    assert (server.returncode, "Traceback" in log.read_text()) == (0, False)
