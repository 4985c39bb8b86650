"""Another address for one's own account, on its pages."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.test import Client

from secretsapp.mail import sending
from secretsapp.models import AuditEvent, User
from secretsapp.people import address_mail
from tests.pages.conftest import ClientFor
from tests.pages.reading import body, words
from tests.post_office import PostOffice, body_of
from tests.stage import PASSWORD, Cast

pytestmark = pytest.mark.django_db

VIEWER, NEW = "viewer@example.com", "new@example.com"
ASK, CONFIRM = "/me/address/", "/me/address/confirm/"
LINK = re.compile(r"^http://127\.0\.0\.1:8000/me/address/confirm/#(\S+)$", re.MULTILINE)


@pytest.fixture(autouse=True)
def _rested(db: None) -> None:
    """Let no attempt of an earlier test count."""
    cache.clear()


@pytest.fixture
def viewer(client_for: ClientFor, post_office: PostOffice) -> Client:
    """The viewer, who has just confirmed that it's them, where mail is set up."""
    return client_for("viewer")


def mailed_code(office: PostOffice) -> str:
    """The code that was mailed to the new address."""
    sending.send_waiting([address_mail.QUESTION])
    found = LINK.search(body_of(office.mails[-1]))
    assert found
    return found[1]


def can_sign_in(email: str) -> bool:
    """Whether the password signs someone in under that address."""
    return Client().post("/sign-in/", {"login": email, "password": PASSWORD}).status_code == 302


def test_one_takes_another_address_and_stays_signed_in(
    viewer: Client, post_office: PostOffice
) -> None:
    assert f'href="{ASK}"' in body(viewer.get("/me/"))
    asked = viewer.post(ASK, {"email": NEW}, follow=True)
    assert "If new@example.com can be yours, we’ve mailed a link to it." in words(asked)
    code = mailed_code(post_office)
    assert viewer.get(CONFIRM).status_code == 200
    assert viewer.head(CONFIRM).status_code == 200
    assert User.objects.filter(email=VIEWER).exists()
    taken = viewer.post(CONFIRM, {"code": code}, follow=True)
    assert "Your email address is new@example.com now." in words(taken)
    assert [can_sign_in(email) for email in (VIEWER, NEW)] == [False, True]


def test_a_taken_address_is_answered_like_a_free_one(viewer: Client) -> None:
    free = words(viewer.post(ASK, {"email": NEW}, follow=True))
    taken = words(viewer.post(ASK, {"email": "editor@example.com"}, follow=True))
    assert taken == free.replace(NEW, "editor@example.com")


def test_the_code_works_for_nobody_else(
    viewer: Client, client_for: ClientFor, post_office: PostOffice
) -> None:
    viewer.post(ASK, {"email": NEW})
    code = mailed_code(post_office)
    assert Client().post(CONFIRM, {"code": code}).headers["Location"].startswith("/sign-in/")
    refused = client_for("editor").post(CONFIRM, {"code": code})
    assert refused.status_code == 422
    assert "This code doesn’t work" in words(refused)
    assert AuditEvent.objects.latest("pk").tag == "code.refused"
    assert viewer.post(CONFIRM, {"code": code}).status_code == 302


def test_only_so_many_are_asked_for_in_a_day(viewer: Client) -> None:
    answers = [viewer.post(ASK, {"email": f"new{number}@example.com"}) for number in range(11)]
    assert [answer.status_code for answer in answers] == [302] * 10 + [429]


def test_a_code_that_is_wrong_or_empty_is_told_at_its_field(viewer: Client) -> None:
    assert "Enter the code." in words(viewer.post(CONFIRM, {"code": ""}))
    assert "Enter an email address." in words(viewer.post(ASK, {"email": ""}))
    assert "such as name@example.com" in words(viewer.post(ASK, {"email": "no address"}))


def test_without_mail_an_admin_is_to_be_asked(client_for: ClientFor) -> None:
    client = client_for("viewer")
    assert "To use another one, ask an admin." in words(client.get("/me/"))
    answer = client.get(ASK)
    assert answer.status_code == 404
    assert "Ask an admin to change your address." in words(answer)


def test_nothing_of_the_sign_in_keeps_an_address_of_its_own(cast: Cast) -> None:
    """Another list of addresses would let people sign in with one that they have no more."""
    assert can_sign_in(VIEWER)
    assert not EmailAddress.objects.exists()
