"""A write is sent exactly once, and what is not known of it is never claimed."""

import pytest

from emulator import Emulator, Fault, Universe, faults
from secretsapp.opencloud.answers import Unknown
from secretsapp.opencloud.client import Client
from tests.opencloud.calls import AFTER, BEFORE, WRITES, failure_of, methods

A_LONG_TIME = 60.0
ELSEWHERE = "http://elsewhere.invalid/"

NOT_CARRIED_OUT = {
    "cut before": faults.cut_before(),
    "page": faults.html(),
    "page with an error": faults.html(502),
    "accepted for later": faults.status(202, {"id": "A"}),
    "not JSON": faults.status(200, "not JSON"),
    "a list": faults.status(200, ["A"]),
    "a text": faults.status(201, b'"A"'),
    "about another": faults.status(200, {"id": "OTHER", "update_time": "2026-11-21T10:00:00Z"}),
    "about nothing": faults.status(200, {"id": ""}),
    "about a number": faults.status(201, {"id": 7}),
    "bytes": faults.status(200, b"\xff\xfe\x00"),
    "deep JSON": faults.status(200, b"[" * 50_000),
    "408": faults.status(408, {"code": "DEADLINE_EXCEEDED"}),
    "500": faults.status(500, {"code": "INTERNAL"}),
    "502": faults.status(502),
    "503 with a wait": faults.status(503, None, {"Retry-After": "1"}),
    "504": faults.status(504),
    "599": faults.status(599),
    "304": faults.status(304),
    "redirect with an endless body": faults.status(302, b"x" * 5_000_000, {"Location": ELSEWHERE}),
    "redirect with a broken body": faults.status(
        302, b"no gzip", {"Location": ELSEWHERE, "Content-Encoding": "gzip"}
    ),
    "redirect to nonsense": faults.status(302, b"", {"Location": "http://[::1"}),
    **{f"redirect {code}": faults.redirect(ELSEWHERE, code) for code in (301, 302, 303, 307, 308)},
}
CARRIED_OUT = {
    "cut after": faults.cut_after(),
    "truncated": faults.truncated(),
    "about another after": faults.status(200, {"id": "OTHER"}, carried_out=True),
    "page after": faults.html(carried_out=True),
    "408 after": faults.status(408, carried_out=True),
    "500 after": faults.status(500, carried_out=True),
    "503 after": faults.status(503, None, {"Retry-After": "1"}, carried_out=True),
    "504 after": faults.status(504, carried_out=True),
}
FAULTS = [(fault, False) for fault in NOT_CARRIED_OUT.values()]
FAULTS += [(fault, True) for fault in CARRIED_OUT.values()]


@pytest.mark.parametrize("method", WRITES)
@pytest.mark.parametrize(("fault", "carried_out"), FAULTS, ids=[*NOT_CARRIED_OUT, *CARRIED_OUT])
def test_a_write_without_a_usable_answer_is_unknown_and_never_repeated(
    client: Client,
    emulator: Emulator,
    universe: Universe,
    naps: list[float],
    method: str,
    fault: Fault,
    carried_out: bool,
) -> None:
    emulator.inject(fault)
    failure = failure_of(WRITES[method], client, universe)
    assert type(failure) is Unknown
    emulator.wait_idle()
    assert methods(emulator) == [method]
    assert universe.values == (AFTER[method] if carried_out else BEFORE)
    assert naps == []


@pytest.mark.parametrize("method", WRITES)
def test_timeout_after_sending_is_unknown_not_failed(
    impatient_client: Client, emulator: Emulator, universe: Universe, method: str
) -> None:
    emulator.inject(faults.delay(A_LONG_TIME, carried_out_first=True))
    failure = failure_of(WRITES[method], impatient_client, universe)
    assert type(failure) is Unknown
    emulator.wait_for_requests(1)
    emulator.stop()
    emulator.wait_idle()
    assert methods(emulator) == [method]
    assert universe.values == AFTER[method]


def test_a_write_that_lands_after_its_timeout_was_sent_once(
    impatient_client: Client, emulator: Emulator, universe: Universe
) -> None:
    emulator.inject(faults.delay(1))
    assert type(failure_of(WRITES["PATCH"], impatient_client, universe)) is Unknown
    emulator.wait_for_requests(1)
    emulator.wait_idle()
    assert universe.values == AFTER["PATCH"]
    assert methods(emulator) == ["PATCH"]


@pytest.mark.parametrize("method", WRITES)
def test_a_write_goes_well_after_one_that_did_not(
    client: Client, emulator: Emulator, universe: Universe, method: str
) -> None:
    emulator.inject(faults.cut_before())
    failure_of(WRITES[method], client, universe)
    WRITES[method](client, universe)
    assert universe.values == AFTER[method]
    assert methods(emulator) == [method, method]


@pytest.mark.parametrize("method", WRITES)
def test_an_idle_connection_that_was_closed_loses_no_write(
    client: Client, emulator: Emulator, universe: Universe, method: str
) -> None:
    client.list_secrets(universe.id)
    emulator.stop()
    emulator.start()
    WRITES[method](client, universe)
    assert universe.values == AFTER[method]
    assert methods(emulator) == ["GET", method]
