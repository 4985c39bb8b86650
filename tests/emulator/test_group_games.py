"""A group's games, listed for anyone and without a key."""

from collections.abc import Iterator
from typing import Any

import pytest

from emulator import Emulator
from tests.emulator.caller import Caller

GROUP = 42


@pytest.fixture
def stranger(emulator: Emulator) -> Iterator[Caller]:
    """A caller without any key."""
    for number in range(1, 13):
        emulator.add_universe(number, name=f"Isle {number}", group_id=GROUP)
    emulator.add_universe(20, group_id=GROUP, visibility="PRIVATE")
    emulator.add_universe(30, user_id=GROUP)
    with Caller(emulator.url, 1, None) as caller:
        yield caller


def games(caller: Caller, group: object = GROUP, **query: object) -> Any:
    """What is answered about the games of a group."""
    return caller.call("GET", f"/v2/groups/{group}/gamesV2", params=query)


def test_the_public_games_of_a_group_are_listed_page_by_page(stranger: Caller) -> None:
    first = games(stranger).json()
    assert [game["id"] for game in first["data"]] == list(range(1, 11))
    assert first["data"][0]["name"] == "Isle 1"
    assert first["data"][0]["creator"] == {"id": GROUP, "type": "Group"}
    second = games(stranger, cursor=first["nextPageCursor"]).json()
    assert [game["id"] for game in second["data"]] == [11, 12]
    assert (first["previousPageCursor"], second["nextPageCursor"]) == (None, None)
    assert len(games(stranger, limit=100).json()["data"]) == 12


def test_a_group_that_is_not_there_has_no_games(stranger: Caller) -> None:
    assert games(stranger, 4711).json()["data"] == []


@pytest.mark.parametrize(
    "query",
    [{"limit": 20}, {"limit": 500}, {"cursor": "x"}, {"accessFilter": 3}, {"sortOrder": "Up"}],
)
def test_what_is_not_documented_is_refused(stranger: Caller, query: dict[str, object]) -> None:
    assert games(stranger, **query).status_code == 400


def test_what_is_no_group_id_is_refused(stranger: Caller) -> None:
    assert games(stranger, "abc").status_code == 400
