"""What a page says that refuses something: who can give it, and the way back."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from secretsapp.access import grants
from secretsapp.access import whom_to_ask as givers
from secretsapp.core.roles import Permission, Role, refusal
from secretsapp.models import Grant, Universe
from tests.granting import Terms
from tests.pages.conftest import ClientFor
from tests.pages.reading import body, words
from tests.stage import STAGEHAND, Cast

HARBOR = "/universes/6930499524/"
LATER = datetime(2999, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("role", "address", "givers"),
    [
        ("viewer", "/universes/6930499524/new-secret/", "A manager of Harbor , or an admin."),
        ("manager", "/people/", "Only admins can do this. Ask one of them to make you an admin."),
        ("viewer", "/audit/", "A manager of the universe, or an admin for all universes."),
    ],
)
def test_a_refusal_says_who_can_give_it(
    client_for: ClientFor, role: str, address: str, givers: str
) -> None:
    page = words(client_for(role).get(address))
    assert f"Who to ask {givers}" in page
    assert f"Tell them your email address, {role}@example.com." in page


def test_only_those_who_see_people_are_told_the_names(
    client_for: ClientFor, cast: Cast, universe: Universe
) -> None:
    assert "admin@example.com" not in words(client_for("viewer").get("/people/"))
    assert "admin@example.com" in words(client_for("manager").get("/people/"))
    api_key = universe.api_key
    quay = Universe.objects.create(id=77, name="Quay", api_key=api_key)
    grants.give(STAGEHAND, cast["manager"].user, quay, Terms(Role.VIEWER))
    grants.give(STAGEHAND, cast["editor"].user, quay, Terms(Role.MANAGER))
    page = words(client_for("manager").get("/universes/77/new-secret/"))
    assert "A manager of Quay , or an admin." in page
    assert "editor@example.com" not in page
    Grant.objects.filter(person=cast["manager"].user).update(until=LATER)
    beyond = f"/universes/{universe.pk}/access/{cast['viewer'].user.pk}/"
    grants.give(STAGEHAND, cast["rotator"].user, universe, Terms(Role.MANAGER))
    assert "admin@example.com R rotator@example.com" in words(client_for("manager").get(beyond))


@pytest.mark.parametrize(
    ("role", "address", "back"),
    [
        ("viewer", f"{HARBOR}secrets/PAY_KEY/rotate/", f"{HARBOR}secrets/PAY_KEY/"),
        ("viewer", f"{HARBOR}secrets/GONE_KEY/rotate/", HARBOR),
        ("viewer", f"{HARBOR}new-secret/", HARBOR),
        ("viewer", "/people/", "/"),
        ("stranger", HARBOR, "/"),
        ("admin", f"{HARBOR}access/99/", f"{HARBOR}access/"),
        ("admin", "/people/99/", "/people/"),
        ("admin", f"/api-keys/{UUID(int=9)}/", "/api-keys/"),
        ("admin", "/access/99/", "/access/"),
        ("admin", "/no-such-page/", "/"),
    ],
)
def test_a_refusal_leads_back_as_far_as_one_sees(
    client_for: ClientFor, universe: Universe, role: str, address: str, back: str
) -> None:
    answer = client_for(role).get(address)
    assert answer.status_code in (403, 404)
    # Where one can ask for it there, that is what the page is for.
    kind = "outline-secondary" if "requests/new/" in body(answer) else "primary"
    assert f'<a class="btn btn-{kind}" href="{back}">' in body(answer)


def test_a_refusal_about_a_universe_that_one_may_not_see_does_not_name_it(
    cast: Cast, universe: Universe
) -> None:
    refused = refusal(Permission.DELETE_SECRET, universe.pk, "PAY_KEY")
    assert givers.find_givers(cast["stranger"].actor, refused) == givers.Givers(False, None, [])
