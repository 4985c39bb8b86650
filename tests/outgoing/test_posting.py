"""A post reaches who it is for, once, or says in words why not and whether it may have arrived."""

import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from threading import Event

import pytest

from secretsapp.core.times import Deadline
from secretsapp.outgoing import errors
from secretsapp.outgoing.addresses import Resolve
from secretsapp.outgoing.lines import Way, open_line
from secretsapp.outgoing.posting import ANSWER_LIMIT_BYTES, WORDS_LIMIT, Answer, post
from secretsapp.outgoing.targets import Target, read_url
from tests.core.chains import chain_of
from tests.opencloud.wires import Script, drips, sends
from tests.support.receiver import LOOPBACK, Receiver, says, unanswered_port

OK = b"HTTP/1.1 200 OK\r\n"
MEGABYTE = b" " * 1024 * 1024
BODY = b'{"sentence": "rotated PAY_KEY"}'
# Long enough for a busy machine, and for what is cut short an instant.
# An instant is long enough for a connection on a machine that is busy with other tests.
SECONDS, INSTANT = 20.0, 0.8


@pytest.fixture
def receiver(tmp_path: Path) -> Iterator[Receiver]:
    """A receiver that says yes."""
    with Receiver(tmp_path) as running:
        yield running


def posted(receiver: Receiver, *, way: Way | None = None, seconds: float = SECONDS) -> Answer:
    """Post to the receiver by its name."""
    return post(
        receiver.target,
        body=BODY,
        headers={"Content-Type": "application/json"},
        way=way or receiver.way(),
        seconds=seconds,
    )


def failure_of(
    receiver: Receiver, kind: type[errors.OutgoingError], **options: object
) -> errors.OutgoingError:
    """How it fails; the sentence has the host and nothing of the path, nor has what hangs on it."""
    with pytest.raises(kind) as failure:
        posted(receiver, **options)  # type: ignore[arg-type]
    assert type(failure.value) is kind
    assert list(chain_of(failure.value)) == [failure.value]
    assert receiver.host in str(failure.value)
    assert "marker" not in str(failure.value)
    return failure.value


def leads_to(*addresses: str) -> Resolve:
    """A look-up that finds these addresses."""
    return lambda _host, _port: addresses


