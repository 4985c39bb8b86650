"""Sign-ins from new devices: who is told, and what they can say of them."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from secretsapp.mail import sending
from secretsapp.models import AuditEvent, NewSignIn, OutgoingMail, SignedIn, User
from secretsapp.people import new_sign_ins, not_me_mail, password_mail, ways_in
from tests.actions.of_ways_in import WORKER
from tests.pages.reading import body, words
from tests.post_office import PostOffice, body_of
from tests.stage import PASSWORD, STAGEHAND, Cast

pytestmark = pytest.mark.django_db

VIEWER, DISOWN = "viewer@example.com", "/me/new-sign-ins/disown/"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; rv:130.0) Gecko/20100101 Firefox/130.0"
LINK = re.compile(r"^http://127\.0\.0\.1:8000/sign-in/not-me/#(\S+)$", re.MULTILINE)
TITLE = "New sign-in to your account"


@pytest.fixture(autouse=True)
def _rested(cast: Cast) -> None:
    """Let no attempt of an earlier test count."""
    cache.clear()


def sign_in(client: Client, password: str = PASSWORD) -> Client:
    """The browser, after the viewer's sign-in in it."""
    answer = client.post("/sign-in/", {"login": VIEWER, "password": password})
    assert answer.status_code == 302
    return client


def browser(address: str = "192.0.2.7", agent: str = FIREFOX) -> Client:
    """A new device."""
    return Client(REMOTE_ADDR=address, headers={"User-Agent": agent})


def sign_in_by_link(client: Client) -> Client:
    """The browser, in which the viewer has set a new password by a link."""
    code = ways_in.make_link(STAGEHAND, User.objects.get(email=VIEWER)).code
    sent = {"code": code, "password": "a lantern on the pier"}
    assert client.post("/password/", sent).headers["Location"] == "/"
    return client


@pytest.fixture
def own() -> Client:
    """A device of the viewer, who has been here."""
    return sign_in(browser("198.51.100.4"))


@pytest.fixture
def foreign(own: Client) -> Client:
    """The device of someone who knows the viewer's password."""
    return sign_in(browser())


def home(client: Client) -> str:
    return words(client.get("/"))


def is_signed_in(client: Client) -> bool:
    return client.get("/me/").status_code == 200


def recognize(client: Client) -> str:
    """Press the button for the newest sign-in, wherever it is shown; what the page says then."""
    newest = NewSignIn.objects.latest("pk")
    address = f"/me/new-sign-ins/{newest.pk}/recognize/"
    return words(client.post(address, follow=True))


def mailed_code(office: PostOffice) -> str:
    """The code of the mail about a sign-in that was sent last."""
    sending.send_waiting([not_me_mail.SIGN_IN])
    found = LINK.search(body_of(office.mails[-1]))
    assert found
    return found[1]


def events() -> list[str]:
    return list(AuditEvent.objects.order_by("pk").values_list("tag", flat=True))


def test_nobody_is_told_of_the_first_sign_in_nor_of_a_device_that_is_known(own: Client) -> None:
    own.post("/sign-out/")
    sign_in(own)
    assert not NewSignIn.objects.exists()
    assert TITLE not in home(own)


def test_a_sign_in_from_a_new_device_is_shown_to_the_other_sessions_alone(
    own: Client, foreign: Client
) -> None:
    page = home(own)
    assert TITLE in page
    assert re.search(r"Firefox on Windows from 192\.0\.2\.7, \d+ \w+ 2\d{3}, \d\d:\d\d UTC", page)
    assert TITLE not in home(foreign)
    assert AuditEvent.objects.filter(tag="person.signed_in", detail__contains="new").count() == 1


def test_what_a_browser_says_of_itself_is_no_text_of_the_notice(own: Client) -> None:
    sign_in(browser(agent="Your account is lost. Call us"))
    assert "An unknown browser from 192.0.2.7" in home(own)
    assert "Call us" not in home(own)


def test_who_recognizes_it_is_asked_no_more(own: Client, foreign: Client) -> None:
    recognize(own)
    assert TITLE not in home(own)
    assert events()[-1] == "person.sign_in_recognized"
    assert is_signed_in(foreign)
    assert TITLE not in home(foreign)


def test_nobody_recognizes_a_sign_in_from_a_device_that_is_new_too(
    own: Client, foreign: Client
) -> None:
    second = sign_in(browser("192.0.2.8"))
    assert "this one is new too" in home(foreign)
    assert "It was me" not in home(foreign)
    assert "this device is new too" in recognize(foreign)
    second.post("/sign-out/")
    sign_in(second)
    assert "this device is new too" in recognize(second)
    assert NewSignIn.objects.count() == 2
    assert home(own).count("It was me") == 2


def test_a_new_device_becomes_no_other_one_by_losing_its_cookie(
    own: Client, foreign: Client
) -> None:
    del foreign.cookies["device"]
    foreign.post("/me/sessions/end-others/")
    assert not is_signed_in(own)
    assert "this device is new too" in recognize(foreign)
    foreign.post("/sign-out/")
    sign_in(foreign)
    assert "this device is new too" in recognize(foreign)


def test_what_was_signed_out_again_is_still_told(own: Client, foreign: Client) -> None:
    foreign.post("/sign-out/")
    assert TITLE in home(own)


def test_nobody_answers_for_someone_else(own: Client, foreign: Client) -> None:
    editor = Client()
    editor.force_login(User.objects.get(email="editor@example.com"))
    recognize(editor)
    assert TITLE in home(own)
    assert "person.sign_in_recognized" not in events()


