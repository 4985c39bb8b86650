"""A place file is sent once and whole; an answer that isn't usable leaves it unknown."""

import time

import pytest

from emulator import READ_UNIVERSE, WRITE_PLACES, Emulator, Universe, faults
from secretsapp.core import place_files
from secretsapp.core.plaintext import Plaintext
from secretsapp.core.times import TimedFile
from secretsapp.opencloud import publishing
from secretsapp.opencloud.answers import Conflict, Missing, Unauthorized, Unknown
from secretsapp.opencloud.client import Client, Timeouts
from tests.opencloud.calls import KEY, UNIVERSE_ID, methods

PLACE = 111
RBXL = place_files.read(b"<roblox!".ljust(300_000, b"\x00"))
RBXLX = place_files.read(b"<roblox version='4'></roblox>")


@pytest.fixture(autouse=True)
def scopes(emulator: Emulator) -> None:
    emulator.add_api_key(KEY, scopes={READ_UNIVERSE, WRITE_PLACES})


def publish(client: Client, *, place: int = PLACE, is_published: bool = True) -> int | None:
    return publishing.publish_place(client, UNIVERSE_ID, place, RBXL, is_published=is_published)


def test_the_whole_file_is_sent_as_what_it_is(
    client: Client, emulator: Emulator, universe: Universe
) -> None:
    assert publish(client) == 2
    saved = publishing.publish_place(client, UNIVERSE_ID, PLACE, RBXLX, is_published=False)
    assert saved == 3
    first, second = emulator.requests
    assert (first.query, second.query) == ({"versionType": "Published"}, {"versionType": "Saved"})
    assert (first.body, second.body) == (RBXL.content, RBXLX.content)
    assert first.headers["content-length"] == "300000"
    assert second.headers["content-type"] == "application/xml"
    assert universe.fleet.latest_of(PLACE) == 2


def test_when_a_place_was_updated_changes_as_it_is_published(
    client: Client, universe: Universe
) -> None:
    before = publishing.place_updated(client, UNIVERSE_ID, PLACE)
    publish(client)
    after = publishing.place_updated(client, UNIVERSE_ID, PLACE)
    assert before
    assert after
    assert after > before


@pytest.mark.parametrize("fault", [faults.cut_after(), faults.truncated(), faults.html(500)])
def test_without_a_usable_answer_it_is_unknown_and_not_repeated(
    client: Client, emulator: Emulator, universe: Universe, fault: faults.Fault
) -> None:
    emulator.inject(fault)
    with pytest.raises(Unknown):
        publish(client)
    assert methods(emulator) == ["POST"]


@pytest.mark.parametrize("number", [None, "7", 0, -1, True, 10**12])
def test_a_number_that_is_none_is_left_out(
    client: Client, emulator: Emulator, universe: Universe, number: object
) -> None:
    emulator.inject(faults.status(200, {"versionNumber": number}))
    assert publish(client) is None


def test_refusals_are_told_apart(client: Client, emulator: Emulator, universe: Universe) -> None:
    emulator.add_universe(9, root_place_id=999)
    with pytest.raises(Conflict):
        publish(client, place=999)
    with pytest.raises(Missing):
        publish(client, place=998)
    emulator.add_api_key(KEY, scopes={READ_UNIVERSE})
    with pytest.raises(Unauthorized):
        publish(client)


def test_a_file_that_takes_too_long_to_send_is_unknown(
    client: Client, universe: Universe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(TimedFile, "seconds", -1)
    with pytest.raises(Unknown):
        publish(client)


def test_what_is_slow_to_send_takes_nothing_from_the_time_of_the_answer(
    emulator: Emulator, universe: Universe, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(upload: TimedFile, size: int | None = -1) -> bytes:
        time.sleep(0.01)
        return super(TimedFile, upload).read(size)

    monkeypatch.setattr(TimedFile, "read", slow)
    timeouts = Timeouts(connect=0.05, read=5, answer=0.05)
    with Client(emulator.url, Plaintext(KEY.encode()), timeouts=timeouts) as client:
        assert publish(client) == 2
