"""Password links by mail: sent over a real socket, once, to nobody but people with an account."""

import re
import time
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.core.mail import EmailMessage
from django.utils import timezone

from secretsapp.core.codes import Code
from secretsapp.core.plaintext import Plaintext
from secretsapp.models import OneTimeCode, PasswordMail, User
from secretsapp.people import accounts, password_mail, ways_in
from tests.actions.of_ways_in import NOBODY, WORKER
from tests.post_office import PostOffice, body_of
from tests.stage import STAGEHAND, Cast, engage
from tests.support.together import together
from tests.support.watch import Watch

pytestmark = pytest.mark.django_db

PASSWORD = Plaintext(b"a sentence nobody guesses")
VIEWER = "viewer@example.com"
LINK = re.compile(r"^http://127\.0\.0\.1:8000/password/#(\S+)$", re.MULTILINE)


@pytest.fixture(autouse=True)
def _quick(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no asking of an earlier test count, and no answer wait."""
    cache.clear()
    monkeypatch.setattr(password_mail, "ANSWER_SECONDS", 0)


def text_of(office: PostOffice) -> str:
    """The text of the mail that was sent last."""
    return body_of(office.mails[-1])


def test_a_link_is_mailed_and_sets_the_password(cast: Cast, post_office: PostOffice) -> None:
    watch = Watch()
    password_mail.ask(NOBODY, "Viewer@Example.com ")
    assert (watch.tags, post_office.mails) == (["person.link_asked"], [])
    assert password_mail.send_waiting(WORKER) == 1
    assert post_office.recipients == [VIEWER]
    mail = post_office.mails[0]
    assert (mail["To"], mail["From"]) == (VIEWER, "sealroom@127.0.0.1")
    assert mail["Auto-Submitted"] == "auto-generated"
    found = LINK.search(text_of(post_office))
    assert found is not None
    assert f"paste this code:\n\n{found[1]}\n" in text_of(post_office)
    html = body_of(mail, "html")
    assert f'<a href="http://127.0.0.1:8000/password/#{found[1]}">' in html
    assert f"<code>{found[1]}</code>" in html
    assert OneTimeCode.objects.get().ends_at - timezone.now() <= timedelta(hours=1)
    ways_in.set_password(NOBODY, Plaintext.from_text(found[1]), PASSWORD)
    assert watch.tags[1:] == ["person.link_mailed", "person.password_set"]
    assert (password_mail.send_waiting(WORKER), len(post_office.mails)) == (0, 1)


@pytest.mark.parametrize("email", ["nobody@example.com", "", "no address", "editor@example.com"])
def test_nothing_is_mailed_to_strangers_and_disabled_people(
    cast: Cast, post_office: PostOffice, email: str
) -> None:
    accounts.disable(STAGEHAND, cast["editor"].user)
    password_mail.ask(NOBODY, email)
    assert (PasswordMail.objects.count(), password_mail.send_waiting(WORKER)) == (0, 0)


def test_every_answer_takes_the_same_time(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(password_mail, "ANSWER_SECONDS", 0.1)
    for email in (VIEWER, "nobody@example.com"):
        began = time.monotonic()
        password_mail.ask(NOBODY, email)
        assert time.monotonic() - began >= 0.1


def ask_from(address: str, *, on_known_device: bool = False) -> int:
    """Ask for a link from that address; how many mails were sent."""
    actor = replace(NOBODY, address=address)
    password_mail.ask(actor, VIEWER, on_known_device=on_known_device)
    return password_mail.send_waiting(WORKER)


def test_asking_often_mails_once_in_a_quarter_of_an_hour(
    cast: Cast, post_office: PostOffice
) -> None:
    assert [ask_from(address) for address in ("192.0.2.1", "192.0.2.1", "192.0.2.2")] == [1, 0, 0]
    with time_machine.travel(timezone.now() + timedelta(minutes=16)):
        assert ask_from("192.0.2.2") == 1


def test_what_a_network_asks_for_ends_for_it_and_holds_up_no_other(
    cast: Cast, post_office: PostOffice
) -> None:
    sent, now = [], timezone.now()
    for number in range(8):
        with time_machine.travel(now + timedelta(minutes=16 * number)):
            sent.append(ask_from(f"2001:db8:0:{number}::1"))
    assert sent == [1, 1, 1, 0, 0, 0, 0, 0]
    with time_machine.travel(now + timedelta(minutes=16 * 8)):
        assert [ask_from(address) for address in ("2001:db8::1", "2001:db8:1::1")] == [0, 1]


def test_a_known_device_has_its_mails_whatever_others_ask_for(
    cast: Cast, post_office: PostOffice
) -> None:
    for address in ("192.0.2.1", "192.0.2.2", "192.0.2.3"):
        ask_from(address)
    now, sent = timezone.now(), []
    for number in range(5):
        with time_machine.travel(now + timedelta(minutes=6 * number)):
            sent.append(ask_from("192.0.2.1", on_known_device=True))
    assert sent == [1] * 5
    # Who stole its cookie can use these up, and then it is a device like any other.
    with time_machine.travel(now + timedelta(minutes=31)):
        assert ask_from("192.0.2.1", on_known_device=True) == 1
        assert ask_from("192.0.2.1", on_known_device=True) == 0


def test_a_mailed_link_is_good_whatever_is_asked_for_after_it(
    cast: Cast, post_office: PostOffice
) -> None:
    ask_from("192.0.2.1")
    first = LINK.findall(text_of(post_office))[0]
    with time_machine.travel(timezone.now() + timedelta(minutes=59)):
        assert ask_from("192.0.2.2") == 1
        assert OneTimeCode.objects.count() == 2
        ways_in.set_password(NOBODY, Plaintext.from_text(first), PASSWORD)
    assert not OneTimeCode.objects.exists()


def test_links_that_have_ended_are_not_kept(cast: Cast, post_office: PostOffice) -> None:
    ask_from("192.0.2.1")
    with time_machine.travel(timezone.now() + timedelta(minutes=61)):
        ask_from("192.0.2.2")
        assert OneTimeCode.objects.count() == 1


def test_a_link_that_was_handed_over_outlives_the_asking_of_anybody(
    cast: Cast, post_office: PostOffice
) -> None:
    link = ways_in.make_link(STAGEHAND, cast["viewer"].user)
    password_mail.ask(NOBODY, VIEWER)
    password_mail.send_waiting(WORKER)
    assert OneTimeCode.objects.count() == 2
    ways_in.set_password(NOBODY, Plaintext.from_text(link.code), PASSWORD)
    assert not OneTimeCode.objects.exists()


def test_a_server_that_takes_nothing_is_tried_again(
    cast: Cast, post_office: PostOffice, caplog: pytest.LogCaptureFixture
) -> None:
    watch, post_office.is_open = Watch(), False
    password_mail.ask(NOBODY, VIEWER)
    password_mail.ask(NOBODY, "editor@example.com")
    assert password_mail.send_waiting(WORKER) == 0
    said = [record.getMessage() for record in caplog.records]
    assert said == ["The mail server did not take a password link: SMTPRecipientsRefused"]
    post_office.is_open = True
    assert password_mail.send_waiting(WORKER) == 1
    PasswordMail.objects.update(claimed_until=timezone.now())
    assert password_mail.send_waiting(WORKER) == 1
    assert sorted(post_office.recipients) == ["editor@example.com", VIEWER]
    assert watch.tags[2:] == ["person.link_mailed"] * 2


def test_after_an_hour_it_is_given_up(
    cast: Cast, post_office: PostOffice, caplog: pytest.LogCaptureFixture
) -> None:
    password_mail.ask(NOBODY, VIEWER)
    PasswordMail.objects.update(asked_at=timezone.now() - timedelta(hours=1))
    assert password_mail.send_waiting(WORKER) == 0
    assert (PasswordMail.objects.exists(), post_office.mails) == (False, [])
    assert "an hour ago" in caplog.text
    assert "viewer" not in caplog.text


def test_a_link_of_an_admin_stands_in_place_of_one_that_waits(
    cast: Cast, post_office: PostOffice
) -> None:
    password_mail.ask(NOBODY, VIEWER)
    link = ways_in.make_link(STAGEHAND, cast["viewer"].user)
    assert password_mail.send_waiting(WORKER) == 0
    ways_in.set_password(NOBODY, Plaintext.from_text(link.code), PASSWORD)


def test_no_code_is_in_the_log_or_the_events(
    cast: Cast, post_office: PostOffice, caplog: pytest.LogCaptureFixture
) -> None:
    watch = Watch()
    caplog.set_level("DEBUG")
    password_mail.ask(NOBODY, VIEWER)
    password_mail.send_waiting(WORKER)
    code = Code(LINK.findall(text_of(post_office))[0], timezone.now())
    ways_in.set_password(NOBODY, Plaintext.from_text(code.text), PASSWORD)
    told = f"{caplog.text} {[vars(event) for event in watch.events]}"
    assert code.text not in told
    assert VIEWER not in caplog.text


def test_what_another_worker_has_mailed_meanwhile_is_left_alone(
    cast: Cast, post_office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    def work_beside(person: User, code: Code) -> EmailMessage:
        monkeypatch.setattr(password_mail, "_message", message)
        assert password_mail.send_waiting(WORKER) == 1
        return message(person, code)

    message = password_mail._message
    monkeypatch.setattr(password_mail, "_message", work_beside)
    for email in (VIEWER, "editor@example.com"):
        password_mail.ask(NOBODY, email)
    assert password_mail.send_waiting(WORKER) == 1
    assert sorted(post_office.recipients) == ["editor@example.com", VIEWER]


@pytest.mark.engine
@pytest.mark.django_db(transaction=True)
def test_several_workers_mail_a_link_once(post_office: PostOffice) -> None:
    engage("viewer")
    password_mail.ask(NOBODY, VIEWER)
    assert sorted(map(str, together(*[lambda: password_mail.send_waiting(WORKER)] * 3))) == [
        "0",
        "0",
        "1",
    ]
    assert post_office.recipients == [VIEWER]
