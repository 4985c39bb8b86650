"""Listing: pages, cursors, order, and what is told of a secret."""

import re

import pytest

from emulator import Emulator, Universe
from tests.emulator.caller import Caller

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z")


def fill(universe: Universe, count: int) -> list[str]:
    """So many secrets; gives their names in order."""
    names = [f"SECRET_{number:03}" for number in range(count)]
    for name in reversed(names):
        universe.put(name, b"value")
    return names


def names_of(page: dict[str, list[dict[str, str]]]) -> list[str]:
    """The names on a page."""
    return [secret["id"] for secret in page["secrets"]]


def test_an_empty_universe_lists_nothing(caller: Caller) -> None:
    answer = caller.list_secrets()
    assert answer.status_code == 200
    assert answer.json() == {"secrets": [], "nextPageCursor": None, "previousPageCursor": None}


def test_a_secret_is_listed_with_everything_but_its_value(
    caller: Caller, universe: Universe
) -> None:
    record = universe.put("PAYMENTS", b"the value", "*.example.com")
    answer = caller.list_secrets()
    assert answer.json()["secrets"] == [
        {
            "id": "PAYMENTS",
            "key_id": record.key_id,
            "domain": "*.example.com",
            "create_time": record.create_time,
            "update_time": record.update_time,
        }
    ]
    assert TIME.fullmatch(record.update_time)
    assert "the value" not in answer.text


def test_a_page_holds_ten_secrets_unless_more_are_asked_for(
    caller: Caller, universe: Universe
) -> None:
    names = fill(universe, 12)
    assert names_of(caller.list_secrets().json()) == names[:10]
    assert names_of(caller.list_secrets(maxPageSize=500).json()) == names[:10]
    assert names_of(caller.list_secrets(limit=11).json()) == names[:11]


def test_cursors_lead_through_all_pages_and_back(caller: Caller, universe: Universe) -> None:
    names = fill(universe, 25)
    first = caller.list_secrets(cursor="").json()
    second = caller.list_secrets(cursor=first["nextPageCursor"]).json()
    third = caller.list_secrets(cursor=second["nextPageCursor"]).json()
    assert names_of(first) + names_of(second) + names_of(third) == names
    assert first["previousPageCursor"] is None
    assert third["nextPageCursor"] is None
    back = caller.list_secrets(cursor=third["previousPageCursor"]).json()
    assert names_of(back) == names_of(second)
    assert caller.list_secrets(cursor=back["previousPageCursor"]).json() == first


def test_a_full_last_page_has_no_cursor_to_an_empty_one(caller: Caller, universe: Universe) -> None:
    fill(universe, 10)
    assert caller.list_secrets().json()["nextPageCursor"] is None


def test_a_page_skips_and_repeats_nothing_when_others_come_and_go(
    caller: Caller, universe: Universe
) -> None:
    names = fill(universe, 12)
    first = caller.list_secrets().json()
    universe.remove(names[0])
    universe.put("AAA", b"value")
    assert names_of(caller.list_secrets(cursor=first["nextPageCursor"]).json()) == names[10:]


def test_a_cursor_at_the_end_of_what_is_left_gives_an_empty_page(
    caller: Caller, universe: Universe
) -> None:
    names = fill(universe, 11)
    cursor = caller.list_secrets().json()["nextPageCursor"]
    universe.remove(names[10])
    page = caller.list_secrets(cursor=cursor).json()
    assert page == {"secrets": [], "nextPageCursor": None, "previousPageCursor": None}


@pytest.mark.parametrize("limit", ["0", "501", "-1", "ten", "", "1.5", "99999999999", "٣"])
def test_a_limit_out_of_bounds_is_refused(caller: Caller, limit: str) -> None:
    answer = caller.list_secrets(limit=limit)
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == ["limit"]
    assert answer.json()["status"] == "400"


@pytest.mark.parametrize(
    "cursor",
    ["x", "n", "p!!!!", "nQUJD", "n" + "A" * 999, "é", "zNjkzMDQ5OTUyNDpB", "nNjkzMDQ5OTUyNDo"],
)
def test_a_cursor_that_was_not_made_here_is_refused(caller: Caller, cursor: str) -> None:
    assert caller.list_secrets(cursor=cursor).status_code == 400


def test_a_cursor_of_another_universe_is_refused(
    emulator: Emulator, caller: Caller, universe: Universe, key: str
) -> None:
    fill(universe, 11)
    cursor = caller.list_secrets().json()["nextPageCursor"]
    other = emulator.add_universe(2)
    with Caller(emulator.url, other.id, key) as elsewhere:
        assert elsewhere.list_secrets(cursor=cursor).status_code == 400


def test_times_can_be_named_as_in_the_older_guide(caller: Caller, universe: Universe) -> None:
    record = universe.put("PAYMENTS", b"value")
    universe.legacy_times = True
    (secret,) = caller.list_secrets().json()["secrets"]
    assert secret["created"] == record.create_time
    assert secret["updated"] == record.update_time
    assert "update_time" not in secret


def test_times_can_be_left_out(caller: Caller, universe: Universe) -> None:
    universe.put("PAYMENTS", b"value")
    universe.omit_times = True
    (secret,) = caller.list_secrets().json()["secrets"]
    assert set(secret) == {"id", "key_id", "domain"}
