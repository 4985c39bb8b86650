"""Posts to an address that someone named, or reads it: once, without redirects, bounded in time."""

from collections.abc import Mapping
from dataclasses import dataclass, field

# Requests and urllib3 open connections themselves; here HTTP is spoken over a checked line.
from http.client import (  # noqa: TID251 - it is given an open line
    HTTPS_PORT,
    HTTPConnection,
    HTTPException,
    HTTPResponse,
)
from typing import Any

from secretsapp.core.printing import in_one_line
from secretsapp.core.times import Deadline, TimedReader, seconds_to_wait
from secretsapp.outgoing.errors import (
    AnswerLost,
    AnswerTimedOut,
    AnswerTooLong,
    OutgoingError,
    RedirectRefused,
)
from secretsapp.outgoing.lines import Line, Way, open_line
from secretsapp.outgoing.targets import Target

ANSWER_LIMIT_BYTES = 64 * 1024
WORDS_LIMIT = 200
USER_AGENT = "Sealroom"


@dataclass(frozen=True)
class Answer:
    """A complete answer: its status, its first words, and the wait it asks for in seconds."""

    status: int
    words: str
    retry_after: int | None
    body: bytes = field(repr=False)

    @property
    def is_success(self) -> bool:
        """Whether the other side says that it took the message."""
        return 200 <= self.status < 300


@dataclass(frozen=True)
class _Request:
    """What is sent, and where to."""

    method: str
    target: Target
    headers: Mapping[str, str] = field(repr=False)
    body: bytes | None = field(default=None, repr=False)


def post(
    target: Target, *, body: bytes, headers: Mapping[str, str], way: Way, seconds: float
) -> Answer:
    """Post once and return the answer, whatever its status but a redirect.

    `seconds` are for all of it, from looking up the name on. Raises OutgoingErrors; their
    `may_have_arrived` says whether the other side can have the message.
    """
    return _asked(_Request("POST", target, headers, body), way, seconds)


def get(target: Target, *, headers: Mapping[str, str], way: Way, seconds: float) -> Answer:
    """Read what is there, as `post` does."""
    return _asked(_Request("GET", target, headers), way, seconds)


def _asked(request: _Request, way: Way, seconds: float) -> Answer:
    target = request.target
    with open_line(target, way, Deadline.within(seconds)) as line:
        answer = _exchange(line, request)
    if 300 <= answer.status < 400:
        raise RedirectRefused(target.host, status=answer.status)
    return answer


def _exchange(line: Line, request: _Request) -> Answer:
    """The answer; its failure is raised outside the handler, for the original holds the path."""
    target = request.target
    try:
        return _answer(_Connection(line, target), request)
    except TimeoutError:
        failure: OutgoingError = AnswerTimedOut(target.host)
    except (OSError, HTTPException, ValueError):
        failure = AnswerLost(target.host)
    raise failure


def _answer(connection: "_Connection", request: _Request) -> Answer:
    target = request.target
    own = {"User-Agent": USER_AGENT, "Accept-Encoding": "identity", "Connection": "close"}
    headers = {**own, **request.headers}
    connection.request(request.method, target.path, body=request.body, headers=headers)
    with connection.getresponse() as response:
        read = response.read(ANSWER_LIMIT_BYTES + 1)
        if len(read) > ANSWER_LIMIT_BYTES:
            raise AnswerTooLong(target.host)
        asked = response.headers.get("retry-after", "")
        return Answer(response.status, words_of(read), seconds_to_wait(asked), read)


class _Connection(HTTPConnection):
    """Speaks HTTP over a line that is open already, and never opens another."""

    auto_open = 0
    default_port = HTTPS_PORT

    def __init__(self, line: Line, target: Target) -> None:
        super().__init__(target.host, target.port)
        self.sock = line.socket
        self._line = line

    def send(self, data: Any) -> None:
        """Send it in time."""
        self._line.send(bytes(data))

    def response_class(self, connection: Any, **options: Any) -> HTTPResponse:  # type: ignore[override]
        """An answer whose every byte, from the status line on, comes in time or never."""
        timed: Any = TimedReader(connection, self._line.deadline)
        return HTTPResponse(timed, **options)


def words_of(body: bytes) -> str:
    """The first words of an answer, as far as they can be shown: printable, in one line."""
    text = body[: WORDS_LIMIT * 8].decode("utf-8", "ignore")
    return in_one_line(text)[:WORDS_LIMIT]
