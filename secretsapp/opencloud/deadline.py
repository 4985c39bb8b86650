"""Ends what takes too long as a whole; a socket's timeout bounds only each piece of an answer.

The clock is below the standard library's answer. A clock in the loop that reads the body, with
a timeout for each piece before it, was tried and is too late: what drips into the status line, the
headers, interim answers, the length of a chunk or the trailers is read in loops of http.client and
urllib3 that come back only when they have a whole line. tests/opencloud/test_bounds.py has a case
for each of them. Three names of others carry it: `ConnectionCls` of urllib3's pools, and
`response_class` and `makefile` by which http.client opens an answer.
"""

import io
import socket
import time
from collections.abc import Callable, Mapping
from functools import partial

# Requests has no setting for this, so the class of its answers is changed one floor below.
from http.client import HTTPResponse  # noqa: TID251 - it is given a socket with a clock
from typing import Any

from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from urllib3.util import Retry


class _TimedReader(io.RawIOBase):
    """Reads a connection until a moment of the monotonic clock; then raises TimeoutError."""

    def __init__(self, connection: socket.socket, seconds: float) -> None:
        self._connection = connection
        self._raw = connection.makefile("rb", buffering=0)
        self._ends = time.monotonic() + seconds

    def makefile(self, _mode: str) -> io.BufferedReader:
        """The file to read by, which is all that an answer asks of a socket."""
        return io.BufferedReader(self)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._ends - time.monotonic()
        if left <= 0:
            raise TimeoutError
        patience = self._connection.gettimeout()
        self._connection.settimeout(left if patience is None else min(left, patience))
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class DeadlineAdapter(HTTPAdapter):
    """Carries requests, one after the other, each for so many seconds with all its retries.

    Each answer has its own seconds, and never more than are left. `retries` makes the retries
    that end at a moment of the monotonic clock.
    """

    def __init__(
        self, answer_seconds: float, all_seconds: float, retries: Callable[[float], Retry]
    ) -> None:
        super().__init__()
        self._answer_seconds = answer_seconds
        self._all_seconds = all_seconds
        self._retries = retries
        self._ends = 0.0

    def send(self, request: PreparedRequest, *args: Any, **options: Any) -> Response:
        """The answer to the request, repeated where that helps and as long as there is time."""
        self._ends = time.monotonic() + self._all_seconds
        self.max_retries = self._retries(self._ends)
        return super().send(request, *args, **options)

    def get_connection_with_tls_context(
        self,
        request: PreparedRequest,
        verify: bool | str | None,
        proxies: Mapping[str, str] | None = None,
        cert: tuple[str, str] | str | None = None,
    ) -> Any:
        """The pool for the request; its connections keep the deadline."""
        pool: Any = super().get_connection_with_tls_context(request, verify, proxies, cert)
        pool.ConnectionCls = partial(self._connection, type(pool).ConnectionCls)
        return pool

    def _connection(self, kind: Callable[..., Any], **options: Any) -> Any:
        connection = kind(**options)
        connection.response_class = self._answer
        return connection

    def _answer(self, connection: socket.socket, **options: Any) -> HTTPResponse:
        """An answer whose every byte, from the status line on, comes in time or never."""
        seconds = min(self._answer_seconds, self._ends - time.monotonic())
        # It asks for nothing but the file, where its types ask for a whole socket.
        timed: Any = _TimedReader(connection, seconds)
        return HTTPResponse(timed, **options)
