"""The list of secrets, page by page, whatever its items look like."""

import pytest

from emulator import Emulator, Universe, faults
from secretsapp.opencloud.answers import Unusable
from secretsapp.opencloud.client import PAGES_AT_MOST, SECRETS_AT_MOST, Client
from secretsapp.opencloud.types import CURSOR_LIMIT
from tests.opencloud.calls import UNIVERSE_ID


def page(*names: str, cursor: object = None) -> dict[str, object]:
    """A page with secrets of these names."""
    return {"secrets": [{"id": name} for name in names], "nextPageCursor": cursor}


def names(client: Client) -> list[str]:
    """The names that the client lists."""
    return [secret.name for secret in client.list_secrets(UNIVERSE_ID)]


def cursors(emulator: Emulator) -> list[str | None]:
    """The cursors that were asked for."""
    return [request.query.get("cursor") for request in emulator.requests]


def test_500_secrets_come_in_one_call(
    client: Client, emulator: Emulator, universe: Universe
) -> None:
    universe.remove("OLD")
    for number in range(500):
        universe.put(f"KEY_{number:03}", b"v")
    assert names(client) == [f"KEY_{number:03}" for number in range(500)]
    assert [request.query for request in emulator.requests] == [{"limit": "500"}]


def test_more_than_a_page_is_followed_to_the_end(
    client: Client, emulator: Emulator, universe: Universe
) -> None:
    for number in range(600):
        universe.put(f"KEY_{number:03}", b"v")
    assert names(client) == [*(f"KEY_{number:03}" for number in range(600)), "OLD"]
    assert len(emulator.requests) == 2
    assert all(request.query["limit"] == "500" for request in emulator.requests)


def test_small_pages_are_joined_in_their_order(client: Client, emulator: Emulator) -> None:
    for found in (page("A", "B", cursor="one"), page(cursor="two"), page("C", cursor="")):
        emulator.inject(faults.status(200, found))
    assert names(client) == ["A", "B", "C"]
    assert cursors(emulator) == [None, "one", "two"]


def test_a_cursor_is_sent_back_as_it_came(client: Client, emulator: Emulator) -> None:
    emulator.inject(faults.status(200, page(cursor="a+b/c=&d e?#ü")))
    emulator.inject(faults.status(200, page()))
    assert names(client) == []
    assert cursors(emulator) == [None, "a+b/c=&d e?#ü"]


@pytest.mark.parametrize("end", [page("A"), page("A", cursor=""), {"secrets": [{"id": "A"}]}])
def test_the_list_ends_without_a_cursor(
    client: Client, emulator: Emulator, end: dict[str, object]
) -> None:
    emulator.inject(faults.status(200, end))
    assert names(client) == ["A"]
    assert len(emulator.requests) == 1


UNUSABLE_CURSORS = [7, 0, False, [], {}, "line\nbreak", "\ud800", "x" * (CURSOR_LIMIT + 1)]


@pytest.mark.parametrize("cursor", UNUSABLE_CURSORS)
def test_a_list_that_may_go_on_behind_an_unusable_cursor_is_no_list(
    client: Client, emulator: Emulator, cursor: object
) -> None:
    emulator.inject(faults.status(200, page("A", cursor="one")))
    emulator.inject(faults.status(200, page("B", cursor=cursor)))
    with pytest.raises(Unusable, match="cursor that can't be used"):
        names(client)
    assert len(emulator.requests) == 2


def test_a_long_cursor_is_followed(client: Client, emulator: Emulator) -> None:
    emulator.inject(faults.status(200, page("A", cursor="x" * CURSOR_LIMIT)))
    emulator.inject(faults.status(200, page("B")))
    assert names(client) == ["A", "B"]


def test_a_universe_without_secrets_may_list_null(client: Client, emulator: Emulator) -> None:
    emulator.inject(faults.status(200, {"secrets": None, "nextPageCursor": None}))
    assert names(client) == []


def test_a_page_that_comes_again_ends_the_call(client: Client, emulator: Emulator) -> None:
    for name, cursor in (("A", "one"), ("B", "two"), ("C", "one")):
        emulator.inject(faults.status(200, page(name, cursor=cursor)))
    with pytest.raises(Unusable, match="same page twice"):
        names(client)
    assert len(emulator.requests) == 3


def test_a_list_without_end_ends_the_call(client: Client, emulator: Emulator) -> None:
    for number in range(PAGES_AT_MOST):
        emulator.inject(faults.status(200, page(f"A{number}", cursor=f"page {number}")))
    with pytest.raises(Unusable, match="did not end"):
        names(client)
    assert len(emulator.requests) == PAGES_AT_MOST


