"""Receivers on loopback, over TLS with an authority of their own, that play what they are told.

They stand for a webhook's receiver, a witness or a syslog server. What is sent to them passes
through `secretsapp.outgoing` with `receiver.way`, or with the settings that `allowed` makes.
"""

import json
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from typing import Any, Self

from cryptography.x509 import DNSName
from pytest_django import Settings

from secretsapp.outgoing.addresses import Resolve
from secretsapp.outgoing.lines import Way
from secretsapp.outgoing.targets import Target
from tests.opencloud.certificates import write_certificate
from tests.opencloud.wires import PATIENCE_SECONDS, Script, context_of, read_request, sends

HOST = "hooks.example.com"
LOOPBACK = [ip_network("127.0.0.0/8")]
BEGIN = "-----BEGIN CERTIFICATE"


def leads_home(_host: str, _port: int) -> list[str]:
    """A look-up for which every name leads to loopback."""
    return ["127.0.0.1"]


@dataclass(frozen=True)
class Received:
    """A request as it came in; names of headers in small letters."""

    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)

    @classmethod
    def of(cls, raw: bytes) -> Self:
        """The request in these bytes."""
        head, _, body = raw.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        pairs = (line.partition(":") for line in lines)
        return cls(first.split()[1], {name.lower(): text.strip() for name, _, text in pairs}, body)


Plays = Callable[[Received], Script]


def says(status: int, body: bytes = b"", **headers: str) -> Script:
    """A script that answers in order; `retry_after` becomes `retry-after`."""
    named = {"content-length": str(len(body)), **headers}
    lines = [f"{name.replace('_', '-')}: {text}" for name, text in named.items()]
    head = "\r\n".join([f"HTTP/1.1 {status} Said", *lines, "", ""])
    return sends(head.encode(), body)


class Receiver:
    """Takes each connection in a thread of its own; a context manager.

    `plays` chooses the script of an answer by the request, and can be changed at any time.
    """

    def __init__(self, directory: Path, host: str = HOST) -> None:
        certificate = write_certificate(directory / f"{host}.pem", DNSName(host))
        self.host = host
        self.authorities = BEGIN + certificate.read_text().partition(BEGIN)[2]
        self.requests: list[Received] = []
        self.connections = 0
        self.plays: Plays = lambda _received: says(200)
        self._context = context_of(certificate)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.closing = threading.Event()

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_raised: object) -> None:
        self.closing.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    @property
    def url(self) -> str:
        """An address at which it is, by its name."""
        return f"https://{self.host}:{self.port}/hooks/one?token=marker"

    @property
    def target(self) -> Target:
        """The same, read."""
        return Target(self.host, self.port, "/hooks/one?token=marker")

    def way(self, resolve: Resolve = leads_home) -> Way:
        """The way to it: its network is allowed, and it vouches for itself."""
        return Way(LOOPBACK, self.authorities, resolve)

    def allow(self, settings: Settings) -> None:
        """Allow its network and its authority, beside others; its host has to be localhost."""
        settings.CHANNEL_NETWORKS = LOOPBACK
        settings.CHANNEL_AUTHORITIES += self.authorities

    def pause(self, seconds: float = PATIENCE_SECONDS) -> Script:
        """A script that says nothing, until the receiver closes."""

        def script(_connection: socket.socket) -> None:
            self.closing.wait(seconds)

        return script

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self.connections += 1
                threading.Thread(target=self._play, args=(connection,), daemon=True).start()

    def _play(self, connection: socket.socket) -> None:
        with suppress(OSError), connection:
            connection.settimeout(PATIENCE_SECONDS)
            with self._context.wrap_socket(connection, server_side=True) as spoken:
                self.hear(spoken)

    def hear(self, spoken: socket.socket) -> None:
        """Take what comes over one connection, and answer it."""
        received = Received.of(read_request(spoken))
        self.requests.append(received)
        self.plays(received)(spoken)


class SyslogReceiver(Receiver):
    """Takes messages of syslog over TLS; `messages` are those of all connections."""

    def __init__(self, directory: Path, host: str = "logs.example.com") -> None:
        super().__init__(directory, host)
        self.messages: list[bytes] = []

    def hear(self, spoken: socket.socket) -> None:
        """Take messages until the other side says goodbye, and say it too."""
        received = b""
        while piece := spoken.recv(65536):
            received += piece
            while (message := _first_frame(received)) is not None:
                self.messages.append(message)
                received = received[len(b"%d " % len(message)) + len(message) :]
        spoken.unwrap()  # type: ignore[attr-defined]


def _first_frame(received: bytes) -> bytes | None:
    length, space, rest = received.partition(b" ")
    if not space or len(rest) < int(length):
        return None
    return rest[: int(length)]


@contextmanager
def unanswered_port() -> Iterator[int]:
    """A port that nobody listens at."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]
