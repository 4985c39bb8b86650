"""Servers that break the rules of HTTP, or only note that someone came."""

import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Self

PATIENCE_SECONDS = 10
HEAD_END = b"\r\n\r\n"

Script = Callable[[socket.socket], None]


class RawServer:
    """Reads one request a connection, plays its script, and hangs up; a context manager.

    With a certificate it speaks TLS. `hung_up` tells that a client left before a script's end.
    """

    def __init__(self, script: Script, certificate: Path | None = None) -> None:
        self.requests: list[bytes] = []
        self.hung_up = threading.Event()
        self._script = script
        self._context = context_of(certificate) if certificate else None
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *raised: object) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(PATIENCE_SECONDS)

    @property
    def url(self) -> str:
        """The address of the server."""
        scheme = "https" if self._context else "http"
        return f"{scheme}://127.0.0.1:{self._listener.getsockname()[1]}"

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self._play(connection)

    def _play(self, connection: socket.socket) -> None:
        with connection:
            connection.settimeout(PATIENCE_SECONDS)
            try:
                with self._wrapped(connection) as spoken:
                    self.requests.append(read_request(spoken))
                    self._script(spoken)
            except OSError:
                self.hung_up.set()

    def _wrapped(self, connection: socket.socket) -> socket.socket:
        if self._context is None:
            return connection
        return self._context.wrap_socket(connection, server_side=True)


def context_of(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def read_request(connection: socket.socket) -> bytes:
    """A request with its body, which is as long as its head says."""
    received = b""
    while HEAD_END not in received:
        received += _some(connection)
    head, _, body = received.partition(HEAD_END)
    while len(body) < _length(head):
        body += _some(connection)
    return head + HEAD_END + body


def _some(connection: socket.socket) -> bytes:
    chunk = connection.recv(65536)
    if not chunk:
        raise ConnectionResetError
    return chunk


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    return 0


def sends(*pieces: bytes) -> Script:
    """A script that sends these bytes."""

    def script(connection: socket.socket) -> None:
        for piece in pieces:
            connection.sendall(piece)

    return script


def drips(before: bytes, drop: bytes, count: int = 500) -> Script:
    """A script that sends something and then a little every few hundredths of a second."""

    def script(connection: socket.socket) -> None:
        pause = threading.Event()
        connection.sendall(before)
        for _ in range(count):
            pause.wait(0.02)
            connection.sendall(drop)

    return script


class Listener:
    """A port that someone may knock at; a context manager."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._socket.setblocking(False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self._socket.close()

    @property
    def url(self) -> str:
        """The address of the port."""
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    def was_called(self) -> bool:
        """Whether a connection has come in."""
        try:
            self._socket.accept()[0].close()
        except BlockingIOError:
            return False
        return True
