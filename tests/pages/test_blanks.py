"""Blanks at the ends of passwords and API keys that come from a browser."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.http import HttpResponseBase
from django.test import Client
from django.urls import reverse

from emulator import Emulator
from secretsapp.models import ApiKey, Universe, User
from secretsapp.people import ways_in
from tests.pages.conftest import ClientFor
from tests.pages.reading import value_shown, words
from tests.stage import PASSWORD, STAGEHAND, Cast

CHOSEN = "a lantern on the pier"
TOLD = "The password starts or ends with a space"
TAKEN_OFF = "Spaces around the API key were removed: no key has any."
BOM = "\ufeff"


@pytest.fixture(autouse=True)
def _rested(db: None) -> Iterator[None]:
    """Let no attempt of another test count."""
    cache.clear()
    yield
    cache.clear()


def set_by_code(cast: Cast, password: str) -> HttpResponseBase:
    """Set the viewer's password by a link, and follow to the first page."""
    code = ways_in.make_link(STAGEHAND, cast["viewer"].user).code
    sent = {"code": code, "password": password}
    return Client().post(reverse("password_set"), sent, follow=True)


def change(client: Client, password: str) -> HttpResponseBase:
    """Change one's own password."""
    sent = {"current": PASSWORD, "password": password}
    return client.post("/me/password/", sent, follow=True)


@pytest.mark.parametrize("password", [f" {CHOSEN}", f"{CHOSEN} ", f"{CHOSEN}\u00a0"])
def test_blanks_at_an_end_of_a_password_are_told_and_belong_to_it(
    cast: Cast, client_for: ClientFor, password: str
) -> None:
    answer = set_by_code(cast, password)
    assert TOLD in words(answer)
    for typed, status in ((CHOSEN, 200), (password, 302)):
        sent = {"login": "viewer@example.com", "password": typed}
        assert Client().post("/sign-in/", sent).status_code == status
    assert TOLD in words(change(client_for("editor"), password))
    assert User.objects.get(email="editor@example.com").check_password(password)


def test_a_password_without_them_is_not_told_of(cast: Cast, client_for: ClientFor) -> None:
    answer = set_by_code(cast, CHOSEN)
    assert "Your password is set." in words(answer)
    assert TOLD not in words(answer)
    assert TOLD not in words(change(client_for("editor"), CHOSEN))


@pytest.mark.parametrize(("password", "told"), [(f"{CHOSEN} ", True), (CHOSEN, False)])
def test_the_first_admin_is_told_too(password: str, told: bool) -> None:
    code = ways_in.issue_claim_code(STAGEHAND)
    assert code is not None
    sent = {"code": code.text, "name": "Ada", "email": "ada@example.com", "password": password}
    answer = Client().post(reverse("first_run"), sent, follow=True)
    assert (TOLD in words(answer)) is told
    assert User.objects.get().check_password(password)


@pytest.mark.parametrize(
    ("password", "why"),
    [
        (f"{BOM}{CHOSEN}", "byte order mark"),
        (f"{CHOSEN}\x00", "Null characters"),
        (f"{CHOSEN}\n", "A password is one line"),
        (f"{CHOSEN}\r\n", "A password is one line"),
        (f"{CHOSEN}\ufffd", "valid text"),
    ],
)
def test_a_password_that_nobody_could_enter_is_refused(
    cast: Cast, client_for: ClientFor, password: str, why: str
) -> None:
    answer = set_by_code(cast, password)
    assert (answer.status_code, why in words(answer)) == (422, True)
    answer = change(client_for("viewer"), password)
    assert (answer.status_code, why in words(answer)) == (422, True)
    assert User.objects.get(email="viewer@example.com").check_password(PASSWORD)


@pytest.mark.parametrize(
    ("around", "is_told"),
    [("{}", False), ("{}\r\n", False), (" {}\r\n", True), ("{}\r\n\r\n", True), ("\t{} ", True)],
)
def test_a_key_loses_what_stands_around_it(
    client_for: ClientFor, universe: Universe, emulator: Emulator, around: str, is_told: bool
) -> None:
    client = client_for("admin")
    emulator.add_api_key("added")
    sent = {"name": "Second", "value": around.format("added"), "ends_at": "", "note": ""}
    answer = client.post(reverse("api_key_create"), sent, follow=True)
    assert (TAKEN_OFF in words(answer)) is is_told
    assert emulator.requests[-1].headers["x-api-key"] == "added"
    emulator.add_api_key("replaced")
    address = reverse("api_key_replace", args=[universe.api_key_id])
    sent = {"value": around.format("replaced"), "ends_at": ""}
    answer = client.post(address, sent, follow=True)
    assert (TAKEN_OFF in words(answer)) is is_told
    assert emulator.requests[-1].headers["x-api-key"] == "replaced"


@pytest.mark.parametrize("value", [f"{BOM}key", "k\x00e\x00y\x00", "key\u200b", "a\ufffdkey"])
def test_what_is_no_key_is_refused(client_for: ClientFor, universe: Universe, value: str) -> None:
    client, before = client_for("admin"), bytes(ApiKey.objects.get().encrypted_value)
    sent = {"name": "Second", "value": value, "ends_at": "", "note": ""}
    for address in (
        reverse("api_key_create"),
        reverse("api_key_replace", args=[universe.api_key_id]),
    ):
        answer = client.post(address, sent)
        assert (answer.status_code, value_shown(answer)) == (422, "")
    assert bytes(ApiKey.objects.get().encrypted_value) == before
