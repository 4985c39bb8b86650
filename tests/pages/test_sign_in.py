"""Signing in and out, and what strangers to the dashboard are told."""

import pytest
from django.core.cache import cache
from django.test import Client

from secretsapp import __version__
from secretsapp.models import AuditEvent
from secretsapp.people import accounts, sign_ins
from tests import stage
from tests.pages.conftest import AddressOf, ClientFor
from tests.pages.reading import body, words
from tests.stage import Cast

SIGN_IN = "/sign-in/"


@pytest.fixture(autouse=True)
def _rested(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no attempt of an earlier test count, and no answer wait."""
    monkeypatch.setattr(sign_ins, "RECORDED_IN_SECONDS", 0)
    cache.clear()


def typed(role: str, password: str) -> dict[str, str]:
    """What is typed at the sign-in."""
    return {"login": f"{role}@example.com", "password": password}


def test_signing_in_leads_to_the_page_one_wanted(
    cast: Cast, address_of: AddressOf, password: str
) -> None:
    client = Client()
    wanted = address_of("secret", "PAY_KEY")
    sent_to = client.get(wanted)
    assert sent_to.headers["Location"] == f"{SIGN_IN}?next={wanted}"
    form = client.get(f"{SIGN_IN}?next={wanted}")
    assert f'name="next" value="{wanted}"' in body(form)
    answer = client.post(SIGN_IN, typed("viewer", password) | {"next": wanted})
    assert answer.headers["Location"] == wanted
    assert AuditEvent.objects.filter(tag="person.signed_in").count() == 1


def test_another_host_is_no_page_one_wanted(cast: Cast, password: str) -> None:
    sent = typed("viewer", password) | {"next": "https://elsewhere.example/"}
    assert Client().post(SIGN_IN, sent).headers["Location"] == "/"


@pytest.mark.parametrize("role", ["viewer", "nobody-of-that-name"])
def test_a_wrong_password_and_an_unknown_address_look_the_same(cast: Cast, role: str) -> None:
    answer = Client().post(SIGN_IN, typed(role, "wrong password"))
    page = words(answer)
    assert "Email or password is incorrect." in page
    assert "wrong password" not in body(answer)


def test_what_is_missing_is_said_beside_its_field(cast: Cast) -> None:
    page = words(Client().post(SIGN_IN, {"login": "no address"}))
    assert "Email address Enter an email address." in page
    assert "Password Enter your password." in page
    assert "Couldn’t sign in." not in page


def test_strangers_are_told_whose_installation_it_is_and_not_its_version(cast: Cast) -> None:
    page = words(Client().get(SIGN_IN))
    assert page.endswith("testserver")
    assert __version__ not in page


@pytest.mark.parametrize(
    "headers", [{"Accept": "application/json"}, {"X-Requested-With": "XMLHttpRequest"}]
)
def test_the_form_is_not_given_back_as_json_with_its_password(
    cast: Cast, headers: dict[str, str]
) -> None:
    answer = Client().post(SIGN_IN, typed("viewer", "wrong password"), headers=headers)
    assert answer.headers["Content-Type"].startswith("text/html")
    assert "wrong password" not in body(answer)


def test_there_is_no_way_to_sign_up_or_to_stay_signed_in(cast: Cast) -> None:
    page = body(Client().get(SIGN_IN))
    assert "Ask an admin for a link to set one." in page
    for absent in ("remember", "sign up", "signup", "forgot"):
        assert absent not in page.lower()


def guess(role: str, address: str, times: int) -> None:
    """Fail to sign in as someone, that many times, from that address."""
    client = Client(REMOTE_ADDR=address)
    for _ in range(times):
        client.post(SIGN_IN, typed(role, "wrong password"))


def is_let_in(role: str, password: str, address: str, **headers: str) -> bool:
    """Whether the right password signs that person in from there; if not, it is said why."""
    client = Client(REMOTE_ADDR=address)
    answer = client.post(SIGN_IN, typed(role, password), headers=headers)
    let_in = "_auth_user_id" in client.session
    assert let_in or "Too many failed attempts. Wait 5 minutes and try again." in words(answer)
    return let_in


def test_guessing_ends_for_the_address_and_keeps_nobody_else_out(cast: Cast, password: str) -> None:
    guess("viewer", "192.0.2.1", times=10)
    assert not is_let_in("viewer", password, "192.0.2.1")
    assert not is_let_in("editor", password, "192.0.2.1")
    assert is_let_in("viewer", password, "192.0.2.2")


@pytest.mark.long
def test_guessing_from_many_addresses_ends_for_the_person(cast: Cast, password: str) -> None:
    for number in range(10):
        guess("viewer", f"192.0.2.{number}", times=10)
    assert not is_let_in("viewer", password, "192.0.2.100")
    assert is_let_in("editor", password, "192.0.2.100")
    # The port of the Host header is the client's to choose, and no way around the count.
    assert not is_let_in("viewer", password, "192.0.2.101", host="testserver:4321")


def test_a_right_password_uses_no_attempt_up(cast: Cast, password: str) -> None:
    guess("viewer", "192.0.2.1", times=9)
    assert all(is_let_in("viewer", password, "192.0.2.1") for _ in range(3))


def test_a_flood_is_turned_away_in_the_layout(cast: Cast) -> None:
    client = Client()
    statuses = [client.post(SIGN_IN, {}).status_code for _ in range(31)]
    assert statuses[:30] == [200] * 30
    assert statuses[30] == 429
    assert "There were too many attempts" in words(client.post(SIGN_IN, {}))


def test_a_disabled_account_is_told_so(cast: Cast, password: str) -> None:
    accounts.disable(stage.STAGEHAND, cast["viewer"].user)
    client = Client()
    answer = client.post(SIGN_IN, typed("viewer", password), follow=True)
    assert answer.status_code == 403
    assert "Ask an admin to enable your account." in words(answer)
    assert "_auth_user_id" not in client.session


def test_signing_out_ends_the_session(client_for: ClientFor) -> None:
    client = client_for("viewer")
    answer = client.post("/sign-out/", follow=True)
    assert answer.redirect_chain == [(SIGN_IN, 302)]
    assert "You are signed out." in words(answer)
    assert client.get("/").status_code == 302


def test_signing_out_is_never_a_link(client_for: ClientFor) -> None:
    client = client_for("viewer")
    assert client.get("/sign-out/").status_code == 405
    assert client.get("/").status_code == 200


def test_signing_out_after_the_session_ended_is_no_error(db: None) -> None:
    assert Client().post("/sign-out/").headers["Location"] == SIGN_IN


def test_who_is_signed_in_already_goes_on(client_for: ClientFor) -> None:
    assert client_for("viewer").get(SIGN_IN).headers["Location"] == "/"
