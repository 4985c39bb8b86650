"""The list of a universe's secrets is read from Roblox again, with and without htmx."""

from html import escape

import pytest
from django.http import HttpResponseBase
from django.test import Client

from emulator import Emulator
from emulator import Universe as EmulatedUniverse
from secretsapp.models import Universe
from tests.pages.conftest import AddressOf, ClientFor
from tests.pages.reading import body, field, names_shown, words

HTMX = {"HX-Request": "true"}


def rested(universe: Universe) -> None:
    """Let the last refresh be long enough ago for another."""
    Universe.objects.filter(pk=universe.pk).update(sync_tried_at=None)


def test_without_htmx_the_button_refreshes_and_leads_back(
    client_for: ClientFor, address_of: AddressOf, universe: Universe, harbor: EmulatedUniverse
) -> None:
    harbor.put("NEW_ELSEWHERE", b"x", "*")
    rested(universe)
    wanted = {"q": "NEW", "sort": "-name", "state": "attention"}
    answer = client_for("viewer").post(address_of("universe_refresh"), wanted, follow=True)
    led = f"{address_of('universe')}?q=NEW&sort=-name&state=attention"
    assert answer.redirect_chain == [(led, 302)]
    assert "NEW_ELSEWHERE Created outside" in words(answer)


def test_htmx_is_given_the_list_alone(
    client_for: ClientFor, address_of: AddressOf, universe: Universe, harbor: EmulatedUniverse
) -> None:
    harbor.remove("PAY_KEY")
    rested(universe)
    wanted = {"state": "attention"}
    answer = client_for("viewer").post(address_of("universe_refresh"), wanted, headers=HTMX)
    assert answer.status_code == 200
    assert body(answer).count('hx-swap-oob="true"') == 4
    assert names_shown(answer) == ["PAY_KEY"]
    assert "PAY_KEY Missing" in words(answer)
    assert "<html" not in body(answer)


def test_a_list_that_looks_the_same_is_not_sent_again(
    client_for: ClientFor, address_of: AddressOf, universe: Universe, harbor: EmulatedUniverse
) -> None:
    def refresh() -> HttpResponseBase:
        rested(universe)
        return client.post(address_of("universe_refresh"), {"drawn": mark}, headers=HTMX)

    client = client_for("viewer")
    mark = field(client.get(address_of("universe")), "drawn")
    same = refresh()
    assert same.headers["HX-Reswap"] == "none"
    assert "synced" in words(same)
    assert names_shown(same) == []
    assert field(same, "drawn") == mark

    harbor.put("NEW_ELSEWHERE", b"x", "*")
    changed = refresh()
    assert "HX-Reswap" not in changed.headers
    assert "NEW_ELSEWHERE" in names_shown(changed)
    assert field(changed, "drawn") != mark


def test_opening_the_list_does_not_call_roblox(
    client_for: ClientFor, address_of: AddressOf, universe: Universe, emulator: Emulator
) -> None:
    rested(universe)
    emulator.clear_requests()
    client = client_for("viewer")
    assert client.get(address_of("universe")).status_code == 200
    assert client.get(address_of("universe_refresh")).status_code == 302
    assert emulator.requests == []


def test_the_list_says_as_of_when_if_roblox_cannot_be_reached(
    client_for: ClientFor, address_of: AddressOf, universe: Universe, emulator: Emulator
) -> None:
    rested(universe)
    emulator.stop()
    page = words(client_for("viewer").post(address_of("universe_refresh"), follow=True))
    emulator.start()
    assert "Roblox couldn’t be read. Sealroom couldn’t reach Roblox." in page
    assert "The list is from " in page
    assert "Sealroom tries again every few minutes." in page
    assert "PAY_KEY" in page


@pytest.mark.parametrize("name", ["pay-key", "a b", "é", "a/b", ".", "..", "9KEY", "?", "<b>"])
def test_a_name_that_roblox_does_not_document_is_linked_and_said_to_be_one(
    client_for: ClientFor,
    address_of: AddressOf,
    universe: Universe,
    harbor: EmulatedUniverse,
    name: str,
) -> None:
    harbor.put(name, b"x", "*")
    rested(universe)
    for role in ("admin", "viewer"):
        answer = client_for(role).post(address_of("universe_refresh"), follow=True)
        assert answer.status_code == 200
        assert f'href="{address_of("secret", name)}"><bdi>{escape(name)}</bdi></a>' in body(answer)
        assert "Not a name that Roblox documents. Change it at Roblox." in words(answer)
        assert address_of("secret", "PAY_KEY") in body(answer)
        assert body(answer).count("/secrets/") == 4


def test_a_session_that_ended_sends_htmx_to_the_sign_in(address_of: AddressOf, db: None) -> None:
    page = f"http://testserver{address_of('universe')}"
    answer = Client().post(address_of("universe_refresh"), headers={**HTMX, "HX-Current-URL": page})
    assert answer.status_code == 200
    assert answer.headers["HX-Redirect"] == f"/sign-in/?next={address_of('universe')}"
    assert answer.content == b""


def test_a_foreign_page_is_no_place_to_come_back_to(address_of: AddressOf, db: None) -> None:
    headers = {**HTMX, "HX-Current-URL": "https://elsewhere.example/universes/1/"}
    answer = Client().post(address_of("universe_refresh"), headers=headers)
    assert answer.headers["HX-Redirect"] == "/sign-in/"
