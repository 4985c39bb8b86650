"""A Sentry on a socket of its own, as far as taking reports needs one."""

import gzip
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any


@dataclass
class FakeSentry:
    """Where it is, and all that it was sent: headers, and bodies as they are once unpacked."""

    port: int = 0
    heads: list[str] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)

    @property
    def address(self) -> str:
        """The address of a project, as an operator would be given it (a DSN)."""
        return f"http://public@127.0.0.1:{self.port}/1"

    @property
    def reports(self) -> list[dict[str, Any]]:
        """The events of the envelopes: in each, every other line after the first is a payload."""
        payloads = [line for body in self.bodies for line in body.splitlines()[2::2]]
        return [json.loads(payload) for payload in payloads]


class _Server(ThreadingHTTPServer):
    sentry: FakeSentry


class _Taking(BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:
        """Take an envelope."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        packed = self.headers.get("Content-Encoding") == "gzip"
        self.server.sentry.heads.append(f"{self.requestline}\n{self.headers}")
        self.server.sentry.bodies.append(gzip.decompress(body) if packed else body)
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


@contextmanager
def open_fake_sentry() -> Iterator[FakeSentry]:
    """A Sentry that takes reports until the context ends."""
    with _Server(("127.0.0.1", 0), _Taking) as server:
        server.sentry = FakeSentry(port=server.server_address[1])
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server.sentry
        finally:
            server.shutdown()
            thread.join()
