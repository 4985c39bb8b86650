"""Attacks on an account by who has its password, an open session or an old mailbox of it."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import quote_from_bytes

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from secretsapp.access import teams
from secretsapp.core.plaintext import Plaintext
from secretsapp.mail import sending
from secretsapp.models import NewSignIn, OutgoingMail, User
from secretsapp.models.accounts import CodePurpose
from secretsapp.people import (
    address_change,
    address_mail,
    not_me,
    not_me_mail,
    one_time_codes,
    own_account,
    password_mail,
    passwords,
    ways_in,
)
from secretsapp.web.views import me
from secretsapp.web.views import new_sign_ins as pages
from tests.actions.of_ways_in import NOBODY, WORKER
from tests.pages.conftest import AddressOf, ClientFor
from tests.pages.reading import words
from tests.post_office import PostOffice, body_of
from tests.stage import PASSWORD, STAGEHAND, Cast
from tests.support.database import edit_newest

pytestmark = pytest.mark.django_db

VIEWER, NEW, NEW_PASSWORD = "viewer@example.com", "new@example.com", "a lantern on the pier"
DISOWN = "/me/new-sign-ins/disown/"
TITLE = "New sign-in to your account"
CODE = re.compile(r"paste this code:\n\n(\S+)\n")


@pytest.fixture(autouse=True)
def _rested(cast: Cast) -> None:
    """Let no attempt of an earlier test count."""
    cache.clear()


def sign_in(client: Client, password: str = PASSWORD) -> Client:
    """The browser, after the viewer's sign-in in it."""
    answer = client.post("/sign-in/", {"login": VIEWER, "password": password})
    assert answer.status_code == 302
    return client


def is_signed_in(client: Client) -> bool:
    return client.get("/me/").status_code == 200


def viewer() -> User:
    """The account as it is now."""
    return User.objects.get(email__in=(VIEWER, NEW))


def shut() -> None:
    """Say by a mailed code that someone else is in the account."""
    words_of_mail = not_me_mail.link_words(viewer(), VIEWER)
    not_me.shut(NOBODY, Plaintext.from_text(words_of_mail["code"]))


def mailed_codes(office: PostOffice) -> list[tuple[str, bool]]:
    """Send what waits about addresses: to whom each mail went, and whether it has a code."""
    sending.send_waiting((address_mail.QUESTION, address_mail.TOLD))
    return [(mail["To"], bool(CODE.search(body_of(mail)))) for mail in office.mails]


def first_then(does: Callable[[], object], instead: Callable[..., Any]) -> Callable[..., Any]:
    """What does something once, and then what it stands for."""
    waiting = [does]

    def run(*given: Any, **named: Any) -> Any:
        if waiting:
            waiting.pop()()
        return instead(*given, **named)

    return run


