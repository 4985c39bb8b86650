"""What is wrong with a form is told once, and the page begins there."""

import re

import pytest
from django.test import Client

from secretsapp.models import Universe
from secretsapp.people import ways_in
from tests.pages.conftest import AddressOf, ClientFor
from tests.pages.reading import body, words
from tests.stage import STAGEHAND, Cast

ALONE = [
    ("admin", "/people/new/", {"email": "nobody", "role": "", "end": "30"}, "email"),
    ("admin", "/api-keys/new/", {"value": "", "name": "Second"}, "value"),
    ("admin", "/universes/new/", {"universe": "no universe"}, "universe"),
    ("viewer", "/me/password/", {"current": "no", "password": "lantern on the quay 8"}, "current"),
    (
        "manager",
        "access_give",
        {"person": "stranger@example.com", "names": "?", "end": "7"},
        "names",
    ),
    ("admin", "universe_settings", {"name": "\x1f"}, "name"),
    ("rotator", "secret_rotate", {"value": ""}, "value"),
    # That the value has to be entered again is no second fault.
    ("editor", "secret_create", {"name": "9KEY", "value": "x", "reach": "any"}, "name"),
]


def focused(page: str) -> list[str]:
    """What takes the focus: the names of inputs, or the roles of others."""
    tags = re.findall(r"<[^>]* autofocus[^>]*>", page)
    return [
        found.group(1) for tag in tags if (found := re.search(r'\b(?:name|role)="([^"]+)"', tag))
    ]


@pytest.mark.parametrize(("role", "door", "sent", "name"), ALONE)
def test_one_fault_is_told_at_its_field_alone(
    client_for: ClientFor,
    address_of: AddressOf,
    universe: Universe,
    role: str,
    door: str,
    sent: dict[str, str],
    name: str,
) -> None:
    names = ["PAY_KEY"] if door == "secret_rotate" else []
    address = door if door.startswith("/") else address_of(door, *names)
    good = {"role": "viewer", "end": "never", "environment": "staging"}
    key = {"api_key": str(universe.api_key_id)}
    answer = client_for(role).post(address, good | key | sent)
    assert answer.status_code == 422
    assert focused(body(answer)) == [name]
    assert f'_{name}_error"' in body(answer)
    assert 'role="alert"' not in body(answer)


def test_several_faults_are_listed_above_the_form_too(
    client_for: ClientFor, address_of: AddressOf
) -> None:
    answer = client_for("manager").post(address_of("access_give"), {"end": "date"})
    assert focused(body(answer)) == ["alert"]
    for name in ("person", "role", "last_day"):
        assert f'<a href="#id_{name}">' in body(answer)
        assert f'id="id_{name}_error"' in body(answer)


def test_what_belongs_to_no_field_is_told_above_the_form(cast: Cast, client_for: ClientFor) -> None:
    refused = Client().post("/sign-in/", {"login": "admin@example.com", "password": "wrong"})
    assert "Couldn’t sign in." in words(refused)
    assert focused(body(refused)) == ["alert"]
    assert "Couldn’t filter." in words(client_for("admin").get("/audit/?zone=nowhere"))


def test_a_way_in_begins_at_the_field_that_fails(cast: Cast) -> None:
    link = ways_in.make_link(STAGEHAND, cast["viewer"].user)
    for sent, name in (
        ({"code": link.code, "password": "short"}, "password"),
        ({"code": "1234-5678", "password": "lantern on the quay 8"}, "code"),
    ):
        assert focused(body(Client().post("/password/", sent))) == [name]
