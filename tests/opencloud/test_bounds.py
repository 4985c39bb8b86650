"""An answer that is slow, endless or broken ends the call instead of holding it."""

import gzip
from collections.abc import Callable

import pytest

from secretsapp.core.plaintext import Plaintext
from secretsapp.opencloud.answers import OpenCloudError, Unauthorized, Unknown, Unusable
from secretsapp.opencloud.client import LONGEST_CALL_SECONDS, Client, Timeouts
from secretsapp.opencloud.transport import ANSWER_LIMIT_BYTES
from tests.core.chains import chain_of
from tests.opencloud.calls import KEY, UNIVERSE_ID, UNREADABLE
from tests.opencloud.wires import RawServer, Script, drips, sends

OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
MEGABYTE = b" " * 1024 * 1024
PATIENT = Timeouts()
BRISK = Timeouts(read=5, answer=0.2)
ATTEMPTS = 3


def read(client: Client) -> object:
    """A read."""
    return client.list_secrets(UNIVERSE_ID)


def write(client: Client) -> object:
    """A write."""
    return client.update_secret(UNIVERSE_ID, "OLD", UNREADABLE, "")


CALLS: list[tuple[Callable[[Client], object], type[OpenCloudError]]] = [
    (read, Unusable),
    (write, Unknown),
]


def failure_of(
    server: RawServer, call: Callable[[Client], object], timeouts: Timeouts
) -> OpenCloudError:
    """How the call fails; nothing that holds the request hangs on the error."""
    with Client(server.url, Plaintext(KEY.encode()), timeouts=timeouts) as client:
        with pytest.raises(OpenCloudError) as failure:
            call(client)
        assert list(chain_of(failure.value)) == [failure.value]
        return failure.value


@pytest.mark.parametrize(
    "script",
    [
        drips(b"", b"H"),
        drips(OK, b"X-Header: more\r\n", count=99),
        drips(OK + b"X-Header: ", b"x"),
        drips(OK + b"\r\n", b" "),
        drips(OK + b"Content-Length: 500\r\n\r\n", b" "),
        drips(CHUNKED, b"1\r\n \r\n"),
        drips(CHUNKED, b"0"),
        drips(CHUNKED + b"0\r\n", b"X-Trailer: more\r\n"),
        drips(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    ],
    ids=[
        "status line",
        "headers",
        "one header",
        "body",
        "body of a known length",
        "chunks",
        "length of a chunk",
        "trailers",
        "interim answers",
    ],
)
@pytest.mark.parametrize(("call", "kind"), CALLS)
def test_an_answer_that_drips_ends_the_call(
    script: Script, call: Callable[[Client], object], kind: type[OpenCloudError]
) -> None:
    with RawServer(script) as server:
        assert type(failure_of(server, call, BRISK)) is kind
        assert server.hung_up.wait(10)
        assert len(server.requests) <= (ATTEMPTS if call is read else 1)


@pytest.mark.parametrize(
    "script",
    [
        sends(OK + b"\r\n", *[MEGABYTE] * 64),
        sends(OK + b"Content-Length: 67108864\r\n\r\n", *[MEGABYTE] * 64),
        sends(CHUNKED, *[b"100000\r\n" + MEGABYTE + b"\r\n"] * 64),
    ],
    ids=["no length", "known length", "chunks"],
)
@pytest.mark.parametrize(("call", "kind"), CALLS)
def test_an_endless_answer_ends_the_call(
    script: Script, call: Callable[[Client], object], kind: type[OpenCloudError]
) -> None:
    with RawServer(script) as server:
        failure = failure_of(server, call, PATIENT)
        assert server.hung_up.wait(10)
    assert type(failure) is kind
    assert "too long" in str(failure)
    assert len(server.requests) == 1


@pytest.mark.parametrize(("call", "kind"), CALLS)
def test_a_small_answer_that_unpacks_to_a_huge_one_ends_the_call(
    call: Callable[[Client], object], kind: type[OpenCloudError]
) -> None:
    packed = gzip.compress(MEGABYTE * 16)
    head = OK + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(packed)
    with RawServer(sends(head, packed)) as server:
        failure = failure_of(server, call, PATIENT)
    assert type(failure) is kind
    assert "too long" in str(failure)


def test_an_answer_just_within_the_limit_is_read() -> None:
    body = b'{"secrets": []}'.ljust(ANSWER_LIMIT_BYTES)
    head = OK + b"Content-Length: %d\r\n\r\n" % len(body)
    with (
        RawServer(sends(head, body)) as server,
        Client(server.url, Plaintext(KEY.encode())) as client,
    ):
        assert client.list_secrets(UNIVERSE_ID) == []


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\r\n\r\n",
        b"HTTP/1.1",
        b"HTTP/1.1 2",
        b"HTTP/1.1 abc OK\r\n\r\n",
        b"HTTP/9.9 200 OK\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"\x15\x03\x01\x00\x02\x02\x46",
        OK + b"Content-Length: 5, 6\r\n\r\n12345",
        OK + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\n12345",
        OK + b"Content-Length: 50\r\n\r\n{}",
        OK + b"X-Header: " + b"x" * 70_000 + b"\r\n\r\n",
        OK + b"X-Header: x\r\n" * 200 + b"\r\n",
        OK + b"Content-Encoding: gzip\r\nContent-Length: 9\r\n\r\nnot gzip!",
        CHUNKED + b"zz\r\n{}\r\n0\r\n\r\n",
        CHUNKED + b"-5\r\n{}\r\n0\r\n\r\n",
        CHUNKED + b"ff\r\n{}",
        OK + b"\xff\xfe: \x00\r\n\r\n{",
    ],
)
@pytest.mark.parametrize(("call", "kind"), CALLS)
def test_an_answer_that_is_hardly_http_ends_the_call(
    answer: bytes, call: Callable[[Client], object], kind: type[OpenCloudError]
) -> None:
    with RawServer(sends(answer)) as server:
        assert type(failure_of(server, call, PATIENT)) is kind
    assert len(server.requests) <= (ATTEMPTS if call is read else 1)


@pytest.mark.parametrize(("call", "kind"), CALLS)
def test_when_the_time_is_over_not_even_a_ready_answer_is_read(
    call: Callable[[Client], object], kind: type[OpenCloudError]
) -> None:
    with RawServer(sends(OK + b"\r\n{}")) as server:
        assert type(failure_of(server, call, Timeouts(answer=0))) is kind


def test_an_interim_answer_is_not_the_answer() -> None:
    final = b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n"
    with RawServer(sends(b"HTTP/1.1 100 Continue\r\n\r\n", final)) as server:
        assert type(failure_of(server, write, PATIENT)) is Unauthorized


def test_the_longest_call_is_longer_than_every_wait_in_it() -> None:
    assert PATIENT.connect + PATIENT.answer <= LONGEST_CALL_SECONDS
