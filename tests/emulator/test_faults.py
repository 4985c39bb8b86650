"""Each fault as a client meets it, and what the emulator holds afterwards."""

import re
import socket

import pytest
import requests

from emulator import Emulator, Fault, Universe, faults
from tests.emulator.caller import Caller, connect

A_LONG_TIME = 60.0


def delete_request(caller: Caller, name: str, key: str) -> bytes:
    """The bytes of a deletion."""
    lines = [
        f"DELETE {caller.path}/secrets/{name} HTTP/1.1",
        "Host: 127.0.0.1",
        f"x-api-key: {key}",
        "",
        "",
    ]
    return "\r\n".join(lines).encode()


def send(caller: Caller, request: bytes) -> socket.socket:
    """A connection over which the request went out."""
    connection = connect(caller.url)
    connection.sendall(request)
    return connection


def test_a_status_with_body_and_headers_stands_in_for_the_answer(
    emulator: Emulator, caller: Caller, universe: Universe
) -> None:
    sealed = caller.sealed(b"value")
    emulator.inject(faults.status(503, {"code": "UNAVAILABLE"}, {"Retry-After": "7"}))
    answer = caller.post({"id": "A", **sealed})
    assert (answer.status_code, answer.json()) == (503, {"code": "UNAVAILABLE"})
    assert answer.headers["retry-after"] == "7"
    assert universe.values == {}
    assert caller.post({"id": "A", **sealed}).status_code == 201


def test_a_status_can_hide_a_write_that_took_effect(
    emulator: Emulator, caller: Caller, universe: Universe
) -> None:
    universe.put("A", b"value")
    emulator.inject(faults.status(500, carried_out=True))
    answer = caller.delete("A")
    assert (answer.status_code, answer.content) == (500, b"")
    assert universe.values == {}


@pytest.mark.parametrize(
    ("body", "content_type", "received"),
    [
        (b"\xff\x00", "application/octet-stream", b"\xff\x00"),
        ("plain ü", "text/plain; charset=utf-8", "plain ü".encode()),
        (["a"], "application/json; charset=utf-8", b'["a"]'),
    ],
)
def test_a_body_may_be_bytes_text_or_json(
    emulator: Emulator, caller: Caller, body: faults.Body, content_type: str, received: bytes
) -> None:
    emulator.inject(faults.status(418, body))
    answer = caller.list_secrets()
    assert (answer.status_code, answer.content) == (418, received)
    assert answer.headers["content-type"] == content_type


def test_headers_of_a_fault_replace_those_it_would_have(emulator: Emulator, caller: Caller) -> None:
    emulator.inject(faults.status(200, "<p>", {"Content-Type": "text/html"}))
    assert caller.list_secrets().headers["content-type"] == "text/html"


def test_an_unknown_status_is_sent_all_the_same(emulator: Emulator, caller: Caller) -> None:
    emulator.inject(faults.status(599))
    assert caller.list_secrets().status_code == 599


def test_a_page_comes_in_place_of_json(
    emulator: Emulator, caller: Caller, universe: Universe
) -> None:
    universe.put("A", b"value")
    emulator.inject(faults.html(), times=2)
    answer = caller.list_secrets()
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert caller.delete("A").text.startswith("<!DOCTYPE html>")
    assert universe.values == {"A": b"value"}


def test_a_redirect_points_to_another_host(emulator: Emulator, caller: Caller) -> None:
    emulator.inject(faults.redirect("http://elsewhere.example/"))
    answer = caller.list_secrets()
    assert answer.status_code == 307
    assert answer.headers["location"] == "http://elsewhere.example/"


def test_a_cut_before_the_write_leaves_everything_as_it_was(
    emulator: Emulator, caller: Caller, universe: Universe
) -> None:
    universe.put("A", b"value")
    emulator.inject(faults.cut_before(), method="DELETE")
    with pytest.raises(requests.ConnectionError):
        caller.delete("A")
    assert universe.values == {"A": b"value"}
    assert emulator.requests[-1].status is None


def test_a_cut_after_the_write_leaves_it_done(
    emulator: Emulator, caller: Caller, universe: Universe
) -> None:
    universe.put("A", b"value")
    emulator.inject(faults.cut_after(), method="DELETE")
    with pytest.raises(requests.ConnectionError):
        caller.delete("A")
    assert universe.values == {}
    assert emulator.requests[-1].status is None


def test_a_truncated_answer_leaves_the_write_done(
    emulator: Emulator, caller: Caller, universe: Universe
) -> None:
    sealed = caller.sealed(b"value")
    emulator.inject(faults.truncated(), times=2, path="/secrets")
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        caller.post({"id": "A", **sealed})
    assert universe.values == {"A": b"value"}
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        caller.delete("A")
    assert universe.values == {}


