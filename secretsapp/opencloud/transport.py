"""Sends requests to one base URL and nowhere else, bounded in time and size.

What takes too long as a whole ends (core/times.py): the clock is below the standard library's
answer. tests/opencloud/test_bounds.py has a case for each place where one can drip. Three names of
others carry it: `ConnectionCls` of urllib3's pools, and `response_class` and `makefile` by which
http.client opens an answer.
"""

import math
import socket
import time
from collections.abc import Callable, Mapping
from functools import partial

# Requests has no setting for this, so the class of its answers is changed one floor below.
from http.client import HTTPResponse  # noqa: TID251 - it is given a socket with a clock
from typing import TYPE_CHECKING, Any, Self

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError, ProxyError
from urllib3.util import Retry

from secretsapp.core.plaintext import Plaintext
from secretsapp.core.times import Deadline, TimedFile, TimedReader, seconds_to_wait
from secretsapp.opencloud.answers import (
    Allowance,
    Answer,
    NothingSent,
    OpenCloudError,
    Unknown,
    Unusable,
)

if TYPE_CHECKING:
    from secretsapp.opencloud.types import Bearer

ANSWER_LIMIT_BYTES = 4 * 1024 * 1024
CHUNK_BYTES = 64 * 1024

READ_RETRIES = 2
RETRY_AFTER_MAX_SECONDS = 5
UNAUTHORIZED = 401
RETRIED_STATUSES = frozenset({429, 500, 502, 503, 504})


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

    def send(
        self, request: requests.PreparedRequest, *args: Any, **options: Any
    ) -> requests.Response:
        """The answer to the request, repeated where that helps and as long as there is time."""
        # Its types know of no file.
        body: Any = request.body
        sending = body.seconds if isinstance(body, TimedFile) else 0
        self._ends = time.monotonic() + self._all_seconds + sending
        self.max_retries = self._retries(self._ends)
        return super().send(request, *args, **options)

    def get_connection_with_tls_context(
        self,
        request: requests.PreparedRequest,
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
        timed: Any = TimedReader(connection, Deadline.within(seconds))
        return HTTPResponse(timed, **options)


class _Session(requests.Session):
    """A session for which an answer never leads elsewhere.

    Requests looks where a redirect leads even if it is not to follow it, and reads the whole
    body for that, however long it is.
    """

    def get_redirect_target(self, resp: requests.Response) -> None:
        """Nowhere."""


class Transport:
    """One HTTP session with Roblox under one API key, one access by OAuth, or without any.

    No redirect is followed, because requests would hand the key to the other host; nothing is
    taken from the environment, so that a proxy or a netrc entry is never an accident. Seconds are
    for a connection, for each piece of an answer, and for all of it. `allowance` is what the last
    answer said of Roblox's limits.
    """

    def __init__(
        self,
        base_url: str,
        authority: "Plaintext | Bearer | None",
        *,
        proxy: str | None,
        connect: float,
        read: float,
        answer: float,
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._timeout = (connect, read)
        self.allowance: Allowance | None = None
        self._session = _Session()
        self._session.trust_env = False
        self._bearer: Bearer | None = None
        if isinstance(authority, Plaintext):
            self._session.headers["x-api-key"] = _in_header(authority)
        else:
            self._bearer = authority
        if proxy:
            self._session.proxies = {"http": proxy, "https": proxy}
        adapter = DeadlineAdapter(answer, connect + answer, _read_retries)
        self._session.mount(self._base_url, adapter)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_raised: object) -> None:
        self._session.close()

    def read(self, path: str, query: Mapping[str, str | int] | None = None) -> Answer:
        """GET, repeated a few times where that may help; raises NothingSent or Unusable.

        With all that it takes no longer than a single request may: someone waits for it. Where
        Roblox refuses an access by OAuth, it is renewed once and the call made once again.
        """
        answer = self._send("GET", path, Unusable, params=query)
        if answer.status == UNAUTHORIZED and self._bearer is not None and self._bearer.renew():
            answer = self._send("GET", path, Unusable, params=query)
        return answer

    def post_to_read(self, path: str, body: Mapping[str, str]) -> Answer:
        """POST to a call that changes nothing; raises NothingSent or Unusable."""
        return self._send("POST", path, Unusable, json=body)

    def post_form(self, path: str, form: Mapping[str, str]) -> Answer:
        """POST a form, exactly once; raises NothingSent, or Unknown if no whole answer came."""
        return self._send("POST", path, Unknown, data=form)

    def write(self, method: str, path: str, body: Mapping[str, object] | None = None) -> Answer:
        """Send a write exactly once; raises NothingSent, or Unknown if no whole answer came."""
        return self._send(method, path, Unknown, json=body)

    def write_file(
        self, path: str, query: Mapping[str, str], content: bytes, media_type: str
    ) -> Answer:
        """POST a file exactly once; raises as `write` does."""
        headers, data = {"content-type": media_type}, TimedFile(content)
        return self._send("POST", path, Unknown, params=query, data=data, headers=headers)

    def _send(
        self, method: str, path: str, when_cut: type[OpenCloudError], **content: Any
    ) -> Answer:
        """One exchange; its failure is raised outside the handler of the original error.

        The original holds the request with key and body, and would stay attached otherwise. A
        ValueError is what an answer that is hardly HTTP can provoke below.
        """
        self.allowance = None
        if self._bearer is not None:
            self._session.headers["authorization"] = f"Bearer {_in_header(self._bearer.access)}"
        try:
            return self._exchange(method, path, when_cut, content)
        except (requests.RequestException, HTTPError, OSError, ValueError) as error:
            failure = _failure(error, when_cut)
        raise failure

    def _exchange(
        self,
        method: str,
        path: str,
        when_cut: type[OpenCloudError],
        content: Mapping[str, Any],
    ) -> Answer:
        with self._session.request(
            method,
            self._base_url + path,
            timeout=self._timeout,
            allow_redirects=False,
            stream=True,
            **content,
        ) as response:
            self.allowance = Allowance.read(response.headers)
            return Answer(
                status=response.status_code,
                retry_after=response.headers.get("retry-after", ""),
                body=_body_of(response, when_cut),
            )


def _in_header(authority: Plaintext) -> str:
    return authority.expose().decode("latin-1")


def _body_of(response: requests.Response, when_cut: type[OpenCloudError]) -> bytes:
    """The whole body; an endless one ends the call."""
    body = bytearray()
    for chunk in response.iter_content(CHUNK_BYTES):
        body += chunk
        if len(body) > ANSWER_LIMIT_BYTES:
            raise when_cut("Roblox's answer was too long.")
    return bytes(body)


class _ReadRetry(Retry):
    """Waits only as long as an answer asks in a way that makes sense, and gives up in time."""

    ends = math.inf

    def new(self, **changed: Any) -> Self:
        """What is left of the retries; they end when these do."""
        left = super().new(**changed)
        left.ends = self.ends
        return left

    def is_exhausted(self) -> bool:
        """Whether there is no attempt left, or no time for one."""
        return super().is_exhausted() or time.monotonic() >= self.ends

    def parse_retry_after(self, retry_after: str) -> float:
        """The wait in seconds, capped; zero for nonsense, which would be an error otherwise."""
        return min(seconds_to_wait(retry_after) or 0, RETRY_AFTER_MAX_SECONDS)


def _read_retries(ends: float) -> Retry:
    """Retries for GET alone: a write that is repeated could take effect twice.

    None begins after `ends`, a moment of the monotonic clock.

    Failures to connect and failures of TLS, which urllib3 would retry for every method, are
    not retried at all: the latter can come after a write was sent.
    """
    retries = _ReadRetry(
        total=READ_RETRIES,
        connect=0,
        other=0,
        allowed_methods=frozenset({"GET"}),
        status_forcelist=RETRIED_STATUSES,
        backoff_factor=0.2,
        raise_on_status=False,
        redirect=False,
    )
    retries.ends = ends
    return retries


def _failure(error: Exception, when_cut: type[OpenCloudError]) -> OpenCloudError:
    if _never_connected(error):
        return NothingSent("Roblox could not be reached.")
    return when_cut("The connection to Roblox broke before an answer came.")


def _never_connected(error: Exception) -> bool:
    """Whether the request failed before a connection stood, so that nothing was sent.

    urllib3 calls a proxy's failure one even after the request went out, so its cause counts.
    """
    reason = getattr(error.args[0] if error.args else None, "reason", None)
    cause = reason.original_error if isinstance(reason, ProxyError) else reason
    if isinstance(cause, (ConnectTimeoutError, NewConnectionError)):
        return True
    return isinstance(error, requests.exceptions.SSLError) and _is_certificate_failure(error)


def _is_certificate_failure(error: BaseException) -> bool:
    """A certificate is judged in the handshake, before a request is written."""
    return "CERTIFICATE_VERIFY_FAILED" in str(error)
