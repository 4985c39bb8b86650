"""People are told what was tried on their account: on their first page, and by mail."""

import time
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from secretsapp.models import WrongPasswords
from secretsapp.people import accounts, sign_ins, wrong_passwords
from tests.actions.of_ways_in import NOBODY, WORKER
from tests.pages.conftest import ClientFor
from tests.pages.reading import words
from tests.post_office import PostOffice, body_of
from tests.stage import STAGEHAND, Cast, engage
from tests.support.together import together
from tests.support.watch import Watch, detail

pytestmark = pytest.mark.django_db

VIEWER = "viewer@example.com"


@pytest.fixture(autouse=True)
def _rested(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no attempt of an earlier test count, and no answer wait."""
    monkeypatch.setattr(sign_ins, "RECORDED_IN_SECONDS", 0)
    cache.clear()


def guess(times: int, network: int = 1) -> None:
    """Try wrong passwords on the viewer's account."""
    client = Client(REMOTE_ADDR=f"2001:db8:{network:x}::1")
    for _ in range(times):
        client.post("/sign-in/", {"login": VIEWER, "password": "wrong password"})


def test_the_first_page_says_what_was_tried(cast: Cast, client_for: ClientFor) -> None:
    client = client_for("viewer")
    guess(2)
    assert "wrong passwords" not in words(client.get("/"))
    guess(2, network=2)
    page = words(client.get("/"))
    assert "4 wrong passwords were tried for your account since" in page
    assert "from 2 networks. If this wasn’t you" in page
    assert "wrong passwords" not in words(client_for("editor").get("/"))
    with time_machine.travel(timezone.now() + timedelta(days=8)):
        assert "wrong passwords" not in words(client_for("viewer").get("/"))
        guess(1)
        assert WrongPasswords.objects.get().count == 1


def test_what_is_mistyped_on_a_known_device_is_ones_own(cast: Cast, password: str) -> None:
    client = Client()
    client.post("/sign-in/", {"login": VIEWER, "password": password})
    client.post("/me/password/", {"current": "wrong password", "password": password})
    client.post("/sign-out/")
    for _ in range(4):
        client.post("/sign-in/", {"login": VIEWER, "password": "wrong password"})
    assert not WrongPasswords.objects.exists()


def test_a_mail_warns_once_a_day(cast: Cast, post_office: PostOffice) -> None:
    watch, now = Watch(), timezone.now()
    guess(9)
    assert wrong_passwords.warn_waiting(WORKER) == 0
    guess(3, network=2)
    assert (wrong_passwords.warn_waiting(WORKER), wrong_passwords.warn_waiting(WORKER)) == (1, 0)
    assert post_office.recipients == [VIEWER]
    text = body_of(post_office.mails[0])
    assert "<strong>12 wrong passwords</strong>" in body_of(post_office.mails[0], "html")
    assert "Someone entered 12 wrong passwords for your Sealroom account since" in text
    assert "from 2 networks." in text
    assert (watch.last.tag, watch.last.subject_name) == ("person.warned", VIEWER)
    assert detail(watch.last) == {"count": "12"}
    with time_machine.travel(now + timedelta(hours=25)):
        assert wrong_passwords.warn_waiting(WORKER) == 0
        guess(1)
        assert wrong_passwords.warn_waiting(WORKER) == 1
    assert len(post_office.mails) == 2


def test_nobody_without_an_active_account_is_warned(cast: Cast, post_office: PostOffice) -> None:
    guess(10)
    accounts.disable(STAGEHAND, cast["viewer"].user)
    assert wrong_passwords.warn_waiting(WORKER) == 0
    assert post_office.mails == []


def test_a_server_that_takes_nothing_is_tried_again(
    cast: Cast, post_office: PostOffice, caplog: pytest.LogCaptureFixture
) -> None:
    guess(10)
    post_office.is_open = False
    assert wrong_passwords.warn_waiting(WORKER) == 0
    assert "The mail server did not take a warning: SMTPRecipientsRefused" in caplog.messages
    assert VIEWER not in caplog.text
    post_office.is_open = True
    assert wrong_passwords.warn_waiting(WORKER) == 0
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        assert wrong_passwords.warn_waiting(WORKER) == 1


def test_networks_are_counted_up_to_a_number(cast: Cast) -> None:
    viewer = cast["viewer"]
    for number in range(wrong_passwords.NETWORKS_COUNTED + 5):
        stranger = replace(NOBODY, address=f"2001:db8:{number:x}::1")
        wrong_passwords.count(stranger, viewer.user)
    tried = wrong_passwords.find_tried(viewer.actor)
    assert tried is not None
    assert (tried.count, tried.networks) == (105, "100 or more")


def test_a_failure_takes_the_same_time_for_whoever_has_no_account(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sign_ins, "RECORDED_IN_SECONDS", 0.3)
    for email in (VIEWER, "nobody@example.com"):
        began = time.monotonic()
        sign_ins.record_failed_sign_in(NOBODY, email)
        assert time.monotonic() - began >= 0.3


@pytest.mark.engine
@pytest.mark.django_db(transaction=True)
def test_tries_at_once_are_all_counted_and_warned_of_once(post_office: PostOffice) -> None:
    viewer = engage("viewer").user
    together(*[lambda: wrong_passwords.count(NOBODY, viewer)] * 12)
    assert WrongPasswords.objects.get().count == 12
    sent = together(*[lambda: wrong_passwords.warn_waiting(WORKER)] * 3)
    assert sorted(map(str, sent)) == ["0", "0", "1"]
    assert post_office.recipients == [VIEWER]
