"""Mail waits in an outbox: it is sent once, tried again for two days, and holds nothing up."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone
from pytest_django import Settings

from emulator import Emulator
from secretsapp.mail import outbox, sending
from secretsapp.mail.letters import Letter
from secretsapp.mail.outbox import About, Kind
from secretsapp.models import OutgoingMail, User
from secretsapp.operation.diagnosis import diagnose
from secretsapp.people import accounts
from tests.post_office import PostOffice, body_of
from tests.stage import STAGEHAND, Cast, engage
from tests.support.together import together

pytestmark = pytest.mark.django_db

VIEWER, NEWCOMER = "viewer@example.com", "newcomer@example.com"
PLACE = "Tom & Jerry’s <Harbor>\nBcc: all@example.com"


def write(person: User | None, about: About) -> Letter | None:
    """The words of the mails of these tests; of a request that was decided there is none."""
    if about["request"] == "decided":
        return None
    return Letter(f"Request for {PLACE}", {"role": "Viewer", "where": PLACE, "end": "soon"})


# The templates are those of a kind that the product has.
KIND = Kind("grant_ends", write)
OPEN = {"request": "open"}


@pytest.fixture(autouse=True)
def _rested(db: None) -> Iterator[None]:
    """Let no mail server of another test rest."""
    cache.clear()
    yield
    cache.clear()


def states() -> list[str]:
    """How far each mail came, in the order in which they were queued."""
    return list(OutgoingMail.objects.order_by("pk").values_list("state", flat=True))


def send_after(pause: timedelta) -> int:
    """How many mails are sent that much later."""
    with time_machine.travel(timezone.now() + pause):
        return sending.send_waiting([KIND])


def test_a_mail_is_sent_once_as_text_and_as_html(cast: Cast, post_office: PostOffice) -> None:
    for key in ("", "request 1", "request 1"):
        outbox.queue(KIND, cast["viewer"].user, OPEN, key=key)
    outbox.queue(KIND, NEWCOMER, OPEN, key="request 2")
    assert (sending.send_waiting([KIND]), sending.send_waiting([KIND])) == (3, 0)
    assert post_office.recipients == [VIEWER, VIEWER, NEWCOMER]
    mail = post_office.mails[0]
    assert mail["Subject"].strip() == "Request for Tom & Jerry’s <Harbor> Bcc: all@example.com"
    assert (mail["To"], mail["Bcc"], mail["Auto-Submitted"]) == (VIEWER, None, "auto-generated")
    text, html = body_of(mail), body_of(mail, "html")
    assert "Tom & Jerry’s <Harbor>" in text
    assert "Tom &amp; Jerry’s &lt;Harbor&gt;" in html
    assert "Needs:" not in text + html


def test_what_was_undone_is_unwanted_or_goes_to_no_one_is_not_sent(
    cast: Cast, post_office: PostOffice, settings: Settings
) -> None:
    with transaction.atomic():
        outbox.queue(KIND, NEWCOMER, OPEN)
        transaction.set_rollback(True)
    assert states() == []
    outbox.queue(KIND, NEWCOMER, {"request": "decided"})
    outbox.queue(KIND, cast["editor"].user, OPEN)
    accounts.disable(STAGEHAND, cast["editor"].user)
    assert (sending.send_waiting([KIND]), states()) == (0, ["dropped", "dropped"])
    with pytest.raises(ValueError, match="short words"):
        outbox.queue(KIND, NEWCOMER, {"request": "x" * 255})
    settings.EMAIL_HOST = ""
    outbox.queue(KIND, NEWCOMER, OPEN)
    assert (len(states()), post_office.mails) == (2, [])


def test_a_refused_mail_is_tried_again_and_holds_no_other_up(
    post_office: PostOffice, caplog: pytest.LogCaptureFixture
) -> None:
    post_office.unknown = NEWCOMER
    for address in (NEWCOMER, VIEWER):
        outbox.queue(KIND, address, OPEN)
    assert sending.send_waiting([KIND]) == 1
    assert caplog.messages == [
        "The mail server did not take a mail (grant_ends): SMTPRecipientsRefused"
    ]
    # Each pause is counted from the try before it.
    now = timezone.now()
    for minutes, tried in ((0.5, 1), (1.1, 2), (5, 2), (6.2, 3), (35, 3), (36.3, 4), (96.4, 5)):
        with time_machine.travel(now + timedelta(minutes=minutes)):
            sending.send_waiting([KIND])
        assert OutgoingMail.objects.get(address=NEWCOMER).tried == tried
    with time_machine.travel(now + timedelta(days=2)):
        assert (sending.send_waiting([KIND]), states()) == (0, ["given_up", "sent"])
        assert outbox.backlog() == outbox.Backlog(waiting=0, oldest=None, given_up=1)
    assert caplog.messages[-1] == "Mails that could not be sent for days were given up: 1"
    assert NEWCOMER not in caplog.text
    with time_machine.travel(now + timedelta(days=33)):
        assert (outbox.clear(), states()) == (2, [])


def test_what_waited_while_no_worker_ran_is_sent_for_two_weeks(post_office: PostOffice) -> None:
    for address in (NEWCOMER, VIEWER):
        outbox.queue(KIND, address, OPEN)
    OutgoingMail.objects.filter(address=VIEWER).update(kind="of another version")
    assert send_after(timedelta(days=13)) == 1
    assert (send_after(timedelta(days=15)), states()) == (0, ["sent", "given_up"])


def test_a_server_that_says_nothing_is_asked_once_a_minute(
    post_office: PostOffice, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.EMAIL_TIMEOUT, post_office.hangs = 0.2, True
    for number in range(5):
        outbox.queue(KIND, f"{number}@example.com", OPEN)
    assert [sending.send_waiting([KIND]) for _ in range(3)] == [0, 0, 0]
    assert caplog.messages == [
        "The mail server did not take a mail (grant_ends): SMTPServerDisconnected"
    ]
    settings.EMAIL_TIMEOUT, post_office.hangs = 10, False
    assert (send_after(timedelta(seconds=59)), send_after(timedelta(seconds=62))) == (0, 5)


def test_a_mail_that_cannot_be_written_holds_no_other_up(
    post_office: PostOffice, caplog: pytest.LogCaptureFixture
) -> None:
    outbox.queue(KIND, NEWCOMER, {"unexpected": ""})
    outbox.queue(Kind("of another version", write), NEWCOMER, OPEN)
    outbox.queue(KIND, VIEWER, OPEN)
    assert (sending.send_waiting([KIND]), states()) == (1, ["waiting", "waiting", "sent"])
    assert "A mail (grant_ends) could not be written." in caplog.messages


def test_doctor_tells_of_mail_that_waits_for_long_or_was_given_up(
    emulator: Emulator, post_office: PostOffice
) -> None:
    def told() -> list[tuple[str, str]]:
        lines = [line for line in diagnose(STAGEHAND) if line.check == "waiting mail"]
        return [(line.finding.level, line.finding.found) for line in lines]

    outbox.queue(KIND, NEWCOMER, OPEN)
    assert told() == [("ok", "waiting: 1; none for long, and none was given up")]
    queued_at = timezone.now()
    OutgoingMail.objects.update(queued_at=queued_at)
    with time_machine.travel(queued_at + timedelta(hours=2), tick=False):
        assert told() == [("warning", "Mails waiting: 1, the oldest for 2:00:00.")]
    OutgoingMail.objects.update(state="given_up", ended_at=timezone.now())
    assert told() == [("warning", "Mails given up within 7 days: 1.")]


def test_nobody_is_flooded(cast: Cast, post_office: PostOffice) -> None:
    for _ in range(sending.MAILS_A_DAY + 3):
        outbox.queue(KIND, cast["viewer"].user, OPEN)
    outbox.queue(KIND, NEWCOMER, OPEN)
    assert [sending.send_waiting([KIND]) for _ in range(3)] == [20, 1, 0]
    assert (send_after(timedelta(hours=23)), send_after(timedelta(hours=25))) == (0, 3)


@pytest.mark.engine
@pytest.mark.django_db(transaction=True)
def test_several_workers_send_each_mail_once(post_office: PostOffice) -> None:
    viewer = engage("viewer").user
    emails = [f"{number}@example.com" for number in range(6)]
    together(*[lambda: outbox.queue(KIND, viewer, OPEN, key="request 1")] * 3)
    for email in emails:
        outbox.queue(KIND, email, OPEN)
    sent = together(*[lambda: sending.send_waiting([KIND])] * 3)
    assert [each for each in sent if isinstance(each, Exception)] == []
    assert sorted(post_office.recipients) == sorted([*emails, VIEWER])
    assert set(states()) == {"sent"}
