"""The games of a group are asked for without a key, page by page, and read with care."""

import pytest

from emulator import Emulator, Fault, faults
from secretsapp.opencloud import games
from secretsapp.opencloud.answers import NothingSent, OpenCloudError, Refused, Unusable
from secretsapp.opencloud.client import Timeouts
from secretsapp.opencloud.games import Game

GROUP = 42


def listed(emulator: Emulator) -> list[Game]:
    """What is listed of the group."""
    return games.list_games(emulator.url, GROUP, proxy=None, timeouts=Timeouts())


def add_games(emulator: Emulator, count: int) -> None:
    for number in range(1, count + 1):
        emulator.add_universe(number, name=f"Isle {number}", group_id=GROUP)


def page(*items: object, cursor: object = None) -> dict[str, object]:
    """A page as Roblox sends it."""
    return {"data": list(items), "nextPageCursor": cursor, "previousPageCursor": None}


def test_every_page_is_read_and_no_key_is_sent(emulator: Emulator) -> None:
    add_games(emulator, 205)
    found = listed(emulator)
    assert found[0] == Game(1, "Isle 1")
    assert [game.universe_id for game in found] == list(range(1, 206))
    assert len(emulator.requests) == 3
    for request in emulator.requests:
        assert not {"x-api-key", "authorization", "cookie"} & set(request.headers)


def test_a_group_without_games_has_none(emulator: Emulator) -> None:
    assert listed(emulator) == []


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (faults.status(200, {}), Unusable),
        (faults.status(200, page("x")), Unusable),
        (faults.status(200, page({"id": "1"})), Unusable),
        (faults.status(200, page({"id": 0})), Unusable),
        (faults.status(200, page({"id": 2**70})), Unusable),
        (faults.status(200, page(cursor=7)), Unusable),
        (faults.html(), Unusable),
        (faults.status(501, {"errors": [{"code": 47, "message": "x"}]}), Unusable),
        (faults.status(404), Refused),
        (faults.redirect("http://127.0.0.1:9/"), Unusable),
    ],
)
def test_what_is_no_list_of_games_is_not_used(
    emulator: Emulator, fault: Fault, error: type[OpenCloudError]
) -> None:
    emulator.inject(fault, times=9)
    with pytest.raises(error):
        listed(emulator)


def test_a_list_that_repeats_itself_is_not_used(emulator: Emulator) -> None:
    emulator.inject(faults.status(200, page({"id": 1}, cursor="again")), times=9)
    with pytest.raises(Unusable, match="twice"):
        listed(emulator)
    assert len(emulator.requests) == 2


def test_a_list_that_does_not_end_is_not_used(emulator: Emulator) -> None:
    for number in range(games.PAGES_AT_MOST + 1):
        emulator.inject(faults.status(200, page({"id": 1}, cursor=f"at {number}")))
    with pytest.raises(Unusable, match="did not end"):
        listed(emulator)
    assert len(emulator.requests) == games.PAGES_AT_MOST


def test_a_name_that_is_unusable_is_left_out(emulator: Emulator) -> None:
    emulator.inject(faults.status(200, page({"id": 1, "name": "two\nlines"}, {"id": 2})))
    assert listed(emulator) == [Game(1, ""), Game(2, "")]


def test_without_a_connection_nothing_was_sent(emulator: Emulator) -> None:
    emulator.stop()
    with pytest.raises(NothingSent):
        listed(emulator)


def test_games_are_found_by_their_ids_and_unknown_ones_are_missing(emulator: Emulator) -> None:
    add_games(emulator, 3)
    found = games.find_games(emulator.url, [3, 1, 99], proxy=None, timeouts=Timeouts())
    assert found == [Game(3, "Isle 3"), Game(1, "Isle 1")]
    (request,) = emulator.requests
    assert not {"x-api-key", "authorization", "cookie"} & set(request.headers)
