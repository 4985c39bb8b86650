"""Who manages keys is warned 30, 14, 7 days and 1 day before one expires, and when one fails."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.utils import timezone

from emulator import Emulator
from secretsapp.api_keys import end_warnings, key_mail, looking, stored_keys
from secretsapp.core import actor as actors
from secretsapp.mail import sending
from secretsapp.models import ApiKey, OutgoingMail, Universe
from tests.post_office import PostOffice, body_of
from tests.stage import API_KEY, STAGEHAND, Cast
from tests.support.together import together
from tests.support.watch import Watch, detail

pytestmark = [pytest.mark.django_db, pytest.mark.engine]

SYSTEM = actors.system("keys")
DAY = timedelta(days=1)
MAILS = (key_mail.ENDS, key_mail.FAILS)


@pytest.fixture(autouse=True)
def _rested(db: None) -> Iterator[None]:
    """Let no mail server of another test rest."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def end(universe: Universe, cast: Cast) -> datetime:
    """When the key ends, which is known here."""
    ApiKey.objects.update(ends_at=timezone.now() + 100 * DAY)
    found = ApiKey.objects.get().ends_at
    assert found is not None
    return found


def warn() -> int:
    """Warn of what is due now."""
    return end_warnings.warn_due(SYSTEM)


def test_each_warning_is_told_once(end: datetime) -> None:
    watch, told = Watch(), []
    for days in range(40, -2, -1):
        with time_machine.travel(end - days * DAY + timedelta(minutes=1), tick=False):
            if warn():
                told.append(days)
            assert warn() == 0
    assert told == [30, 14, 7, 1]
    assert watch.tags == ["api_key.ending"] * 4
    assert set(detail(watch.last)) == {"end"}


def test_a_clock_that_is_put_back_warns_of_nothing_again(end: datetime) -> None:
    told = []
    for days in (13, 29, 13, 6):
        with time_machine.travel(end - days * DAY, tick=False):
            told.append(warn())
    assert told == [1, 0, 0, 1]


@pytest.mark.django_db(transaction=True)
def test_of_many_workers_one_warns(end: datetime) -> None:
    ApiKey.objects.update(ends_at=timezone.now() + 5 * DAY)
    watch = Watch()
    together(*[warn] * 4)
    assert watch.tags == ["api_key.ending"]


def test_another_end_is_warned_of_anew(end: datetime) -> None:
    key = ApiKey.objects.get()
    for days in (5, 6):
        stored_keys.edit(
            STAGEHAND, key, name=key.name, note="", ends_at=timezone.now() + days * DAY
        )
        assert (warn(), warn()) == (1, 0)


def test_who_manages_keys_is_told_by_mail(end: datetime, post_office: PostOffice) -> None:
    with time_machine.travel(end - 10 * DAY):
        warn()
        sending.send_waiting(MAILS)
    (mail,) = post_office.mails
    assert (mail["To"], mail["Subject"]) == (
        "admin@example.com",
        "The API key automation expires soon",
    )
    assert "automation, which 1 universe uses, expires on" in body_of(mail)
    assert f"/api-keys/{ApiKey.objects.get().pk}/replace/" in body_of(mail)


def test_a_mail_about_an_end_that_is_another_by_now_is_not_sent(
    end: datetime, post_office: PostOffice
) -> None:
    with time_machine.travel(end - 10 * DAY):
        warn()
        ApiKey.objects.update(ends_at=end + 400 * DAY)
        sending.send_waiting(MAILS)
    assert (post_office.mails, OutgoingMail.objects.get().state) == ([], "dropped")


def test_a_key_that_fails_is_told_by_mail_once(
    emulator: Emulator, end: datetime, post_office: PostOffice
) -> None:
    emulator.add_api_key(API_KEY, enabled=False)
    for _ in range(2):
        ApiKey.objects.update(look_due_at=None)
        looking.look_due(SYSTEM)
    sending.send_waiting(MAILS)
    (mail,) = post_office.mails
    assert mail["Subject"] == "The API key automation doesn’t work"
    assert "Roblox refused the API key" in body_of(mail)


def test_a_mail_that_a_key_fails_is_not_sent_once_it_works(
    emulator: Emulator, end: datetime, post_office: PostOffice
) -> None:
    emulator.add_api_key(API_KEY, enabled=False)
    looking.look_due(SYSTEM)
    emulator.add_api_key(API_KEY)
    stored_keys.test(STAGEHAND, ApiKey.objects.get())
    sending.send_waiting(MAILS)
    assert post_office.mails == []