def test_a_password_that_is_being_changed_does_not_open_an_account_that_was_just_shut(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sign_in(Client())
    thief = sign_in(Client())
    monkeypatch.setattr(passwords, "hash_password", first_then(shut, passwords.hash_password))
    thief.post("/me/password/", {"current": PASSWORD, "password": NEW_PASSWORD})
    assert viewer().is_shut
    assert not is_signed_in(thief)


@pytest.mark.parametrize("address", [DISOWN, "/me/sessions/end-others/"])
def test_who_is_thrown_out_meanwhile_does_not_come_back_by_throwing_out_others(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    own, thief = sign_in(Client()), sign_in(Client())
    disowned = first_then(lambda: own.post(DISOWN), me.stored_key)
    monkeypatch.setattr(pages if address == DISOWN else me, "stored_key", disowned)
    thief.post(address)
    assert not is_signed_in(thief)
    assert is_signed_in(own)


@pytest.mark.parametrize("address", ["other@example.com", NEW])
def test_a_mail_that_waits_stops_nothing_once_an_admin_has_changed_the_address(
    cast: Cast, post_office: PostOffice, address: str
) -> None:
    address_change.ask(cast["viewer"].actor, viewer(), NEW)
    address_change.change(cast["admin"].actor, viewer(), address)
    assert mailed_codes(post_office) == [(VIEWER, False), (VIEWER, False)]


def test_who_changes_the_address_twice_takes_the_link_that_stops_it_from_no_mail_that_waits(
    cast: Cast, post_office: PostOffice
) -> None:
    person, hour = cast["viewer"].user, timedelta(hours=1)
    post_office.unknown = VIEWER
    for address in (NEW, "newer@example.com"):
        address_change.ask(cast["viewer"].actor, User.objects.get(pk=person.pk), address)
        mailed_codes(post_office)
        code = one_time_codes.issue(CodePurpose.ADDRESS, person, good_for=hour, address=address)
        typed = Plaintext.from_text(code.text)
        address_change.confirm(cast["viewer"].actor, User.objects.get(pk=person.pk), typed)
    post_office.unknown = ""
    with time_machine.travel(timezone.now() + hour):
        told = [has_code for to, has_code in mailed_codes(post_office) if to == VIEWER]
    assert told == [True, True]


def test_a_link_for_a_password_goes_to_the_address_of_now(
    cast: Cast, post_office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    def move() -> None:
        address_change.change(cast["admin"].actor, viewer(), NEW)
        password_mail.queue(viewer())

    password_mail.queue(cast["editor"].user)
    password_mail.queue(viewer())
    monkeypatch.setattr(password_mail, "_message", first_then(move, password_mail._message))
    password_mail.send_waiting(WORKER)
    assert VIEWER not in post_office.recipients


def test_a_link_that_is_being_mailed_takes_nothing_from_the_one_for_who_shuts_their_account(
    post_office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    password_mail.queue(viewer())
    monkeypatch.setattr(password_mail, "_message", first_then(shut, password_mail._message))
    password_mail.send_waiting(WORKER)
    assert password_mail.send_waiting(WORKER) == 1
    code = re.search(r"(?:\w{4}-){5}\w{4}", body_of(post_office.mails[-1]))
    assert code
    sent = {"code": code[0], "password": NEW_PASSWORD}
    assert Client().post("/password/", sent).status_code == 302


def test_a_cookie_that_was_stolen_before_the_password_was_changed_hides_no_sign_in() -> None:
    own = sign_in(Client())
    stolen = own.cookies["device"].value
    own.post("/me/password/", {"current": PASSWORD, "password": NEW_PASSWORD})
    thief = Client()
    thief.cookies["device"] = stolen
    sign_in(thief, NEW_PASSWORD)
    assert TITLE in words(own.get("/"))


def test_an_open_session_alone_does_not_end_the_link_that_an_admin_made(
    client_for: ClientFor,
) -> None:
    link = ways_in.make_link(STAGEHAND, viewer())
    client_for("viewer").post(DISOWN)
    sent = {"code": link.code, "password": NEW_PASSWORD}
    assert Client().post("/password/", sent).status_code == 302


@pytest.mark.long
def test_who_has_the_password_fills_no_queue_of_mail(post_office: PostOffice) -> None:
    sign_in(Client())
    for number in range(40):
        sign_in(Client(REMOTE_ADDR=f"192.0.2.{number}"))
    assert OutgoingMail.objects.filter(kind="new_sign_in").count() <= sending.MAILS_A_DAY
    assert NewSignIn.objects.count() == 40


def test_two_people_of_one_name_are_told_apart_in_a_team(cast: Cast, client_for: ClientFor) -> None:
    for each in ("admin", "editor"):
        own_account.rename(cast[each].actor, cast[each].user, "Ana")
    team = teams.create(cast["admin"].actor, name="On call", people=[cast["viewer"].user])
    page = words(client_for("admin").get(f"/teams/{team.pk}/"))
    assert re.search(r"added by [^,]*admin@example\.com", page)


def test_who_takes_over_an_address_is_not_said_to_have_done_what_was_done_from_it(
    cast: Cast, client_for: ClientFor, address_of: AddressOf
) -> None:
    client_for("rotator").post(address_of("secret_rotate", "PAY_KEY"), {"value": "x"})
    address_change.change(cast["admin"].actor, cast["rotator"].user, NEW)
    address_change.change(cast["admin"].actor, cast["editor"].user, "rotator@example.com")
    heir = client_for("editor")
    page = words(heir.get(address_of("secret", "PAY_KEY")))
    assert re.search(r"Last changed by \w You", page) is None


def test_an_edited_event_that_names_who_began_it_by_no_text_is_shown(
    client_for: ClientFor, address_of: AddressOf
) -> None:
    client_for("rotator").post(address_of("secret_rotate", "PAY_KEY"), {"value": "x"})
    edit_newest("detail", r'{"started_by": "\u0000", "run_by": "\u0000", "starter_id": "x"}')
    for page in ("/audit/", address_of("secret", "PAY_KEY")):
        assert client_for("admin").get(page).status_code == 200


@pytest.mark.parametrize(
    "code", ["", "\0", "a\0b", "\ud800", "x" * 500_000, "#", "é" * 50, "1e999"]
)
def test_no_code_is_too_odd(code: str, client_for: ClientFor, post_office: PostOffice) -> None:
    typed = quote_from_bytes(code.encode("utf-8", "surrogatepass"))
    sent, client = f"code={typed}&code={typed}&email={typed}", client_for("viewer")
    for address in ("/sign-in/not-me/", "/me/address/confirm/", "/me/address/", "/password/"):
        for headers in ({}, {"HX-Request": "true"}):
            form = "application/x-www-form-urlencoded"
            answer = client.post(address, sent, content_type=form, headers=headers)
            assert answer.status_code == (400 if len(code) > 1000 else 422)


@pytest.mark.parametrize(
    "after", ["https://evil.example/", "//evil.example", "/\\evil.example", "https:evil.example"]
)
def test_a_link_for_a_password_leads_to_no_other_site(after: str) -> None:
    code = ways_in.make_link(STAGEHAND, viewer()).code
    sent = {"code": code, "password": NEW_PASSWORD, "next": after}
    answer = Client().post(f"/password/?next={after}", sent)
    assert answer.headers["Location"] == "/"