def test_a_look_at_the_address_of_an_answer_answers_nothing(own: Client, foreign: Client) -> None:
    newest = NewSignIn.objects.get()
    for address in (DISOWN, f"/me/new-sign-ins/{newest.pk}/recognize/"):
        assert own.get(address).headers["Location"] == "/"
    assert is_signed_in(foreign)
    assert TITLE in home(own)


def test_who_disowns_it_is_alone_and_asked_for_a_new_password(own: Client, foreign: Client) -> None:
    answer = own.post(DISOWN, follow=True)
    assert answer.redirect_chain == [("/me/password/", 302)]
    assert "Now choose a new password" in words(answer)
    assert not is_signed_in(foreign)
    assert TITLE not in home(own)
    assert events()[-2:] == ["person.sign_in_disowned", "person.sessions_ended"]
    new = {"current": PASSWORD, "password": "a lantern on the pier"}
    assert own.post("/me/password/", new).status_code == 302
    sign_in(foreign, "a lantern on the pier")
    assert TITLE in home(own), "the device is known no more"


def test_who_disowns_others_on_a_new_device_is_not_forgotten(own: Client, foreign: Client) -> None:
    sign_in(browser("192.0.2.8"))
    foreign.post(DISOWN)
    own = sign_in(browser("198.51.100.4"))
    assert "from 192.0.2.7" in home(own)


def test_it_is_told_by_mail_with_a_link_that_a_look_at_it_does_not_use(
    own: Client, foreign: Client, post_office: PostOffice
) -> None:
    sign_in(browser("192.0.2.9"))
    code = mailed_code(post_office)
    mail = post_office.mails[-1]
    assert mail["To"] == VIEWER
    assert "Firefox on Windows from 192.0.2.9" in body_of(mail)
    assert f"/sign-in/not-me/#{code}" in body_of(mail, "html")
    scanner = browser("203.0.113.1")
    assert scanner.get("/sign-in/not-me/").status_code == 200
    assert scanner.head("/sign-in/not-me/").status_code == 200
    assert is_signed_in(own)


def shut(code: str) -> str:
    """Send the code from somewhere; what the page says."""
    return words(browser("198.51.100.9").post("/sign-in/not-me/", {"code": code}, follow=True))


def test_the_link_ends_every_session_and_the_password_and_mails_a_link_for_a_new_one(
    own: Client, foreign: Client, post_office: PostOffice
) -> None:
    sign_in(browser("192.0.2.9"))
    code = mailed_code(post_office)
    assert "We’ve mailed you a link to choose a new one." in shut(code)
    assert [is_signed_in(client) for client in (own, foreign)] == [False, False]
    refused = browser().post("/sign-in/", {"login": VIEWER, "password": PASSWORD})
    assert "Email or password is incorrect." in words(refused)
    assert events()[-4:] == [
        "person.sign_in_disowned",
        "person.password_closed",
        "person.sessions_ended",
        "person.sign_in_failed",
    ]
    assert password_mail.send_waiting(WORKER) == 1
    assert post_office.recipients[-1] == VIEWER
    assert "doesn’t work" in shut(code)


def test_the_link_ends_the_session_in_which_it_is_opened_too_and_no_one_elses(
    own: Client, foreign: Client, post_office: PostOffice
) -> None:
    sign_in(browser("192.0.2.9"))
    first = mailed_code(post_office)
    sign_in(browser("192.0.2.10"))
    second = mailed_code(post_office)
    editor = Client()
    editor.force_login(User.objects.get(email="editor@example.com"))
    editor.post("/sign-in/not-me/", {"code": second})
    assert is_signed_in(editor)
    own = sign_in_by_link(browser("198.51.100.4"))
    answer = own.post("/sign-in/not-me/", {"code": first}, follow=True)
    assert answer.redirect_chain == [("/sign-in/", 302)]
    assert "Everyone is signed out of your account" in words(answer)
    assert not is_signed_in(own)
    assert not SignedIn.objects.filter(person__email=VIEWER).exists()


def test_a_new_password_does_not_end_the_link(
    own: Client, foreign: Client, post_office: PostOffice
) -> None:
    sign_in(browser("192.0.2.9"))
    code = mailed_code(post_office)
    foreign.get("/me/password/")
    new = {"current": PASSWORD, "password": "a lantern on the pier"}
    assert foreign.post("/me/password/", new).status_code == 302
    assert "We’ve mailed you a link" in shut(code)
    assert not is_signed_in(foreign)


def test_the_code_sets_no_password(own: Client, foreign: Client, post_office: PostOffice) -> None:
    sign_in(browser("192.0.2.9"))
    code = mailed_code(post_office)
    sent = {"code": code, "password": "a lantern on the pier"}
    assert browser().post("/password/", sent).status_code == 422


def test_the_code_works_for_a_week(own: Client, foreign: Client, post_office: PostOffice) -> None:
    sign_in(browser("192.0.2.9"))
    code = mailed_code(post_office)
    with time_machine.travel(timezone.now() + timedelta(days=7, seconds=1)):
        assert "doesn’t work" in shut(code)


def test_without_mail_nothing_waits_to_be_sent(own: Client, foreign: Client) -> None:
    assert not OutgoingMail.objects.exists()


def test_the_question_takes_no_query_where_there_is_none(own: Client) -> None:
    home(own)
    with CaptureQueriesContext(
        connection,
    ) as found:
        home(own)
    asked = [each for each in found if 'FROM "secretsapp_newsignin"' in each["sql"]]
    assert len(asked) == 1, "the one within that for the session"
    assert "django_session" in asked[0]["sql"]


def test_what_nobody_answered_is_forgotten_after_a_month(own: Client, foreign: Client) -> None:
    with time_machine.travel(timezone.now() + timedelta(days=31)):
        assert new_sign_ins.clear() == 1
    assert "New sign-in" not in body(own.get("/"))
