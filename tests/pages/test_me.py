"""One's own page: name, password, sessions, and what one may do."""

import json
import re

import pytest
from django.core.cache import cache
from django.http import HttpResponseBase
from django.test import Client

from secretsapp.access import grants
from secretsapp.core.roles import Role
from secretsapp.models import AuditEvent, Universe, User
from tests.access.test_grants import NEXT_YEAR
from tests.granting import Terms
from tests.pages.conftest import ClientFor
from tests.pages.reading import body, field, words
from tests.stage import PASSWORD, STAGEHAND, Cast

NEW = "four words and a lamp"
ME, CHANGE = "/me/", "/me/password/"


def is_signed_in(client: Client) -> bool:
    """Whether the browser still has its session."""
    return client.get(ME).status_code == 200


def test_a_name_is_given_and_taken_away(client_for: ClientFor) -> None:
    client = client_for("viewer")
    assert "Name saved." in words(client.post(ME, {"name": "  Vera  "}, follow=True))
    assert field(client.get(ME), "name") == "Vera"
    client.post(ME, {"name": "Vera"})
    event = AuditEvent.objects.get(tag="person.changed")
    assert json.loads(event.detail) == {"fields": "name", "name": "Vera", "name_before": ""}
    client.post(ME, {"name": ""})
    assert User.objects.get(email="viewer@example.com").name == ""


@pytest.mark.parametrize("name", ["x" * 101, "two\x1flines", "nul \x00", "admin@example.com"])
def test_a_name_that_will_not_do_comes_back_with_the_reason(
    client_for: ClientFor, name: str
) -> None:
    answer = client_for("viewer").post(ME, {"name": name})
    assert answer.status_code == 422
    assert 'id="id_name_error"' in body(answer)


def test_it_says_what_one_may_do(client_for: ClientFor, cast: Cast, universe: Universe) -> None:
    viewer = cast["viewer"].user
    grants.give(STAGEHAND, viewer, universe, Terms(Role.ROTATOR, "PAY_*", until=NEXT_YEAR))
    page = words(client_for("viewer").get(ME))
    assert f"Rotator · Harbor · PAY_* · Until 1 Jun {NEXT_YEAR.year}" in page
    assert "Admin · All universes · All secrets · Never expires" in words(
        client_for("admin").get(ME)
    )
    assert "No access yet." in words(client_for("stranger").get(ME))


def test_a_new_password_keeps_this_session_and_ends_the_others(client_for: ClientFor) -> None:
    here, elsewhere = client_for("viewer"), client_for("viewer")
    assert is_signed_in(here)
    assert is_signed_in(elsewhere)
    answer = here.post(CHANGE, {"current": PASSWORD, "password": NEW}, follow=True)
    assert "Password changed. Your other sessions have ended." in words(answer)
    assert is_signed_in(here)
    assert not is_signed_in(elsewhere)
    assert words(here.get(ME)).count("active just now") == 1
    assert User.objects.get(email="viewer@example.com").check_password(NEW)
    tags = AuditEvent.objects.order_by("-sequence").values_list("tag", flat=True)[:2]
    assert list(tags) == ["person.sessions_ended", "person.password_set"]


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"current": "wrong", "password": NEW}, "Your current password is incorrect."),
        ({"current": PASSWORD, "password": "short"}, "too short"),
        ({"current": PASSWORD, "password": "nul \x00 is no text"}, "Null characters"),
        ({"current": PASSWORD, "password": "lost \N{REPLACEMENT CHARACTER} byte"}, "valid text"),
        ({}, "Enter your current password."),
    ],
)
def test_a_password_that_will_not_do_comes_back_empty(
    client_for: ClientFor, sent: dict[str, str], sentence: str
) -> None:
    answer = client_for("viewer").post(CHANGE, sent)
    assert answer.status_code == 422
    assert sentence in words(answer)
    assert field(answer, "current") == field(answer, "password") == ""
    assert User.objects.get(email="viewer@example.com").check_password(PASSWORD)


def test_guessing_the_current_password_ends_as_at_the_sign_in(client_for: ClientFor) -> None:
    client = client_for("viewer")
    for _ in range(10):
        client.post(CHANGE, {"current": "wrong", "password": NEW})
    answer = client.post(CHANGE, {"current": PASSWORD, "password": NEW})
    assert "Too many failed attempts. Wait 5 minutes and try again." in words(answer)
    cache.clear()
    assert client.post(CHANGE, {"current": PASSWORD, "password": NEW}).status_code == 302


def test_who_does_not_know_their_password_is_named_in_the_log(client_for: ClientFor) -> None:
    client_for("viewer").post(CHANGE, {"current": "wrong", "password": NEW})
    event = AuditEvent.objects.order_by("-sequence")[0]
    assert (event.tag, event.actor_name) == ("person.sign_in_failed", "viewer@example.com")


def session_keys(page: str) -> list[str]:
    """What the buttons send that end a session."""
    return re.findall(r'name="session" value="([0-9a-f]{40})"', page)


def end(client: Client, key: str) -> HttpResponseBase:
    """Press the button that ends that session."""
    return client.post("/me/sessions/end/", {"session": key}, follow=True)


def test_another_session_is_ended_and_ones_own_is_only_signed_out_of(
    client_for: ClientFor,
) -> None:
    here, elsewhere = client_for("viewer"), client_for("viewer")
    for client in (elsewhere, here):
        client.get(ME, headers={"User-Agent": "Firefox/1 Windows"})
    [other] = session_keys(body(here.get(ME)))
    [own] = session_keys(body(elsewhere.get(ME)))
    assert "Sign out to end it." in words(end(here, own))
    assert "That session has ended." in words(end(here, other))
    assert not is_signed_in(elsewhere)
    assert is_signed_in(here)
    assert "That session had already ended." in words(end(here, other))
    assert "That session had already ended." in words(end(here, "nothing"))


def test_a_session_of_another_person_is_not_ended(client_for: ClientFor) -> None:
    viewer, editors = client_for("viewer"), [client_for("editor") for _ in range(2)]
    for client in (viewer, *editors):
        client.get(ME)
    [key] = session_keys(body(editors[0].get(ME)))
    assert "That session had already ended." in words(end(viewer, key))
    assert is_signed_in(editors[1])


def test_all_others_end_at_once(client_for: ClientFor) -> None:
    clients = [client_for("viewer") for _ in range(3)]
    for client in clients:
        client.get(ME)
    sentences = [words(clients[0].post("/me/sessions/end-others/", follow=True)) for _ in range(2)]
    assert "2 other sessions have ended." in sentences[0]
    assert "No other sessions have ended." in sentences[1]
    assert [is_signed_in(client) for client in clients] == [True, False, False]


def test_an_address_that_only_acts_leads_back_when_it_is_opened(client_for: ClientFor) -> None:
    client = client_for("viewer")
    for address in ("/me/sessions/end/", "/me/sessions/end-others/"):
        assert client.get(address).headers["Location"] == ME
