"""Ends what takes too long as a whole; a socket's timeout bounds only each piece of an answer."""

import io
import socket
import time
from collections.abc import Callable, Mapping

# Requests has no setting for this, so the class of its answers is changed one floor below.
from http.client import HTTPResponse  # noqa: TID251 - it is the base class to extend
from typing import Any

from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.util import Retry


class _TimedReader(io.RawIOBase):
    """Reads a connection until a moment of the monotonic clock; then raises TimeoutError."""

    def __init__(self, connection: socket.socket, seconds: float) -> None:
        self._connection = connection
        self._raw = connection.makefile("rb", buffering=0)
        self._ends = time.monotonic() + seconds

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


class _TimedResponse(HTTPResponse):
    """An answer whose every byte, from the status line on, comes before the deadline or never."""

    def __init__(self, connection: socket.socket, answer_seconds: float, **options: Any) -> None:
        super().__init__(connection, **options)
        self.fp.close()
        self.fp = io.BufferedReader(_TimedReader(connection, answer_seconds))


class _Timed:
    """A connection that asks anew before each answer how many seconds it has."""

    response_class: Any

    def __init__(self, *address: Any, answer_seconds: Callable[[], float], **options: Any) -> None:
        super().__init__(*address, **options)

        def timed_response(connection: socket.socket, **more: Any) -> _TimedResponse:
            return _TimedResponse(connection, answer_seconds(), **more)

        self.response_class = timed_response


class _TimedConnection(_Timed, HTTPConnection):
    pass


class _TimedSecureConnection(_Timed, HTTPSConnection):
    pass


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

    def _seconds_for_an_answer(self) -> float:
        return min(self._answer_seconds, self._ends - time.monotonic())

    def get_connection_with_tls_context(
        self,
        request: PreparedRequest,
        verify: bool | str | None,
        proxies: Mapping[str, str] | None = None,
        cert: tuple[str, str] | str | None = None,
    ) -> Any:
        """The pool for the request; its connections keep the deadline."""
        pool: Any = super().get_connection_with_tls_context(request, verify, proxies, cert)
        pool.conn_kw["answer_seconds"] = self._seconds_for_an_answer
        pool.ConnectionCls = _TimedSecureConnection if pool.scheme == "https" else _TimedConnection
        return pool
