"""The list of all universes, and the pin on each: with and without a script."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from secretsapp.models import Secret, Shortcut, Universe
from tests.pages.conftest import AddressOf, ClientFor
from tests.pages.reading import body, words


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