def test_the_last_page_that_is_asked_for_may_end_the_list(
    client: Client, emulator: Emulator
) -> None:
    listed = [f"A{number}" for number in range(PAGES_AT_MOST)]
    for name in listed:
        cursor = "" if name == listed[-1] else name
        emulator.inject(faults.status(200, page(name, cursor=cursor)))
    assert names(client) == listed


@pytest.mark.parametrize("pages", [[SECRETS_AT_MOST], [400, SECRETS_AT_MOST - 400]])
def test_a_list_that_is_as_long_as_can_be_is_read(
    client: Client, emulator: Emulator, pages: list[int]
) -> None:
    inject_pages(emulator, pages)
    assert len(names(client)) == SECRETS_AT_MOST


@pytest.mark.parametrize("pages", [[SECRETS_AT_MOST + 1], [400, SECRETS_AT_MOST - 399]])
def test_a_list_longer_than_any_can_be_ends_the_call(
    client: Client, emulator: Emulator, pages: list[int]
) -> None:
    inject_pages(emulator, pages)
    with pytest.raises(Unusable, match="more secrets than a universe can have"):
        names(client)


def inject_pages(emulator: Emulator, sizes: list[int]) -> None:
    """Let the list come in pages of these sizes."""
    for place, size in enumerate(sizes):
        found = [f"PAGE_{place}_{number}" for number in range(size)]
        cursor = "" if place == len(sizes) - 1 else f"after {place}"
        emulator.inject(faults.status(200, page(*found, cursor=cursor)))


@pytest.mark.parametrize("pages", [[("A", "B", "A")], [("A", "B"), ("C", "A")]])
def test_a_name_that_is_listed_twice_ends_the_call(
    client: Client, emulator: Emulator, pages: list[tuple[str, ...]]
) -> None:
    for place, found in enumerate(pages):
        cursor = "" if place == len(pages) - 1 else "more"
        emulator.inject(faults.status(200, page(*found, cursor=cursor)))
    with pytest.raises(Unusable, match="same secret twice"):
        names(client)


@pytest.mark.parametrize("found", [{}, {"items": []}, {"secrets": {}}, {"secrets": "A"}])
def test_a_page_without_secrets_is_not_an_empty_universe(
    client: Client, emulator: Emulator, found: dict[str, object]
) -> None:
    emulator.inject(faults.status(200, found))
    with pytest.raises(Unusable, match="not a list of secrets"):
        names(client)


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        (None, "not a secret"),
        ("A", "not a secret"),
        ({}, "usable name"),
        ({"id": None}, "usable name"),
        ({"id": 7}, "usable name"),
        ({"id": ""}, "usable name"),
        ({"id": "x" * 65}, "usable name"),
        ({"id": "a\x00b"}, "usable name"),
        ({"id": "\ud800"}, "usable name"),
        ({"id": "A", "domain": 7}, "unusable domain"),
        ({"id": "A", "domain": "x" * 254}, "unusable domain"),
        ({"id": "A", "domain": "a\nb"}, "unusable domain"),
    ],
)
def test_a_secret_that_cannot_be_told_apart_ends_the_call(
    client: Client, emulator: Emulator, item: object, reason: str
) -> None:
    emulator.inject(faults.status(200, {"secrets": [{"id": "B"}, item]}))
    with pytest.raises(Unusable, match=reason):
        names(client)


@pytest.mark.parametrize(
    ("item", "domain", "key_id", "times"),
    [
        ({"domain": None, "key_id": None, "create_time": None, "update_time": None}, "", "", ""),
        ({"domain": "*", "key_id": "9" * 19}, "*", "9" * 19, ""),
        ({"create_time": "soon", "update_time": "x" * 41, "key_id": 7}, "", "", ""),
        ({"create_time": 7, "update_time": ["2026-11-21T10:00:00Z"]}, "", "", ""),
        (
            {"created": "2026-11-21T10:00:00Z", "updated": "2026-11-21T10:00:00Z"},
            "",
            "",
            "2026-11-21T10:00:00Z",
        ),
        ({"key_id": "9" * 70, "create_time": "2026" + " " * 37}, "", "9" * 64, ""),
    ],
)
def test_any_other_field_may_be_missing_or_odd(
    client: Client,
    emulator: Emulator,
    item: dict[str, object],
    domain: str,
    key_id: str,
    times: str,
) -> None:
    emulator.inject(faults.status(200, {"secrets": [{"id": "A", **item}]}))
    (found,) = client.list_secrets(UNIVERSE_ID)
    assert (found.domain, found.key_id) == (domain, key_id)
    assert (found.create_time, found.update_time) == (times, times)
