"""Long lists are paged and looked through by the server, and long choices are typed."""

import re

import pytest
from django.test import Client
from django.utils import timezone

from secretsapp.core.roles import Role
from secretsapp.models import Grant, Secret, Universe, User
from secretsapp.people import directory
from secretsapp.rules.paging import PAGE_SIZE, Asked, Page, cut
from tests.granting import store_grants
from tests.pages.conftest import AddressOf, ClientFor
from tests.pages.reading import body, words
from tests.stage import Cast


@pytest.fixture
def crowd(cast: Cast, universe: Universe) -> list[User]:
    """A hundred and twenty people more; each may list Harbor, and every second all universes."""
    people = User.objects.bulk_create(
        User(email=f"crew{number:03}@example.com", name=f"Crew {number:03}", password="!")
        for number in range(120)
    )
    store_grants(held(person, universe) for person in people)
    store_grants(held(person, None) for person in people[::2])
    return people


@pytest.fixture
def fleet(cast: Cast, universe: Universe) -> list[Universe]:
    """Seventy universes more, in each of which the viewer may list secrets."""
    made = Universe.objects.bulk_create(
        Universe(id=number, name=f"Quay {number:02}", api_key=universe.api_key)
        for number in range(1, 71)
    )
    store_grants(held(cast["viewer"].user, each) for each in made)
    return made


def held(person: User, universe: Universe | None) -> Grant:
    """A grant as viewer."""
    return Grant(
        person=person,
        universe=universe,
        role=Role.VIEWER,
        given_by="tests",
        given_at=timezone.now(),
    )


def pages(client: Client, address: str) -> list[str]:
    """Each page from that address on, by the link to the next."""
    found = []
    while address:
        found.append(body(client.get(address)))
        link = re.search(r'id="page-next" rel="next" href="([^"]*)"', found[-1])
        address = link.group(1).replace("&amp;", "&") if link else ""
    return found


def crew(page: str) -> list[str]:
    """Who of the crowd stands in the table, in order."""
    table = page.partition('<div id="paged">')[2]
    return re.findall(r"<bdi[^>]*>(Crew \d+)</bdi>", table)


@pytest.mark.usefixtures("crowd")
@pytest.mark.parametrize(
    ("name", "count"), [("people", 120), ("access", 180), ("access_everywhere", 60)]
)
def test_every_row_stands_on_one_page_of_several(
    client_for: ClientFor, address_of: AddressOf, name: str, count: int
) -> None:
    address = address_of(name) if name == "access" else f"/{name.partition('_')[0]}/"
    found = pages(client_for("admin"), address)
    assert len(found) == count // PAGE_SIZE + 1
    everybody = [who for page in found for who in crew(page)]
    assert len(everybody) == count
    assert len(set(everybody)) == (60 if name == "access_everywhere" else 120)


@pytest.mark.usefixtures("crowd")
@pytest.mark.parametrize("name", ["people", "access", "access_everywhere"])
def test_a_part_of_a_name_or_an_address_narrows_the_list(
    client_for: ClientFor, address_of: AddressOf, name: str
) -> None:
    address = address_of(name) if name == "access" else f"/{name.partition('_')[0]}/"
    client = client_for("admin")
    for search in ("crew 014", "CREW014@"):
        assert set(crew(body(client.get(address, {"q": search})))) == {"Crew 014"}
    assert "No people match." in words(client.get(address, {"q": "nobody of that name"}))
    (first, *rest) = pages(client, f"{address}?q=crew0")
    assert {who[:6] for page in (first, *rest) for who in crew(page)} == {"Crew 0"}


@pytest.mark.usefixtures("fleet")
def test_the_roles_of_a_person_are_summed_up_and_paged(client_for: ClientFor, cast: Cast) -> None:
    client, viewer = client_for("admin"), cast["viewer"].user
    assert "+69 more Never signed in" in words(client.get("/people/?q=viewer"))
    found = pages(client, f"/people/{viewer.pk}/")
    assert [len(re.findall(r'<a href="/universes/\d+/"><bdi>', page)) for page in found] == [40, 31]
    found = pages(client_for("viewer"), "/me/")
    assert [page.count("<strong>Viewer</strong>") for page in found] == [40, 31]


@pytest.mark.usefixtures("fleet")
def test_a_key_names_the_first_few_of_its_universes_and_has_pages_of_all(
    client_for: ClientFor, universe: Universe
) -> None:
    client = client_for("admin")
    assert "71 universes Quay 01, Quay 02 +69" in words(client.get("/api-keys/"))
    found = pages(client, f"/api-keys/{universe.api_key_id}/")
    assert [page.count('<span class="muted">6930499524</span>') for page in found] == [0, 1]
    assert "Used by 71 universes" in found[0]


@pytest.mark.usefixtures("fleet")
def test_the_log_offers_the_universes_at_hand_and_the_one_that_is_asked_for(
    client_for: ClientFor, universe: Universe
) -> None:
    client = client_for("admin")
    options = re.compile(r'<option value="(\d+)"( selected)?>')
    at_hand = options.findall(body(client.get("/audit/")))
    assert (len(at_hand), (str(universe.pk), "") in at_hand) == (8, True)
    last = str(Universe.objects.order_by("pk").exclude(pk=universe.pk).latest("pk").pk)
    asked = options.findall(body(client.get("/audit/", {"universe": last})))
    assert sorted(asked) == sorted([*at_hand, (last, " selected")])
    for odd in ("x", "0", "9" * 40, "²"):
        assert client.get("/audit/", {"universe": odd}).status_code == 422
    other = body(client_for("auditor").get("/audit/?universe=5"))
    assert "Quay" not in other


def test_of_many_people_the_address_of_one_is_typed(
    client_for: ClientFor, address_of: AddressOf, crowd: list[User], universe: Universe
) -> None:
    client, stranger = client_for("manager"), "stranger@example.com"
    address = address_of("access_give")
    page = body(client.get(f"{address}?person={stranger}"))
    assert re.search(rf'<input type="email" name="person" value="{stranger}"', page)
    sent = {"role": "viewer", "end": "never", "reason": "lasts"}
    refused = client.post(address, sent | {"person": "nobody@example.com"})
    assert "There is no active account with that email address." in words(refused)
    assert client.post(address, sent | {"person": stranger}).status_code == 302
    assert Grant.objects.filter(person__email=stranger, universe=universe).exists()


def test_of_many_possible_owners_the_address_of_one_is_typed(
    client_for: ClientFor, address_of: AddressOf, crowd: list[User]
) -> None:
    client, address = client_for("editor"), address_of("secret_details", "PAY_KEY")
    refused = client.post(address, {"note": "", "owner": "stranger@example.com"})
    assert "Choose someone who can list this secret." in words(refused)
    assert client.post(address, {"note": "", "owner": crowd[7].email}).status_code == 302
    assert Secret.objects.get(name="PAY_KEY").owner == crowd[7]
    assert f'value="{crowd[7].email}"' in body(client.get(address))


def test_an_empty_list_has_one_page(cast: Cast) -> None:
    assert cut(User.objects.none(), 3) == Page([], 1, 0)
    found = directory.everyone(cast["admin"].actor, Asked("no such person"))
    assert (found.items, found.previous, found.next) == ([], None, None)
