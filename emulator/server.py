"""The sockets: HTTP/1.1 with keep-alive on the loopback address, a thread for each connection."""

import http
import re
import socket
import sys
import threading
from collections.abc import Iterable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer
from typing import Any

from emulator import answers
from emulator.answers import Answer
from emulator.exchange import Exchange, Stopped
from emulator.faults import Delivery
from emulator.journal import RecordedRequest
from emulator.request import Request, split_target

HOST = "127.0.0.1"
BODY_LIMIT_BYTES = 64 * 1024
# A place file may be larger (documented).
FILE_LIMIT_BYTES = 10 * 1024 * 1024
TAKES_FILES = re.compile(r"/universes/v1/[^/]+/places/[^/]+/versions")
LINE_LIMIT_BYTES = 64 * 1024
IDLE_SECONDS = 300
LINGER_SECONDS = 1
LINGER_CHUNKS = 256
CHUNK_BYTES = 64 * 1024
STOP_SECONDS = 5
SHORTEST_TRUNCATED_BODY = 16


class UnreadableRequest(Exception):
    """The request's body cannot be read; the answer says why."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(f"unreadable, answered {answer.status}")
        self.answer = answer


class Server(ThreadingTCPServer):
    """Serves until it is stopped, and closes every connection then.

    `failures` are errors of the emulator itself, which are never the client's doing.
    """

    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int, exchange: Exchange) -> None:
        super().__init__((HOST, port), Handler)
        self.exchange = exchange
        self.failures: list[BaseException] = []
        self._connections: set[socket.socket] = set()
        self._left = threading.Condition()
        self._stopping = False
        self._thread = threading.Thread(target=self._accept, name="emulator", daemon=True)

    @property
    def port(self) -> int:
        """The port that is listened on."""
        port: int = self.server_address[1]
        return port

    def start(self) -> None:
        """Serve in a thread of its own."""
        self._thread.start()

    def stop(self) -> None:
        """Accept nothing more, end every connection, and wait until all are left."""
        self._stopping = True
        self._wake()
        self._thread.join()
        self.server_close()
        with self._left:
            for connection in self._connections:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
            self._left.wait_for(lambda: not self._connections, STOP_SECONDS)

    def _accept(self) -> None:
        """Accept one connection after the other, waiting for each without looking at a clock."""
        while not self._stopping:
            self.handle_request()

    def _wake(self) -> None:
        """End the wait for a connection by making one."""
        with suppress(OSError):
            socket.create_connection((HOST, self.port), STOP_SECONDS).close()

    def process_request(self, request: Any, client_address: Any) -> None:
        """Remember the connection before its thread begins."""
        with self._left:
            self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Close the connection and forget it."""
        super().shutdown_request(request)
        with self._left:
            self._connections.discard(request)
            self._left.notify_all()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Keep what went wrong here; a client that went away is nothing wrong."""
        problem = sys.exception()
        if problem is not None and not isinstance(problem, OSError):
            self.failures.append(problem)


class Handler(BaseHTTPRequestHandler):
    """Reads the requests of one connection and writes their answers."""

    server: Server
    protocol_version = "HTTP/1.1"
    # A request line without a version gets an answer with a status line, too.
    default_request_version = "HTTP/1.0"
    disable_nagle_algorithm = True
    timeout = IDLE_SECONDS

    # What is turned away before its method is known is answered with a body.
    command = ""

    def handle_one_request(self) -> None:
        """Read one request and answer it, whatever its method; nothing is ever logged."""
        try:
            self.raw_requestline = self.rfile.readline(LINE_LIMIT_BYTES)
            if not self.raw_requestline:
                self.close_connection = True
            elif len(self.raw_requestline) >= LINE_LIMIT_BYTES:
                self.send_error(414)
            elif not self.raw_requestline.decode("latin-1").strip():
                # The parser would leave a line of blanks, by its own notion of them, unanswered.
                self.send_error(400)
            elif self.parse_request():
                self._serve()
        except TimeoutError:
            self.close_connection = True

    def _serve(self) -> None:
        try:
            request = self._read_request()
        except UnreadableRequest as problem:
            self._turn_away(problem.answer)
            return
        journal = self.server.exchange.journal
        record = journal.arrived(request)
        try:
            answer, delivery = self._respond(request, record)
            if delivery is Delivery.CUT:
                self.close_connection = True
                return
            journal.answered(record, answer.status)
            self._send(answer, delivery)
        except Stopped:
            self.close_connection = True
        finally:
            journal.finished()

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Turn away what is not HTTP, in the gateway's form instead of a page."""
        self._turn_away(answers.gateway_error(code, _phrase(code)))

    def _respond(self, request: Request, record: RecordedRequest) -> tuple[Answer, Delivery]:
        """The answer; an error of the emulator itself is answered and then comes to light."""
        try:
            return self.server.exchange.respond(request, record)
        except Stopped:
            raise
        except Exception:
            self.close_connection = True
            self._send(answers.cloud_error(500, "INTERNAL", "The emulator failed."))
            raise

    def _read_request(self) -> Request:
        body = self._read_body()
        path, query = split_target(self.path)
        headers = _merged(self.headers.items())
        return Request(self.command, path, query, headers, body)

    def _read_body(self) -> bytes:
        if "transfer-encoding" in self.headers:
            raise UnreadableRequest(answers.gateway_error(411, _phrase(411)))
        text = self.headers.get("content-length", "0").strip()
        if not (text.isascii() and text.isdigit()):
            raise UnreadableRequest(answers.gateway_error(400, _phrase(400)))
        if len(text) > 18 or int(text) > self._most_bytes():
            raise UnreadableRequest(answers.gateway_error(413, _phrase(413)))
        body = self.rfile.read(int(text))
        if len(body) < int(text):
            raise UnreadableRequest(answers.gateway_error(400, _phrase(400)))
        return body

    def _most_bytes(self) -> int:
        takes_files = TAKES_FILES.fullmatch(split_target(self.path)[0])
        return FILE_LIMIT_BYTES if takes_files else BODY_LIMIT_BYTES

    def _turn_away(self, answer: Answer) -> None:
        """Answer and end the connection, reading on for a while.

        A connection that is closed with bytes unread is reset, and the client might never see
        the answer.
        """
        self.close_connection = True
        self._send(answer)
        self.connection.settimeout(LINGER_SECONDS)
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_WR)
            for _ in range(LINGER_CHUNKS):
                if not self.connection.recv(CHUNK_BYTES):
                    break

    def _send(self, answer: Answer, delivery: Delivery = Delivery.WHOLE) -> None:
        body, length = answer.body, len(answer.body)
        if delivery is Delivery.TRUNCATED:
            self.close_connection = True
            body, length = body[: length // 2], max(length, SHORTEST_TRUNCATED_BODY)
        headers = {
            **answer.headers,
            "content-length": str(length),
            "date": self.date_time_string(),
            "connection": "close" if self.close_connection else "keep-alive",
        }
        lines = [f"HTTP/1.1 {answer.status} {_phrase(answer.status)}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        head = "\r\n".join([*lines, "", ""]).encode("latin-1")
        self.wfile.write(head if self.command == "HEAD" else head + body)


def _merged(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Headers by lower-case name; those that came twice are joined, as HTTP allows."""
    merged: dict[str, str] = {}
    for name, value in headers:
        known = merged.get(name.lower())
        merged[name.lower()] = value if known is None else f"{known}, {value}"
    return merged


def _phrase(status: int) -> str:
    try:
        return http.HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"
