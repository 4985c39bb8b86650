"""The log of a real web server: what machines read, what people read, and what nobody may."""

import json
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any
from urllib.parse import quote

import pytest

from secretsapp.management.serving import web_server
from tests.installation import Installation
from tests.shell.test_run import free_port
from tests.spine.traces import Traces

pytestmark = pytest.mark.process

SECONDS = 60


@dataclass
class Served:
    """A web server, and what it said by its end."""

    port: int
    said: str = ""

    def ask(self, path: str) -> str:
        """Ask for a page, and give the id of the request."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=SECONDS)
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
        connection.close()
        return str(answer.getheader("X-Request-Id"))

    def send(self, raw: bytes) -> None:
        """Send what is no request, and hear it out."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=SECONDS) as connection:
            connection.sendall(raw)
            while connection.recv(1024):
                pass

    def wait(self) -> None:
        """Wait until it listens."""
        deadline = time.monotonic() + SECONDS
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
            except OSError:
                assert time.monotonic() < deadline
                time.sleep(0.1)
            else:
                return


@contextmanager
def served(installation: Installation, form: str) -> Iterator[Served]:
    """The installation behind the web server that the product starts, with its log in that form."""
    server = Served(free_port())
    installation = Installation(
        installation.data_dir, installation.environment | {"LOG_FORMAT": form}
    )
    with installation.start(*web_server(server.port), stderr=subprocess.PIPE) as process:
        try:
            server.wait()
            yield server
        finally:
            process.terminate()
            assert process.stderr is not None
            server.said = process.stderr.read().decode()
            assert process.wait(SECONDS) == 0


def visit(server: Served, marker: str) -> list[str]:
    """Ask for pages, with a value where none belongs, and send it as what is no request."""
    quoted = quote(marker)
    paths = [f"/sign-in/?q={quoted}", f"/{quoted}/", "/sign-in/", f"/static/{quoted}"]
    asked = [server.ask(path) for path in paths]
    raw = marker.encode()
    server.send(raw + b"\r\n\r\n")
    server.send(b"GET / HTTP/1.1\r\n" + raw + b"\r\n\r\n")
    return asked


def test_machines_read_one_object_a_line_and_one_line_a_request(
    installation: Installation, marker: str
) -> None:
    with served(installation, "json") as server:
        asked = visit(server, marker)
    lines: list[dict[str, Any]] = [json.loads(line) for line in server.said.splitlines()]
    requests = [line for line in lines if line["logger"] == "secretsapp.requests"]
    assert [(line["request_id"], line["route"]) for line in requests] == list(
        zip(asked, ["account_login", None, "account_login", None], strict=True)
    )
    quoted = [line["event"] for line in lines if line["logger"] == "gunicorn.error"]
    assert quoted == ["Invalid request from ip=127.0.0.1: (hidden)"] * 2
    assert_not_in_it(marker, server)


def test_people_read_only_what_is_worth_reading(installation: Installation, marker: str) -> None:
    with served(installation, "line") as server:
        visit(server, marker)
    lines = [line.partition(" WARNING ")[2] for line in server.said.splitlines()]
    told = "gunicorn.error: Invalid request from ip=127.0.0.1: (hidden)"
    assert lines == [told] * 2
    assert_not_in_it(marker, server)


def test_what_must_not_start_ends_the_server_with_its_sentence(installation: Installation) -> None:
    (installation.data_dir / "keys" / "master_keys").unlink()
    with installation.start(*web_server(free_port()), stderr=subprocess.PIPE) as process:
        said = process.communicate(timeout=SECONDS)[1].decode()
    assert process.returncode == 4
    assert said.startswith("MASTER_KEYS is not set and ")
    assert "Traceback" not in said


def assert_not_in_it(marker: str, server: Served) -> None:
    """The value stands nowhere in what the server said."""
    traces = Traces(marker)
    traces.add("log", server.said)
    assert server.said
    assert traces.found() == []
