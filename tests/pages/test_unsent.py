"""A form that was sent after the session ended: lost, and both pages behind it say so."""

from urllib.parse import quote

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from emulator import Emulator
from secretsapp.models import AuditEvent, Change
from tests.pages.conftest import AddressOf, ClientFor
from tests.pages.reading import body, field, words
from tests.stage import PASSWORD, Cast

MARKER = "marker-9c41"
SITE = "http://testserver"
AT_SIGN_IN = "Your session had ended, so nothing was sent, and what you entered wasn’t kept."
ON_THE_PAGE = "Your session had ended, so nothing was sent"
ENTER_AGAIN = f"{ON_THE_PAGE}. Enter the value again: Sealroom keeps neither it"
FORMS = {
    "secret_rotate": {"value": MARKER},
    "secret_delete": {"name": MARKER},
    "secret_details": {"note": MARKER},
}


def sign_in(client: Client, page: str) -> str:
    """Sign in on the page of the sign-in as it stands, and give the address behind it."""
    form = client.get(page)
    assert AT_SIGN_IN in words(form)
    goal = field(form, "next")
    typed = {"login": "manager@example.com", "password": PASSWORD, "next": goal}
    wrong = client.post(reverse("account_login"), typed | {"password": "wrong password"})
    assert AT_SIGN_IN in words(wrong)
    answer = client.post(reverse("account_login"), typed)
    return str(answer.headers["Location"])


@pytest.mark.parametrize("page", FORMS)
def test_both_pages_say_that_nothing_was_sent(
    cast: Cast, address_of: AddressOf, emulator: Emulator, page: str
) -> None:
    client, address = Client(), address_of(page, "PAY_KEY")
    emulator.clear_requests()
    answer = client.post(address, FORMS[page])
    assert answer.headers["Location"] == f"/sign-in/?next={address}{quote('?unsent=1')}"
    back = sign_in(client, answer.headers["Location"])
    assert back == f"{address}?unsent=1"
    form = client.get(back)
    assert (ENTER_AGAIN if page == "secret_rotate" else ON_THE_PAGE) in words(form)
    assert MARKER not in body(form)
    assert (emulator.requests, Change.objects.count()) == ([], 0)


def test_what_was_entered_is_kept_nowhere(cast: Cast, address_of: AddressOf) -> None:
    client, events = Client(), AuditEvent.objects.count()
    answer = client.post(
        address_of("secret_rotate", "PAY_KEY"), {"value": MARKER, "unsent": MARKER}
    )
    assert MARKER not in f"{answer.headers} {answer.content!r} {client.cookies}"
    assert (Session.objects.count(), AuditEvent.objects.count()) == (0, events)


def test_a_form_that_is_sent_after_all_says_it_no_more(
    client_for: ClientFor, address_of: AddressOf
) -> None:
    client, address = client_for("manager"), f"{address_of('secret_rotate', 'PAY_KEY')}?unsent=1"
    refused = client.post(address, {"value": ""})
    assert refused.status_code == 422
    assert ON_THE_PAGE not in words(refused)
    assert ON_THE_PAGE not in words(client.post(address, {"value": "x"}, follow=True))


def test_a_session_that_ends_twice_is_flagged_once(db: None, address_of: AddressOf) -> None:
    address = f"{address_of('secret_create')}?unsent=1"
    location = Client().post(address, {}).headers["Location"]
    assert location == f"/sign-in/?next={quote(address)}"


def test_a_button_leads_back_to_the_page_it_was_on(db: None, address_of: AddressOf) -> None:
    page = address_of("secret", "PAY_KEY")
    headers = {"Referer": f"{SITE}{page}"}
    answer = Client().post(address_of("secret_acknowledge", "PAY_KEY"), {}, headers=headers)
    assert answer.headers["Location"] == f"/sign-in/?next={page}{quote('?unsent=1')}"


@pytest.mark.parametrize(
    "referer",
    ["https://elsewhere.example/x", "//elsewhere.example/x", "javascript:x", "http://[", "", SITE],
)
def test_nobody_is_led_elsewhere(db: None, address_of: AddressOf, referer: str) -> None:
    address = address_of("secret_rotate", "PAY_KEY")
    answer = Client().post(address, {}, headers={"Referer": referer})
    assert answer.headers["Location"] == f"/sign-in/?next={address}{quote('?unsent=1')}"


@pytest.mark.parametrize("flag", ["2", "", "<b>x</b>", "1&unsent=x"])
def test_the_flag_is_one_word_and_shows_no_text(
    client_for: ClientFor, address_of: AddressOf, flag: str
) -> None:
    page = client_for("manager").get(f"{address_of('secret', 'PAY_KEY')}?unsent={flag}")
    goal = quote(f"/?unsent={flag}")
    for answer in (page, Client().get(f"/sign-in/?next={goal}")):
        assert "Your session had ended" not in words(answer)
        assert "<b>x</b>" not in body(answer)


@pytest.mark.parametrize("goal", ["", "/", "http://[", "/?unsent=1#x&unsent=1"])
def test_a_page_that_was_only_opened_leads_to_a_plain_sign_in(
    db: None, cast: Cast, goal: str
) -> None:
    told = "Your session had ended" in words(Client().get(f"/sign-in/?next={quote(goal)}"))
    assert told is ("unsent=1#" in goal)
    answer = Client().get("/audit/")
    assert answer.headers["Location"] == "/sign-in/?next=/audit/"


def test_a_part_of_a_page_says_it_as_well(db: None) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": f"{SITE}/universes/new/"}
    answer = Client().post(reverse("universe_test"), {"reference": MARKER}, headers=headers)
    assert answer.headers["HX-Redirect"] == f"/sign-in/?next=/universes/new/{quote('?unsent=1')}"


def test_what_a_page_sends_by_itself_is_missed_by_nobody(db: None, address_of: AddressOf) -> None:
    answer = Client().post(address_of("universe_refresh"))
    assert "unsent" not in answer.headers["Location"]
