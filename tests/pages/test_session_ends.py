"""When sessions end: after so many hours, when nobody is there, and when an admin ends them."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from secretsapp.models import SignedIn
from tests.pages.conftest import ClientFor
from tests.pages.reading import words
from tests.stage import PASSWORD, Cast

pytestmark = pytest.mark.django_db
UNATTENDED = {"Sealroom-Unattended": "1"}


def is_signed_in(client: Client) -> bool:
    """Whether the browser still has its session."""
    return client.get("/help/roles/").status_code == 200


def is_signed_in_after(client: Client, minutes: int, headers: dict[str, str]) -> bool:
    """The same, when a page has asked with those headers every quarter of an hour."""
    statuses = []
    for passed in range(15, minutes + 1, 15):
        with time_machine.travel(timezone.now() + timedelta(minutes=passed), tick=False):
            statuses.append(client.get("/help/roles/", headers=headers).status_code)
    return statuses[-1] == 200


def test_a_session_ends_after_its_hours_whatever_happens_in_it(
    client_for: ClientFor, settings: Settings
) -> None:
    settings.SESSION_COOKIE_AGE = 3600
    client = client_for("viewer")
    with time_machine.travel(timezone.now() + timedelta(minutes=50)):
        assert client.post("/me/", {"name": "Someone"}).status_code == 302
        assert "Name saved." in words(client.get("/me/"))
    with time_machine.travel(timezone.now() + timedelta(minutes=59)):
        assert is_signed_in(client)
    with time_machine.travel(timezone.now() + timedelta(minutes=61)):
        assert not is_signed_in(client)


def test_a_session_ends_when_nobody_was_there_for_long(
    client_for: ClientFor, settings: Settings
) -> None:
    settings.SESSION_IDLE_MINUTES = 30
    client = client_for("viewer")
    assert is_signed_in_after(client, 120, {})
    with time_machine.travel(timezone.now() + timedelta(minutes=120 + 29)):
        assert is_signed_in(client)
    with time_machine.travel(timezone.now() + timedelta(minutes=149 + 36)):
        assert not is_signed_in(client)


def test_a_page_that_asks_by_itself_keeps_no_session_open(
    client_for: ClientFor, settings: Settings
) -> None:
    settings.SESSION_IDLE_MINUTES = 30
    client = client_for("viewer")
    assert is_signed_in(client)
    assert is_signed_in_after(client, 30, UNATTENDED)
    assert not is_signed_in_after(client, 45, UNATTENDED)


def test_no_session_hides_by_saying_that_nobody_is_there(cast: Cast) -> None:
    client = Client(headers=UNATTENDED)
    sent = {"login": "viewer@example.com", "password": PASSWORD}
    assert client.post("/sign-in/", sent).status_code == 302
    assert SignedIn.objects.get().person == cast["viewer"].user


def test_who_signs_in_again_has_all_their_hours(client_for: ClientFor, cast: Cast) -> None:
    client = client_for("viewer")
    with time_machine.travel(timezone.now() + timedelta(hours=11)):
        SignedIn.objects.update(active_at=timezone.now())
        client.force_login(cast["viewer"].user)
    with time_machine.travel(timezone.now() + timedelta(hours=13)):
        assert is_signed_in(client)


def test_an_admin_ends_all_sessions_of_someone_in_the_browser(
    client_for: ClientFor, cast: Cast
) -> None:
    viewer, admin = client_for("viewer"), client_for("admin")
    person = cast["viewer"].user.pk
    assert is_signed_in(viewer)
    assert "End all sessions" in words(admin.get(f"/people/{person}/"))
    assert admin.get(f"/people/{person}/sessions/end/").status_code == 302
    assert is_signed_in(viewer)
    answer = admin.post(f"/people/{person}/sessions/end/", follow=True)
    assert "Ended 1 session of viewer@example.com." in words(answer)
    assert not is_signed_in(viewer)
    answer = admin.post(f"/people/{person}/sessions/end/", follow=True)
    assert "Ended no sessions" in words(answer)


def test_ones_own_are_ended_under_ones_account(client_for: ClientFor, cast: Cast) -> None:
    admin = client_for("admin")
    person = cast["admin"].user.pk
    assert "End all sessions" not in words(admin.get(f"/people/{person}/"))
    answer = admin.post(f"/people/{person}/sessions/end/")
    assert (answer.status_code, "Your account" in words(answer)) == (400, True)
    assert is_signed_in(admin)