def test_a_truncated_answer_announces_more_than_it_sends(
    emulator: Emulator, caller: Caller
) -> None:
    emulator.inject(faults.truncated())
    with caller.call("GET", f"{caller.path}/secrets", stream=True) as answer:
        announced = int(answer.headers["content-length"])
        assert answer.raw.read(announced // 2)
        with pytest.raises(Exception, match="IncompleteRead"):
            answer.raw.read(announced)


def test_a_delayed_request_is_answered_in_the_end(
    emulator: Emulator, caller: Caller, universe: Universe
) -> None:
    universe.put("A", b"value")
    emulator.inject(faults.delay(0.01))
    assert caller.delete("A").status_code == 200


def test_a_client_gives_up_on_a_delayed_answer(emulator: Emulator, caller: Caller) -> None:
    emulator.inject(faults.delay(A_LONG_TIME))
    with pytest.raises(requests.ReadTimeout):
        caller.call("GET", f"{caller.path}/secrets", timeout=0.1)


def test_a_delayed_write_lands_after_its_client_has_left(
    emulator: Emulator, caller: Caller, universe: Universe, key: str
) -> None:
    universe.put("A", b"value")
    emulator.inject(faults.delay(0.1))
    with send(caller, delete_request(caller, "A", key)):
        emulator.wait_for_requests(1)
    emulator.wait_idle()
    assert universe.values == {}


def test_a_stop_ends_a_delay_before_the_write(
    emulator: Emulator, caller: Caller, universe: Universe, key: str
) -> None:
    universe.put("A", b"value")
    emulator.inject(faults.delay(A_LONG_TIME))
    with send(caller, delete_request(caller, "A", key)):
        emulator.wait_for_requests(1)
        assert emulator.stop() == []
    emulator.wait_idle()
    assert universe.values == {"A": b"value"}


def test_a_write_can_come_before_its_delay(
    emulator: Emulator, caller: Caller, universe: Universe, key: str
) -> None:
    universe.put("A", b"value")
    emulator.inject(faults.delay(A_LONG_TIME, carried_out_first=True))
    with send(caller, delete_request(caller, "A", key)):
        emulator.wait_for_requests(1)
        emulator.stop()
    emulator.wait_idle()
    assert universe.values == {}
    assert emulator.requests[-1].status is None


def test_latency_delays_every_request(emulator: Emulator, caller: Caller) -> None:
    emulator.latency_ms = A_LONG_TIME * 1000
    for _ in range(2):
        with pytest.raises(requests.ReadTimeout):
            caller.call("GET", f"{caller.path}/secrets", timeout=0.1)
    emulator.latency_ms = 1
    assert caller.list_secrets().status_code == 200


def test_a_fault_strikes_as_often_as_it_was_told(emulator: Emulator, caller: Caller) -> None:
    injection = emulator.inject(faults.status(500), times=2, skip=1)
    assert [caller.list_secrets().status_code for _ in range(4)] == [200, 500, 500, 200]
    assert injection.times == 0


def test_a_fault_strikes_only_the_method_it_is_for(emulator: Emulator, caller: Caller) -> None:
    emulator.inject(faults.status(500), method="DELETE")
    assert caller.list_secrets().status_code == 200
    assert caller.delete("A").status_code == 500


@pytest.mark.parametrize("path", ["public-key", re.compile(r"/secrets/\S+$")])
def test_a_fault_strikes_only_the_path_it_is_for(
    emulator: Emulator, caller: Caller, path: str | re.Pattern[str]
) -> None:
    emulator.inject(faults.status(500), path=path)
    assert caller.list_secrets().status_code == 200
    assert caller.public_key().status_code == 500


def test_faults_strike_in_the_order_they_were_added(emulator: Emulator, caller: Caller) -> None:
    emulator.inject(faults.status(500))
    emulator.inject(faults.status(502))
    assert [caller.list_secrets().status_code for _ in range(3)] == [500, 502, 200]


def test_faults_that_have_not_struck_can_be_cleared(emulator: Emulator, caller: Caller) -> None:
    emulator.inject(faults.status(500), times=5)
    emulator.clear_faults()
    assert caller.list_secrets().status_code == 200


def test_an_injected_status_comes_before_key_and_limit(
    emulator: Emulator, universe: Universe
) -> None:
    emulator.inject(faults.status(502))
    with Caller(emulator.url, universe.id, "another-key") as stranger:
        assert stranger.list_secrets().status_code == 502


@pytest.mark.parametrize(("times", "skip"), [(0, 0), (-1, 0), (1, -1)])
def test_a_fault_that_could_never_strike_is_refused(
    emulator: Emulator, times: int, skip: int
) -> None:
    with pytest.raises(ValueError, match="strikes"):
        emulator.inject(Fault(), times=times, skip=skip)
