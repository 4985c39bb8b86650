"""The ways in: the first run, a password by a code, and a link by mail."""

import re
from collections.abc import Callable, Iterator

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from secretsapp.adapters import logs
from secretsapp.models import AuditEvent, PasswordMail, User
from secretsapp.people import password_mail, ways_in
from tests.pages.reading import body, field, words
from tests.stage import STAGEHAND, Cast, engage
from tests.support.watch import Watch

pytestmark = pytest.mark.django_db

WELCOME, PASSWORD, FORGOTTEN, SIGN_IN = (
    "/welcome/",
    "/password/",
    "/password/forgotten/",
    "/sign-in/",
)
NEW_PASSWORD = "a lantern on the pier"


@pytest.fixture(autouse=True)
def _rested(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let no attempt of another test count, and no answer wait."""
    monkeypatch.setattr(password_mail, "ANSWER_SECONDS", 0)
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def claim() -> dict[str, str]:
    """What the first person types, with a good code."""
    code = ways_in.issue_claim_code(STAGEHAND)
    assert code is not None
    return {
        "code": code.text,
        "name": "Ada First",
        "email": "Ada@Example.com",
        "password": NEW_PASSWORD,
    }


def test_the_first_run_makes_an_admin_signs_them_in_and_leads_to_the_guide(
    claim: dict[str, str],
) -> None:
    client, watch = Client(), Watch()
    assert client.get(SIGN_IN).headers["Location"] == WELCOME
    assert "printed in the terminal" in words(client.get(WELCOME))
    answer = client.post(WELCOME, claim)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/guide/")
    ada = User.objects.get()
    assert (ada.email, ada.name) == ("ada@example.com", "Ada First")
    assert client.session["_auth_user_id"] == str(ada.pk)
    tags = ["installation.claimed", "person.created", "grant.given", "person.signed_in"]
    assert watch.tags == tags
    assert {(event.actor_name, event.address) for event in watch.events} == {
        ("ada@example.com", "127.0.0.1")
    }


def test_an_account_without_rights_leaves_the_first_run_to_the_first_admin(
    claim: dict[str, str], password: str
) -> None:
    early = engage("early").user
    client = Client()
    assert "Sign in" in words(client.get(SIGN_IN))
    client.post(SIGN_IN, {"login": early.email, "password": password})
    taken = client.post(WELCOME, claim | {"email": early.email})
    assert "There is already an account with that email address." in words(taken)
    assert client.post(WELCOME, claim).headers["Location"] == "/guide/"
    assert client.session["_auth_user_id"] == str(User.objects.get(email="ada@example.com").pk)
    assert client.get("/people/").status_code == 200


def test_once_there_is_an_admin_the_first_run_is_over(claim: dict[str, str]) -> None:
    client = Client()
    client.post(WELCOME, claim)
    stranger = Client()
    for answer in (stranger.get(WELCOME), stranger.post(WELCOME, claim)):
        assert answer.headers["Location"] == SIGN_IN
    assert client.get(WELCOME, follow=True).redirect_chain == [(SIGN_IN, 302), ("/", 302)]
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    ("name", "typed", "sentence"),
    [
        ("code", "K7QX-0000", "This code doesn’t work"),
        ("code", "", "Enter the code."),
        ("email", "", "Enter an email address."),
        ("password", "", "Enter a password."),
        ("password", "123456789012", "This password is only digits."),
        ("name", "", "Enter your name."),
        ("email", "no address", "Enter an email address"),
        ("password", "short", "too short"),
        ("password", "\N{REPLACEMENT CHARACTER}" * 20, "isn’t valid text"),
        ("name", "bell\a", "Remove the control characters"),
    ],
)
def test_a_claim_in_the_wrong_is_told_why_and_keeps_all_but_the_password(
    claim: dict[str, str], name: str, typed: str, sentence: str
) -> None:
    sent = claim | {name: typed}
    answer = Client().post(WELCOME, sent)
    assert answer.status_code == 422
    assert sentence in words(answer)
    assert field(answer, "password") == ""
    assert NEW_PASSWORD not in body(answer)
    assert field(answer, "code") == sent["code"]
    assert not User.objects.exists()


def code_for(cast: Cast, role: str) -> str:
    """A code by which that person sets a password."""
    return ways_in.make_link(STAGEHAND, cast[role].user).code


def test_a_password_is_set_by_a_code_and_older_sessions_end(
    cast: Cast, client_for: Callable[[str], Client]
) -> None:
    before, stranger = client_for("viewer"), Client()
    assert before.get("/").status_code == 200
    sent = {"code": code_for(cast, "viewer"), "password": NEW_PASSWORD}
    answer = stranger.post(PASSWORD, sent)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    assert "Your password is set. Your earlier sessions have ended." in words(stranger.get("/"))
    assert before.get("/").status_code == 302
    again = Client().post(PASSWORD, sent)
    assert (again.status_code, "has been used" in words(again)) == (422, True)


def test_a_password_is_set_in_a_browser_where_one_is_signed_in(
    cast: Cast, client_for: Callable[[str], Client]
) -> None:
    client = client_for("viewer")
    client.get("/me/")
    sent = {"code": code_for(cast, "viewer"), "password": NEW_PASSWORD}
    answer = client.post(PASSWORD, sent, follow=True)
    assert answer.redirect_chain == [("/", 302)]
    assert "Your password is set. Your earlier sessions" in words(answer)


def test_who_comes_for_the_first_time_is_not_told_of_sessions(cast: Cast) -> None:
    client, sent = Client(), {"code": code_for(cast, "editor"), "password": NEW_PASSWORD}
    assert "signed out" not in words(client.get(PASSWORD))
    answer = words(client.post(PASSWORD, sent, follow=True))
    assert "Your password is set." in answer
    assert "sessions have ended" not in answer


def test_after_a_password_that_will_not_do_the_code_stands_there_again(cast: Cast) -> None:
    code = code_for(cast, "viewer")
    answer = Client().post(PASSWORD, {"code": code, "password": "viewer@example.com"})
    assert "too similar to the email address" in words(answer)
    assert (field(answer, "code"), field(answer, "password")) == (code, "")


def test_guessing_codes_ends_for_the_address(cast: Cast) -> None:
    client = Client(REMOTE_ADDR="192.0.2.1")
    sent = {"code": "0" * 24, "password": NEW_PASSWORD}
    statuses = [client.post(PASSWORD, sent).status_code for _ in range(21)]
    assert (set(statuses[:20]), statuses[20]) == ({422}, 429)
    assert Client(REMOTE_ADDR="192.0.2.2").post(PASSWORD, sent).status_code == 422
    assert client.get(PASSWORD).status_code == 200


def test_guessing_the_claim_code_ends_for_the_address(claim: dict[str, str]) -> None:
    client = Client(REMOTE_ADDR="192.0.2.1")
    for _ in range(20):
        client.post(WELCOME, claim | {"code": "0" * 24})
    assert client.post(WELCOME, claim).status_code == 429
    assert not User.objects.exists()


def test_a_link_is_asked_for_with_one_answer_for_everybody(cast: Cast, settings: Settings) -> None:
    settings.EMAIL_HOST = "127.0.0.1"
    client = Client()
    assert f'href="{FORGOTTEN}"' in body(client.get(SIGN_IN))
    assert client.get(FORGOTTEN).status_code == 200
    said = set()
    for email in ("viewer@example.com", "nobody@example.com", "no address"):
        answer = client.post(FORGOTTEN, {"email": email})
        assert answer.headers["Location"] == SIGN_IN
        said.add(tuple(re.findall(r"If there is .*? hour\.", words(client.get(SIGN_IN)))))
    sentence = (
        "If there is an account with that address, we’ve sent a link to it. It works for an hour."
    )
    assert said == {(sentence,)}
    assert [mail.person.email for mail in PasswordMail.objects.all()] == ["viewer@example.com"]
    assert "Enter an email address." in words(client.post(FORGOTTEN, {"email": ""}))


def test_asking_for_links_ends_for_the_network_and_not_for_the_person(
    cast: Cast, settings: Settings
) -> None:
    settings.EMAIL_HOST = "127.0.0.1"
    client = Client(REMOTE_ADDR="192.0.2.1")
    sent = [client.post(FORGOTTEN, {"email": f"{n}@example.com"}).status_code for n in range(21)]
    assert (set(sent[:20]), sent[20]) == ({302}, 429)
    others = [Client(REMOTE_ADDR=f"192.0.2.{n}") for n in range(2, 8)]
    asked = [other.post(FORGOTTEN, {"email": "viewer@example.com"}) for other in others]
    assert [answer.status_code for answer in asked] == [302] * 6


def test_a_known_device_gets_its_mail_whatever_others_asked_for(
    cast: Cast, settings: Settings, password: str
) -> None:
    settings.EMAIL_HOST = "127.0.0.1"
    sent, client = {"email": "viewer@example.com"}, Client()
    client.post(SIGN_IN, {"login": "viewer@example.com", "password": password})
    for number in range(1, 9):
        Client(REMOTE_ADDR=f"192.0.2.{number}").post(FORGOTTEN, sent)
    PasswordMail.objects.all().delete()
    Client(REMOTE_ADDR="192.0.2.20").post(FORGOTTEN, sent)
    assert not PasswordMail.objects.exists()
    client.post("/sign-out/")
    client.post(FORGOTTEN, {"email": "Viewer@example.com "})
    assert PasswordMail.objects.get().person == cast["viewer"].user


def test_without_a_mail_server_no_mail_is_offered(cast: Cast) -> None:
    client = Client()
    assert FORGOTTEN not in body(client.get(SIGN_IN))
    for answer in (client.get(FORGOTTEN), client.post(FORGOTTEN, {"email": "v@example.com"})):
        assert answer.status_code == 404
        assert "Ask an admin for a password link" in words(answer)


@pytest.mark.parametrize(
    "path", ["/password/%23{}", "/password/%20{}", "/password%23{}", "/welcome/{}"]
)
def test_a_code_that_came_in_a_path_is_not_logged(
    db: None, caplog: pytest.LogCaptureFixture, path: str
) -> None:
    caplog.set_level("WARNING", "django.request")
    Client().get(path.format("K7QX-0000"))
    (record,) = [record for record in caplog.records if record.name == "django.request"]
    assert "K7QX" in caplog.text
    assert "Not Found: /" in logs.PeopleFormatter().format(record)
    assert "Not Found: " in logs.MachineFormatter().format(record)
    for form in (logs.PeopleFormatter(), logs.MachineFormatter()):
        assert "K7QX" not in form.format(record)


def test_no_code_is_kept_anywhere(claim: dict[str, str], caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    client = Client()
    client.post(WELCOME, claim | {"password": "short"})
    client.post(WELCOME, claim)
    link = ways_in.make_link(STAGEHAND, User.objects.get())
    client.post(PASSWORD, {"code": link.code, "password": "short"})
    client.post(PASSWORD, {"code": link.code, "password": "a sentence nobody guesses"})
    events = [vars(event) for event in AuditEvent.objects.all()]
    kept = f"{caplog.text} {events} {dict(client.session)}"
    for secret in (claim["code"], link.code, claim["password"]):
        assert secret not in kept
        assert secret.replace("-", "") not in kept
