"""Who observes a client is told of each call by name how it ended, and nothing else."""

from collections.abc import Iterator

import pytest

from emulator import Emulator, Universe, faults
from secretsapp.core.plaintext import Plaintext
from secretsapp.opencloud.answers import OpenCloudError
from secretsapp.opencloud.client import Client, Timeouts
from tests.opencloud.calls import KEY, READS, WRITES, Call, update

Told = list[tuple[str, str]]


@pytest.fixture
def told() -> Told:
    """The calls that were told of, each with its outcome."""
    return []


@pytest.fixture
def client(emulator: Emulator, universe: Universe, told: Told) -> Iterator[Client]:
    """A client that is observed."""

    def observe(call: str, outcome: str, seconds: float) -> None:
        assert seconds >= 0
        told.append((call, outcome))

    timeouts = Timeouts(read=2, answer=2)
    key = Plaintext(KEY.encode())
    with Client(emulator.url, key, timeouts=timeouts, observe=observe) as ready:
        yield ready


def test_every_call_is_told_by_its_name(client: Client, universe: Universe, told: Told) -> None:
    for call in (*READS.values(), *WRITES.values()):
        call(client, universe)
    client.introspect()
    writes = ("create_secret", "update_secret", "delete_secret")
    assert told == [(name, "ok") for name in (*READS, *writes, "introspect")]


@pytest.mark.parametrize(
    ("call", "fault", "outcome"),
    [
        (READS["list_secrets"], faults.status(403), "refused"),
        (READS["list_secrets"], faults.status(429), "busy"),
        (READS["list_secrets"], faults.status(500), "unusable"),
        (READS["public_key"], faults.html(), "unusable"),
        (update, faults.status(401), "refused"),
        (update, faults.status(429), "busy"),
        (update, faults.status(500), "unknown"),
        (update, faults.cut_after(), "unknown"),
    ],
)
def test_a_failure_is_told_in_a_word_and_still_raised(
    client: Client,
    emulator: Emulator,
    universe: Universe,
    told: Told,
    call: Call,
    fault: faults.Fault,
    outcome: str,
) -> None:
    emulator.inject(fault, times=9)
    with pytest.raises(OpenCloudError):
        call(client, universe)
    assert [found for _, found in told] == [outcome]


def test_a_place_without_universe_is_an_answer(
    client: Client, emulator: Emulator, told: Told
) -> None:
    emulator.inject(faults.status(200, {"universeId": None}))
    with pytest.raises(OpenCloudError):
        client.universe_of_place(5)
    assert told == [("universe_of_place", "ok")]


def test_a_call_that_went_nowhere_is_told(told: Told) -> None:
    def observe(call: str, outcome: str, _seconds: float) -> None:
        told.append((call, outcome))

    with (
        Client("http://127.0.0.1:1", Plaintext(b"key"), observe=observe) as client,
        pytest.raises(OpenCloudError),
    ):
        client.list_secrets(1)
    assert told == [("list_secrets", "nothing_sent")]
