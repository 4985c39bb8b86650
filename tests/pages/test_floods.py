"""Strangers at every door: the log holds what they tried, and cannot be filled by it."""

from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from secretsapp.models import User
from secretsapp.operation import upkeep
from secretsapp.people import password_mail, sign_ins, ways_in
from tests.pages.conftest import ClientFor
from tests.pages.reading import words
from tests.stage import STAGEHAND, Cast
from tests.support.watch import Watch, detail

pytestmark = pytest.mark.django_db

NEW_PASSWORD = "a lantern on the pier"
STRANGERS = 25


@pytest.fixture(autouse=True)
def _rested(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no attempt of an earlier test count, and no answer wait."""
    monkeypatch.setattr(password_mail, "ANSWER_SECONDS", 0)
    monkeypatch.setattr(sign_ins, "RECORDED_IN_SECONDS", 0)
    cache.clear()


def from_network(number: int) -> Client:
    """A stranger in a network of their own."""
    return Client(REMOTE_ADDR=f"2001:db8:{number:x}::1")


@pytest.mark.parametrize(
    ("door", "sent", "tag", "events"),
    [
        ("/sign-in/", {"login": "x{}@example.com"}, "person.sign_in_failed", 5),
        ("/sign-in/", {"login": "viewer@example.com"}, "person.sign_in_failed", 11),
        ("/password/", {"code": "0000-{}"}, "code.refused", 5),
        ("/password/forgotten/", {"email": "viewer@example.com"}, "person.link_asked", 11),
        ("/password/forgotten/", {"email": "x{}@example.com"}, "", 0),
    ],
)
def test_many_strangers_leave_few_events_and_their_number(
    cast: Cast, settings: Settings, door: str, sent: dict[str, str], tag: str, events: int
) -> None:
    settings.EMAIL_HOST = "127.0.0.1"
    watch, start = Watch(), timezone.now()
    with time_machine.travel(start, tick=False):
        for number in range(STRANGERS):
            typed = {name: text.format(number) for name, text in sent.items()}
            from_network(number).post(door, typed | {"password": NEW_PASSWORD})
    assert watch.tags == [tag] * events
    with time_machine.travel(start + timedelta(seconds=61)):
        upkeep.tell_counted()
    counted = [detail(event)["count"] for event in watch.events if event.tag == "log.counted"]
    assert counted == ([str(STRANGERS - events)] if events else [])


def test_wrong_codes_for_the_first_admin_leave_events(db: None) -> None:
    assert ways_in.issue_claim_code(STAGEHAND)
    watch = Watch()
    claim = {"code": "0" * 24, "name": "A", "email": "a@example.com", "password": NEW_PASSWORD}
    Client(REMOTE_ADDR="192.0.2.7").post("/welcome/", claim)
    assert [(event.tag, event.address) for event in watch.events] == [("code.refused", "192.0.2.7")]
    assert not User.objects.exists()


def test_a_flood_hides_no_failure_of_an_account_and_the_log_page_tells_all(
    cast: Cast, client_for: ClientFor
) -> None:
    start = timezone.now()
    with time_machine.travel(start - timedelta(minutes=2), tick=False):
        for number in range(STRANGERS):
            from_network(number).post("/sign-in/", {"login": f"{number}@x.com", "password": "x"})
        sent = {"login": "admin@example.com", "password": "wrong password"}
        Client(REMOTE_ADDR="192.0.2.7").post("/sign-in/", sent)
    upkeep.tell_counted()
    page = words(client_for("admin").get("/audit/"))
    assert "Failed sign-in for admin@example.com" in page
    assert "counted 20 more failed sign-ins since" in page
    assert "from 20 networks" in page
