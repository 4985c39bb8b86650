"""The list of all universes, and the pin on each: with and without a script."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from secretsapp.core.roles import Role
from secretsapp.models import Grant, Secret, Shortcut, Universe
from tests.granting import store_grants
from tests.pages.conftest import AddressOf, ClientFor
from tests.pages.reading import body, words
from tests.stage import Cast


@pytest.fixture
def quays(universe: Universe) -> None:
    """Sixty universes beside Harbor."""
    Universe.objects.bulk_create(
        Universe(id=number, name=f"Quay {number:02}", api_key=universe.api_key)
        for number in range(1, 61)
    )


@pytest.mark.usefixtures("quays")
def test_a_long_list_leads_on_and_keeps_what_is_looked_for(client_for: ClientFor) -> None:
    client = client_for("admin")
    page = client.get("/universes/?q=quay&state=attention")
    assert "No universes match." in words(page)
    page = client.get("/universes/?q=quay")
    assert "1–40 of 60" in words(page)
    assert 'href="/universes/?q=quay&amp;page=2"' in body(page)
    page = client.get("/universes/?q=quay&page=2")
    assert "41–60 of 60" in words(page)
    assert "Quay 60" in words(page)
    assert "Quay 40" not in words(page).partition("Universe Owner")[2]
    for odd in ("page=x", "page=-1", "page=", "page=" + "9" * 400, "state=odd", "q=%00"):
        assert client.get(f"/universes/?{odd}").status_code == 200


@pytest.mark.usefixtures("quays")
def test_the_way_to_all_stands_in_the_frame_and_on_the_first_page(client_for: ClientFor) -> None:
    answer = client_for("admin").get("/")
    page = body(answer)
    assert page.count('href="/universes/"') >= 2
    assert "Quay 07" in page
    assert "Quay 08" not in page
    assert "Universes 61 Grant access All 61 universes" in words(answer)
    assert 'href="/universes/"' not in body(client_for("viewer").get("/"))


def test_what_is_nearly_full_or_was_read_long_ago_is_said(
    client_for: ClientFor, universe: Universe
) -> None:
    Secret.objects.bulk_create(Secret(universe=universe, name=f"S_{n}") for n in range(493))
    Universe.objects.update(name="A" * 61, synced_at=timezone.now() - timedelta(days=3))
    for address in ("/", "/universes/"):
        page = client_for("admin").get(address)
        assert "496 of 500 secrets 4 left" in words(page)
        assert "Last synced 3 days ago" in words(page)
        assert "is-synced" not in body(page)
        assert f'title="{"A" * 61}"' in body(page)


def pinned(client: Client, address: str, **sent: str) -> str:
    """Where one is led after pinning or unpinning."""
    return client.post(address, sent).headers["Location"]


def test_a_pin_is_set_and_taken_and_leads_back(
    client_for: ClientFor, address_of: AddressOf
) -> None:
    client, address = client_for("viewer"), address_of("universe_pin")
    assert 'aria-pressed="false"' in body(client.get("/universes/"))
    back = "/universes/?q=harbor"
    assert pinned(client, address, pinned="yes", next=back) == back
    assert Shortcut.objects.get().is_pinned
    assert "Unpin Harbor" in words(client.get(address_of("universe")))
    assert pinned(client, address, next="https://elsewhere.example/") == address_of("universe")
    assert not Shortcut.objects.get().is_pinned


@pytest.mark.usefixtures("quays")
def test_a_pin_too_many_is_said_and_not_set(client_for: ClientFor, address_of: AddressOf) -> None:
    client = client_for("admin")
    for number in range(1, 9):
        client.post(f"/universes/{number}/pin/", {"pinned": "yes"})
    answer = client.post(address_of("universe_pin"), {"pinned": "yes"}, follow=True)
    assert "You have already pinned 8 universes. Unpin one first." in words(answer)
    assert Shortcut.objects.filter(is_pinned=True).count() == 8


FERRIES, TRAMS = "groups/7654321", "users/7"
OWNERS = (FERRIES, TRAMS, "")


def add(universe: Universe, numbers: range, **columns: str) -> None:
    """Universes of these numbers beside Harbor, of three owners in turn."""
    Universe.objects.bulk_create(
        Universe(
            id=number,
            api_key=universe.api_key,
            **{"name": f"Berth {number:03}", "owner": OWNERS[number % 3]} | columns,
        )
        for number in numbers
    )


def listed(page: str) -> list[str]:
    """The names of the universes in the tables of the page, in their order."""
    return re.findall(r'class="row-link cell-title[^>]*><bdi>([^<]*)', page)


def test_very_many_are_folded_by_owner_and_what_one_uses_comes_first(
    client_for: ClientFor, universe: Universe
) -> None:
    add(universe, range(1, 61))
    Universe.objects.filter(pk=4).update(environment="production", sync_failure="Roblox is away.")
    client = client_for("admin")
    client.post("/universes/44/pin/", {"pinned": "yes"})
    client.get("/universes/7/")
    page = client.get("/universes/")
    assert "61 in total, of 4 owners" in words(page)
    assert listed(body(page)) == ["Berth 044", "Berth 007"]
    for group in (
        "Unknown owner 20 universes",
        "Group 1234567 1 universe, 1 in production The universe of Group 1234567",
        "Group 7654321 20 universes All 20 universes of Group 7654321",
        "User 7 20 universes, 1 in production 1 needs attention",
    ):
        assert group in words(page)


def test_a_group_is_a_list_of_its_own_that_leads_on_and_is_looked_through(
    client_for: ClientFor, universe: Universe
) -> None:
    add(universe, range(1, 151))
    client = client_for("admin")
    way = f"/universes/?owner={FERRIES}"
    assert f'<a href="{way}">' in body(client.get("/universes/"))
    page = client.get(way)
    assert "1–40 of 50" in words(page)
    assert set(listed(body(page))) == {f"Berth {number:03}" for number in range(3, 121, 3)}
    assert 'href="/universes/?owner=groups%2F7654321&amp;page=2"' in body(page)
    assert listed(body(client.get(f"{way}&q=012"))) == ["Berth 012"]
    assert listed(body(client.get(f"{way}&q=013"))) == []
    assert '<a href="/universes/">All owners</a>' in body(page)
    assert listed(body(client.get("/universes/?owner=unknown&q=berth 002"))) == ["Berth 002"]
    for odd in ("owner=%00", "owner=groups", "owner=%ED%A0%80", "owner=" + "9" * 400):
        assert client.get(f"/universes/?{odd}").status_code == 200


def test_the_universes_of_an_owner_are_found_by_its_number(
    client_for: ClientFor, universe: Universe
) -> None:
    add(universe, range(1, 61))
    page = client_for("admin").get("/universes/?q=7654321")
    assert "20 in total" in words(page)
    assert "Berth 003" in listed(body(page))


def test_what_is_folded_adds_nothing_to_the_page(client_for: ClientFor, universe: Universe) -> None:
    add(universe, range(1, 101))
    client = client_for("admin")

    def seen() -> tuple[int, int]:
        client.get("/universes/")
        with CaptureQueriesContext(connection) as captured:
            weight = len(body(client.get("/universes/")))
        return len(captured), weight

    queries, weight = seen()
    add(universe, range(101, 1001))
    more_queries, more_weight = seen()
    assert more_queries == queries
    # The counts have a digit more.
    assert abs(more_weight - weight) < 20


def test_nobody_is_told_of_an_owner_of_whose_universes_they_see_none(
    client_for: ClientFor, universe: Universe, cast: Cast
) -> None:
    add(universe, range(1, 121))
    client, viewer = client_for("viewer"), cast["viewer"].user
    assert listed(body(client.get("/universes/"))) == ["Harbor"]
    store_grants([Grant(person=viewer, owner=FERRIES, role=Role.VIEWER, given_at=timezone.now())])
    page = words(client.get("/universes/"))
    assert "41 in total, of 2 owners" in page
    assert "Group 7654321 40 universes" in page
    assert "User 7" not in page
    assert listed(body(client.get(f"/universes/?owner={TRAMS}"))) == []


def test_many_of_one_owner_are_a_plain_list(client_for: ClientFor, universe: Universe) -> None:
    add(universe, range(1, 61), owner=universe.owner)
    page = client_for("admin").get("/universes/")
    assert "1–40 of 61" in words(page)
    assert len(listed(body(page))) == 40


def test_very_many_owners_are_paged(client_for: ClientFor, universe: Universe) -> None:
    Universe.objects.bulk_create(
        Universe(id=number, name="Berth", owner=f"users/{number}", api_key=universe.api_key)
        for number in range(1000, 1060)
    )
    client = client_for("admin")
    client.post("/universes/1001/pin/", {"pinned": "yes"})
    page = client.get("/universes/")
    assert "1–40 of 61" in words(page)
    assert 'href="/universes/?page=2"' in body(page)
    page = client.get("/universes/?page=2")
    assert "User 1059" in words(page)
    assert listed(body(page)) == []
