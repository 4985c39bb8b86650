"""A read is repeated a few times where that may help, and is unusable when it does not."""

import pytest

from emulator import Emulator, Fault, Universe, faults
from secretsapp.core.plaintext import Plaintext
from secretsapp.opencloud.answers import OpenCloudError, TooManyRequests, Unusable
from secretsapp.opencloud.client import Client, Timeouts
from tests.opencloud.calls import KEY, READS, failure_of

ATTEMPTS = 3
A_LONG_TIME = 60.0
ELSEWHERE = "http://elsewhere.invalid/"

REPEATED = {
    "cut before": faults.cut_before(),
    "cut after": faults.cut_after(),
    "500": faults.status(500, {"code": "INTERNAL"}),
    "502": faults.html(502),
    "503": faults.status(503, None, {"Retry-After": "1"}),
    "504": faults.status(504, "text"),
    "429": faults.status(429, {"code": "RESOURCE_EXHAUSTED"}),
}
NOT_REPEATED = {
    "truncated": faults.truncated(),
    "page": faults.html(),
    "not JSON": faults.status(200, "not JSON"),
    "nothing": faults.status(200),
    "a list": faults.status(200, ["A"]),
    "bytes": faults.status(200, b"\xff\xfe\x00"),
    "deep JSON": faults.status(200, b'{"a":' * 50_000),
    "201": faults.status(201, {"secrets": []}),
    "204": faults.status(204),
    "408": faults.status(408),
    "599": faults.status(599),
    **{f"redirect {code}": faults.redirect(ELSEWHERE, code) for code in (301, 302, 303, 307, 308)},
}


@pytest.mark.parametrize("read", READS)
@pytest.mark.parametrize("fault", REPEATED.values(), ids=REPEATED)
def test_a_passing_fault_is_not_noticed(
    client: Client, emulator: Emulator, universe: Universe, read: str, fault: Fault
) -> None:
    expected = READS[read](client, universe)
    emulator.clear_requests()
    emulator.inject(fault, times=ATTEMPTS - 1)
    assert READS[read](client, universe) == expected
    assert len(emulator.requests) == ATTEMPTS


@pytest.mark.parametrize("read", READS)
@pytest.mark.parametrize(("name", "fault"), REPEATED.items(), ids=REPEATED)
def test_a_lasting_fault_ends_a_read_after_a_few_attempts(
    client: Client, emulator: Emulator, universe: Universe, read: str, name: str, fault: Fault
) -> None:
    emulator.inject(fault, times=100)
    failure = failure_of(READS[read], client, universe)
    assert type(failure) is (TooManyRequests if name == "429" else Unusable)
    assert len(emulator.requests) == ATTEMPTS


@pytest.mark.parametrize("read", READS)
@pytest.mark.parametrize("fault", NOT_REPEATED.values(), ids=NOT_REPEATED)
def test_an_answer_that_cannot_be_used_is_not_asked_for_again(
    client: Client, emulator: Emulator, universe: Universe, read: str, fault: Fault
) -> None:
    emulator.inject(fault)
    assert type(failure_of(READS[read], client, universe)) is Unusable
    assert len(emulator.requests) == 1


def test_a_read_that_is_never_answered_ends(
    impatient_client: Client, emulator: Emulator, universe: Universe
) -> None:
    emulator.inject(faults.delay(A_LONG_TIME), times=100)
    failure = failure_of(READS["list_secrets"], impatient_client, universe)
    assert type(failure) is Unusable
    assert len(emulator.requests) == ATTEMPTS


def test_a_read_with_all_its_attempts_takes_no_longer_than_one_call_may(
    emulator: Emulator, universe: Universe
) -> None:
    emulator.inject(faults.delay(A_LONG_TIME), times=100)
    timeouts = Timeouts(connect=0.1, read=5, answer=0.3)
    with Client(emulator.url, Plaintext(KEY.encode()), timeouts=timeouts) as client:
        failure = failure_of(READS["list_secrets"], client, universe)
    assert type(failure) is Unusable
    # The first attempt takes 0.3 s of 0.4 s, and a third would begin after that.
    assert len(emulator.requests) < ATTEMPTS


@pytest.mark.parametrize("fault", REPEATED.values(), ids=REPEATED)
def test_an_introspection_is_asked_once(
    client: Client, emulator: Emulator, universe: Universe, fault: Fault
) -> None:
    emulator.inject(fault, times=100)
    failure = failure_of(lambda client, _universe: client.introspect(), client, universe)
    assert isinstance(failure, OpenCloudError)
    assert len(emulator.requests) == 1


@pytest.mark.parametrize(
    ("asked", "waited"),
    [
        ("1", [1, 1]),
        ("5", [5, 5]),
        ("6", [5, 5]),
        ("7200", [5, 5]),
        ("0", [0.4]),
        ("9" * 12, [0.4]),
        ("9" * 5000, [0.4]),
        ("soon", [0.4]),
        ("-5", [0.4]),
        ("", [0.4]),
        ("0.2", [1, 1]),
        ("1.5", [2, 2]),
        ("1.5.5", [0.4]),
        ("Fri, 31 Dec 9999 23:59:59 GMT", [5, 5]),
        ("Sun, 06 Nov 1994 08:49:37 GMT", [0.4]),
        ("Fri, 31 Dec 99999999999 23:59:59 GMT", [0.4]),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
def test_a_wait_that_roblox_asks_for_is_honoured_and_capped(
    client: Client,
    emulator: Emulator,
    universe: Universe,
    naps: list[float],
    status: int,
    asked: str,
    waited: list[float],
) -> None:
    emulator.inject(faults.status(status, None, {"Retry-After": asked}), times=ATTEMPTS - 1)
    assert client.list_secrets(universe.id)
    assert naps == waited
