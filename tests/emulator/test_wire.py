"""The sockets: keep-alive, bodies, methods, and answers to whatever bytes may come."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emulator import Emulator, Universe
from tests.emulator.caller import Caller, connect, exchange, read_all

UNIVERSE_ID = 1
KEY = "the-key"
SECRETS = f"/cloud/v2/universes/{UNIVERSE_ID}/secrets"
METHODS = ["GET", "POST", "PATCH", "DELETE", "PUT", "HEAD", "OPTIONS", "ODD"]
EXAMPLES = settings(max_examples=60, deadline=None)


@pytest.fixture(scope="module")
def standing() -> Iterator[Emulator]:
    """An emulator for many examples; an error of its own fails at the end."""
    with Emulator() as running:
        running.add_universe(UNIVERSE_ID)
        running.add_api_key(KEY)
        yield running


def status_of(answer: bytes) -> int:
    """The status of a raw answer, which must be one."""
    assert answer.startswith(b"HTTP/1.1 ")
    return int(answer.split(b" ", 2)[1])


def request_line(method: str, path: str) -> bytes:
    """A request without a body, under a valid key, after which the connection ends."""
    return f"{method} {path} HTTP/1.1\r\nx-api-key: {KEY}\r\nconnection: close\r\n\r\n".encode()


def test_a_connection_serves_many_requests(caller: Caller, emulator: Emulator) -> None:
    for _ in range(3):
        answer = caller.list_secrets()
        assert answer.headers["connection"] == "keep-alive"
    assert [request.status for request in emulator.requests] == [200, 200, 200]


def test_requests_may_be_sent_ahead_of_their_answers(standing: Emulator) -> None:
    ahead = f"GET {SECRETS} HTTP/1.1\r\nx-api-key: {KEY}\r\n\r\n".encode()
    answer = exchange(standing.url, ahead * 3)
    assert answer.count(b"HTTP/1.1 200 OK") == 3


def test_the_body_of_a_request_does_not_run_into_the_next(
    caller: Caller, universe: Universe
) -> None:
    universe.put("A", b"value")
    answer = caller.call("DELETE", f"{caller.path}/secrets/A", data=b"GET / HTTP/1.1\r\n\r\n")
    assert answer.status_code == 200
    assert caller.list_secrets().status_code == 200


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        (SECRETS, {"GET", "POST"}),
        (f"{SECRETS}/NAME", {"PATCH", "DELETE"}),
        (f"{SECRETS}/public-key", {"GET", "PATCH", "DELETE"}),
        (f"/cloud/v2/universes/{UNIVERSE_ID}", {"GET"}),
        ("/universes/v1/places/1/universe", {"GET"}),
        ("/api-keys/v1/introspect", {"POST"}),
    ],
)
def test_a_wrong_method_is_a_405_that_names_the_right_ones(
    standing: Emulator, path: str, allowed: set[str]
) -> None:
    for method in METHODS:
        answer = exchange(standing.url, request_line(method, path))
        assert (status_of(answer) == 405) is (method not in allowed)
        if method not in allowed:
            assert f"allow: {', '.join(sorted(allowed))}\r\n".encode() in answer


def test_an_answer_to_head_has_no_body(standing: Emulator) -> None:
    answer = exchange(standing.url, request_line("HEAD", SECRETS))
    assert status_of(answer) == 405
    assert answer.endswith(b"\r\n\r\n")


@pytest.mark.parametrize(
    "path",
    ["/", "*", "//", "/cloud", f"{SECRETS}/", f"{SECRETS}/A/B", "/cloud/v2/universes/1:restart"],
)
def test_an_unknown_path_is_a_404_of_the_gateway(standing: Emulator, path: str) -> None:
    answer = exchange(standing.url, request_line("GET", path))
    assert status_of(answer) == 404
    assert b'{"errors": [{"code": 0' in answer


@pytest.mark.parametrize(
    "target", [f"http://apis.roblox.com{SECRETS}", f"HTTP://x{SECRETS}?limit=1"]
)
def test_a_whole_address_is_served_as_to_a_proxy(standing: Emulator, target: str) -> None:
    assert status_of(exchange(standing.url, request_line("GET", target))) == 200


def test_a_body_over_the_limit_is_a_413(caller: Caller) -> None:
    answer = caller.call("POST", f"{caller.path}/secrets", data=b"x" * (64 * 1024 + 1))
    assert answer.status_code == 413
    assert answer.headers["connection"] == "close"
    assert caller.list_secrets().status_code == 200


def test_a_body_is_refused_by_its_announced_length_alone(standing: Emulator) -> None:
    head = f"POST {SECRETS} HTTP/1.1\r\ncontent-length: {10**17}\r\n\r\n".encode()
    assert status_of(exchange(standing.url, head)) == 413


def test_a_large_body_gets_its_answer_while_it_is_still_being_sent(caller: Caller) -> None:
    answer = caller.call("POST", f"{caller.path}/secrets", data=b"x" * 4_000_000)
    assert answer.status_code == 413


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n", 411),
        (b"POST / HTTP/1.1\r\ncontent-length: -1\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\ncontent-length: ten\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\ncontent-length: 10\r\n\r\nshort", 400),
        (b"POST / HTTP/1.1\r\ncontent-length: " + b"9" * 5000 + b"\r\n\r\n", 413),
        (b"GET / HTTP/9.9\r\n\r\n", 505),
        (b"GET\r\n\r\n", 400),
        (b"GET /\r\n\r\n", 404),
        (b"GET / HTTP/1.0\r\n\r\n", 404),
        (b"GET / HTTP/1.1\r\nnonsense\r\n\r\n", 404),
        (b"\r\n", 400),
        (b"\x1c", 400),
        (b"\xa0\x85\r\n\r\n", 400),
        (b"GET / HTTP/1.1", 404),
        (b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n", 414),
        (b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 200 + b"\r\n", 431),
        (b"GET / HTTP/1.1\r\na: " + b"b" * 70_000 + b"\r\n\r\n", 431),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n", 400),
    ],
)
def test_what_is_hardly_http_is_answered_in_http(
    standing: Emulator, head: bytes, status: int
) -> None:
    assert status_of(exchange(standing.url, head)) == status


@EXAMPLES
@given(sent=st.binary(min_size=1, max_size=300))
def test_any_bytes_get_an_answer(standing: Emulator, sent: bytes) -> None:
    assert status_of(exchange(standing.url, sent)) >= 400


@EXAMPLES
@given(tail=st.text(max_size=60), method=st.sampled_from(METHODS), query=st.binary(max_size=60))
def test_any_path_and_query_get_an_answer_that_is_no_error_of_ours(
    standing: Emulator, tail: str, method: str, query: bytes
) -> None:
    target = SECRETS.encode() + tail.encode("utf-8", "replace") + b"?" + query
    line = (
        method.encode() + b" " + target.translate(None, b" \r\n\t\x0b\x0c\x1c\x1d\x1e\x1f\x85\xa0")
    )
    sent = line + f" HTTP/1.1\r\nx-api-key: {KEY}\r\n\r\n".encode()
    assert status_of(exchange(standing.url, sent)) < 500


@EXAMPLES
@given(
    body=st.dictionaries(
        st.sampled_from(["id", "secret", "key_id", "domain", "more"]),
        st.none() | st.booleans() | st.integers() | st.text(max_size=80) | st.lists(st.text()),
    )
)
def test_any_json_is_refused_or_accepted_but_never_an_error_of_ours(
    standing: Emulator, body: dict[str, object]
) -> None:
    with Caller(standing.url, UNIVERSE_ID, KEY) as caller:
        assert caller.post(body).status_code == 400
        assert caller.call("PATCH", f"{SECRETS}/A", json=body).status_code in (400, 404)


def test_a_client_that_leaves_in_the_middle_harms_nobody(standing: Emulator) -> None:
    with connect(standing.url) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\ncontent-length: 1000\r\n\r\nhalf")
    with connect(standing.url) as connection:
        connection.sendall(request_line("GET", SECRETS))
        assert status_of(read_all(connection)) == 200