def test_a_message_arrives_with_its_name_and_the_answer_is_told(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    for proxy in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(proxy, "http://127.0.0.1:9")
    receiver.plays = lambda _received: says(
        202, b"  taken,\r\n\x1b[31m \xe2\x80\xae thanks \xff", retry_after="7"
    )
    answer = posted(receiver)
    assert (answer.status, answer.is_success, answer.retry_after) == (202, True, 7)
    assert answer.words == "taken, [31m thanks"
    (received,) = receiver.requests
    assert (received.path, received.body) == ("/hooks/one?token=marker", BODY)
    assert received.headers["host"] == f"{receiver.host}:{receiver.port}"
    assert received.headers["content-type"] == "application/json"
    assert received.headers["content-length"] == str(len(BODY))
    assert "marker" not in repr(receiver.target)


def test_refusals_are_answers_and_their_words_are_few(receiver: Receiver) -> None:
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    receiver.plays = lambda _received: says(429, b"x" * 900, retry_after=later)
    answer = posted(receiver)
    assert not answer.is_success
    assert len(answer.words) == WORDS_LIMIT
    assert answer.retry_after is not None
    assert 0 < answer.retry_after <= 90
    receiver.plays = lambda _received: says(500, b"", retry_after="soon")
    assert posted(receiver) == Answer(500, "", None, b"")


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed(receiver: Receiver, status: int) -> None:
    receiver.plays = lambda _received: says(status, location=f"{receiver.url}/elsewhere")
    assert str(status) in str(failure_of(receiver, errors.RedirectRefused))
    assert receiver.connections == 1


@pytest.mark.parametrize(
    "script",
    [
        sends(OK + b"\r\n", *[MEGABYTE] * 64),
        sends(OK + b"Content-Length: 1073741824\r\n\r\n", *[MEGABYTE] * 64),
        sends(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"100000\r\n" + MEGABYTE + b"\r\n"),
    ],
    ids=["no length", "a gigabyte", "chunks"],
)
def test_an_endless_answer_is_refused(receiver: Receiver, script: Script) -> None:
    receiver.plays = lambda _received: script
    assert failure_of(receiver, errors.AnswerTooLong).may_have_arrived
    receiver.plays = lambda _received: says(200, b"x" * ANSWER_LIMIT_BYTES)
    assert len(posted(receiver).body) == ANSWER_LIMIT_BYTES


@pytest.mark.parametrize(
    "script",
    [
        drips(b"", b"H"),
        drips(OK + b"X-Header: ", b"x"),
        drips(OK + b"\r\n", b" "),
        drips(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    ],
    ids=["status line", "header", "body", "interim answers"],
)
def test_an_answer_that_drips_ends_the_call(receiver: Receiver, script: Script) -> None:
    receiver.plays = lambda _received: script
    assert failure_of(receiver, errors.AnswerTimedOut, seconds=INSTANT).may_have_arrived


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 abc\r\n\r\n", b"SSH-2.0-OpenSSH_9.2\r\n"])
def test_what_is_hardly_http_is_no_answer(receiver: Receiver, answer: bytes) -> None:
    receiver.plays = lambda _received: sends(answer)
    assert failure_of(receiver, errors.AnswerLost).may_have_arrived


def test_who_never_greets_or_never_reads_ends_the_call(receiver: Receiver) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        target = Target(receiver.host, silent.getsockname()[1])
        with pytest.raises(errors.TimedOut) as greeting:
            post(target, body=BODY, headers={}, way=receiver.way(), seconds=INSTANT)
    assert not greeting.value.may_have_arrived
    receiver.hear = receiver.pause()  # type: ignore[assignment, method-assign]
    large = b"x" * 64 * 1024 * 1024
    with pytest.raises(errors.AnswerTimedOut):
        post(receiver.target, body=large, headers={}, way=receiver.way(), seconds=INSTANT)


def test_a_line_is_cut_off_where_nothing_that_reads_looks_at_a_clock(receiver: Receiver) -> None:
    """So OpenSSL reads: it takes tickets for as long as they come."""
    was_cut = Event()

    def listens(spoken: socket.socket) -> None:
        if not spoken.recv(1):
            was_cut.set()

    receiver.plays = lambda _received: listens
    with open_line(receiver.target, receiver.way(), Deadline.within(INSTANT)) as line:
        line.send(b"POST / HTTP/1.1\r\ncontent-length: 0\r\n\r\n")
        line.socket.settimeout(None)
        assert line.socket.recv(1) == b""
        assert was_cut.wait(SECONDS)


def test_nobody_at_the_port_and_no_such_name_are_told_apart(receiver: Receiver) -> None:
    with unanswered_port() as port:
        target = Target(receiver.host, port)
        with pytest.raises(errors.ConnectionFailed, match="Nothing was sent"):
            post(target, body=BODY, headers={}, way=receiver.way(), seconds=SECONDS)

    def fails(_host: str, _port: int) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    failure_of(receiver, errors.NameNotFound, way=receiver.way(fails))
    failure_of(receiver, errors.NameNotFound, way=receiver.way(leads_to()))
    # The operating system's own look-up, with a name that is reserved for having no address.
    target = read_url("https://nobody.invalid/")
    with pytest.raises(errors.OutgoingError) as failure:
        post(target, body=BODY, headers={}, way=Way(), seconds=SECONDS)
    assert not failure.value.may_have_arrived


def test_a_look_up_that_hangs_ends_in_time(receiver: Receiver) -> None:
    def hangs(_host: str, _port: int) -> list[str]:
        receiver.closing.wait(10)
        return []

    failure_of(receiver, errors.TimedOut, way=receiver.way(hangs), seconds=INSTANT)


def test_only_who_proves_to_be_the_host_gets_a_message(receiver: Receiver, tmp_path: Path) -> None:
    failure_of(receiver, errors.CertificateRefused, way=Way(LOOPBACK, "", leads_to("127.0.0.1")))
    (tmp_path / "other").mkdir()
    with Receiver(tmp_path / "other", "other.example.com") as other:
        target = Target(receiver.host, other.port)
        with pytest.raises(errors.CertificateRefused, match="Nothing was sent"):
            post(target, body=BODY, headers={}, way=other.way(), seconds=SECONDS)
        assert other.requests == []
    assert receiver.requests == []


def test_a_name_is_looked_up_once_and_one_private_address_is_enough_to_refuse(
    receiver: Receiver,
) -> None:
    looks: list[str] = []

    def rebinds(host: str, _port: int) -> list[str]:
        looks.append(host)
        return ["127.0.0.1"] if len(looks) == 1 else ["10.0.0.1"]

    assert posted(receiver, way=receiver.way(rebinds)).is_success
    assert looks == [receiver.host]
    failure = failure_of(receiver, errors.PrivateAddress, way=receiver.way(rebinds))
    assert "10.0.0.1" in str(failure)
    mixed = receiver.way(leads_to("127.0.0.1", "192.168.1.1"))
    failure_of(receiver, errors.PrivateAddress, way=mixed)
    not_allowed = Way((), receiver.authorities, leads_to("127.0.0.1"))
    failure_of(receiver, errors.PrivateAddress, way=not_allowed)
    assert receiver.connections == 1


def test_the_next_address_is_tried_where_one_takes_no_connection(receiver: Receiver) -> None:
    way = receiver.way(leads_to("127.9.9.9", "127.0.0.1"))
    assert posted(receiver, way=way).is_success
