"""The universes one may see and their secrets, with and without htmx."""

from html import escape

import pytest
from django.test import Client

from emulator import Emulator, faults
from emulator import Universe as EmulatedUniverse
from secretsapp.core.roles import Role
from secretsapp.models import Change, Universe
from secretsapp.models.changes import ChangeKind, ChangeState
from secretsapp.services import grants
from tests import stage
from tests.pages.conftest import AddressOf, ClientFor
from tests.pages.reading import body, words
from tests.stage import Cast

HTMX = {"HX-Request": "true"}
ROLES = ("admin", "manager", "editor", "rotator", "viewer", "auditor")


def rested(universe: Universe) -> None:
    """Let the last refresh be long enough ago for another."""
    Universe.objects.filter(pk=universe.pk).update(sync_tried_at=None)


@pytest.mark.parametrize("role", ROLES)
def test_home_shows_the_universe_under_its_group(client_for: ClientFor, role: str) -> None:
    page = words(client_for(role).get("/"))
    assert "Group 1234567" in page
    assert "Harbor Production 6930499524" in page


def test_home_tells_a_stranger_who_gives_access(client_for: ClientFor) -> None:
    page = words(client_for("stranger").get("/"))
    assert "There is no universe here that you may see." in page
    assert "A manager of a universe, or an admin, can give you access" in page
    assert "Harbor" not in page


@pytest.mark.parametrize("role", ROLES)
def test_every_role_sees_the_list(client_for: ClientFor, address_of: AddressOf, role: str) -> None:
    page = words(client_for(role).get(address_of("universe")))
    for shown in ("PAY_KEY", "api.pay.example", "any domain", "never sendable", "3 secrets"):
        assert shown in page


@pytest.mark.parametrize(("role", "may_create"), [("editor", True), ("rotator", False)])
def test_room_and_creation_are_shown_to_those_who_may_create(
    client_for: ClientFor, address_of: AddressOf, role: str, may_create: bool
) -> None:
    page = words(client_for(role).get(address_of("universe")))
    assert ("room for 497 more" in page) is may_create
    assert ("New secret" in page) is may_create


def test_a_pattern_hides_the_other_names_and_their_number(
    cast: Cast, universe: Universe, client_for: ClientFor, address_of: AddressOf
) -> None:
    viewer = cast["viewer"].user
    grants.give(stage.STAGEHAND, viewer, Role.VIEWER, universe, pattern="PAY_*")
    page = words(client_for("viewer").get(address_of("universe")))
    assert "2 secrets" in page
    assert "SIGNING_SEED" not in page


def test_the_filter_is_part_of_the_address(client_for: ClientFor, address_of: AddressOf) -> None:
    client = client_for("viewer")
    found = words(client.get(address_of("universe"), {"q": "hook"}))
    assert "PAY_WEBHOOK" in found
    assert "PAY_KEY" not in found
    assert "No name holds “nothing”" in words(client.get(address_of("universe"), {"q": "nothing"}))


def test_without_htmx_the_button_refreshes_and_leads_back(
    client_for: ClientFor, address_of: AddressOf, universe: Universe, harbor: EmulatedUniverse
) -> None:
    harbor.put("NEW_ELSEWHERE", b"x", "*")
    rested(universe)
    answer = client_for("viewer").post(address_of("universe_refresh"), {"q": "NEW"}, follow=True)
    assert answer.redirect_chain == [(f"{address_of('universe')}?q=NEW", 302)]
    assert "NEW_ELSEWHERE Changed elsewhere" in words(answer)


def test_htmx_is_given_the_list_alone(
    client_for: ClientFor, address_of: AddressOf, universe: Universe, harbor: EmulatedUniverse
) -> None:
    harbor.remove("PAY_KEY")
    rested(universe)
    answer = client_for("viewer").post(address_of("universe_refresh"), headers=HTMX)
    assert answer.status_code == 200
    assert "PAY_KEY Missing" in words(answer)
    assert "<html" not in body(answer)


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
    assert "This is the list as of" in page
    assert "Roblox could not be reached" in page
    assert "PAY_KEY" in page


def test_an_open_change_is_marked(
    client_for: ClientFor, address_of: AddressOf, emulator: Emulator
) -> None:
    emulator.inject(faults.cut_after(), method="PATCH")
    client = client_for("rotator")
    client.post(address_of("secret_rotate", "PAY_KEY"), {"value": "x"})
    assert Change.objects.get().state == ChangeState.UNKNOWN
    assert Change.objects.get().kind == ChangeKind.ROTATE
    assert "PAY_KEY Outcome unknown" in words(client.get(address_of("universe")))
    assert "do not send it again" in words(client.get(address_of("secret", "PAY_KEY")))


def test_odd_words_are_escaped_and_set_apart(
    client_for: ClientFor, address_of: AddressOf, universe: Universe
) -> None:
    Universe.objects.filter(pk=universe.pk).update(name="\u202e<b>Harbor")
    page = body(client_for("viewer").get(address_of("universe")))
    assert "<bdi>\u202e&lt;b&gt;Harbor</bdi>" in page
    assert "<b>Harbor" not in page


@pytest.mark.parametrize("name", ["pay-key", "a b", "é", "a/b", ".", "..", "9KEY", "?", "<b>"])
def test_a_name_that_roblox_does_not_document_is_shown_without_a_link(
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
        assert f'<bdi class="name">{escape(name)}</bdi>' in body(answer)
        assert "No name that Roblox documents: it can be changed at Roblox alone." in words(answer)
        assert address_of("secret", "PAY_KEY") in body(answer)
        assert body(answer).count("/secrets/") == 3


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
