"""Confirming that it's oneself: before what can't be undone, and never by sending it again."""

from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from secretsapp.adapters import limits
from secretsapp.adapters.limits import Limit
from secretsapp.models import AuditEvent, Universe
from secretsapp.people import required_factors, sign_ins
from secretsapp.web.confirming import ASKED
from tests.pages.conftest import ClientFor
from tests.pages.reading import body, words
from tests.spine.doors import DOORS, READ, SEND, Door
from tests.stage import PASSWORD, STAGEHAND, Cast
from tests.support.apps_of_people import code_of, give_app
from tests.support.passkeys_of_people import give_passkey, options_on

INVITE = "/people/invite/"
ASKS = f"/confirm/?next={INVITE}"
NOT_KEPT = "Nothing was changed or sent"
# What takes a form and asks for nothing more: it can be taken back, or asks by itself.
NOT_ASKED = {
    # Oneself.
    *("confirm", "me", "me_password", "session_end", "sessions_end_others", "team_leave"),
    *("me_passkey_rename", "sign_in_recognize", "sign_in_disown", "confirm_with"),
    # Secrets: their values are new, and what was there is told.
    *("secret_create", "secret_rotate", "secret_create_value", "secret_rotate_value"),
    *("secret_details", "secret_acknowledge", "proposals_approve"),
    *("secret_due", "secret_snooze", "due_policies", "due_policy_remove"),
    *(
        "several_details",
        "several_review",
        "outside_review",
        "absences_accept",
        "absences_withdraw",
    ),
    *("compare_replace", "batch_steer", "replace_everywhere_value"),
    *("proposals_waiting_approve", "proposal_decide", "universe_refresh", "universe_pin"),
    # What is only read.
    *("secret_servers", "servers_logs", "server_restart_follow", "group_read", "group_review"),
    # Asking, trying, and taking away what someone asked for.
    *("request_new", "request_decline", "request_withdraw", "renewal_ask", "renewal_end"),
    *("review_start", "review_stop", "review", "universe_test", "api_key_test", "channel_test"),
    *("channel_decide", "witness_try", "checkpoint_make", "audit_searches", "access_reach"),
    *("access_everywhere_reach", "invitation_revoke"),
    # What was done at Roblox, and a look that changes nothing there.
    *("api_key_fixed", "api_key_old_deleted", "api_keys_check"),
}


@pytest.fixture(autouse=True)
def _rested(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no attempt of an earlier test count, and no answer wait."""
    monkeypatch.setattr(sign_ins, "RECORDED_IN_SECONDS", 0)
    cache.clear()


@pytest.fixture
def admin(client_for: ClientFor) -> Client:
    """An admin's browser, a while after they signed in."""
    return aged(client_for("admin"))


def aged(client: Client, minutes: int = 16) -> Client:
    """The browser, so long after its person confirmed that it's them."""
    session = client.session
    session["confirmed_at"] = (timezone.now() - timedelta(minutes=minutes)).timestamp()
    session.save()
    return client


def asked_doors(method: str) -> list[Door]:
    """The doors that ask, of those that answer the method."""
    return [door for door in DOORS if door.name in ASKED and method in door.allowed]


def test_of_everything_that_takes_a_form_it_is_said_whether_it_asks() -> None:
    taking = {door.name for door in DOORS if SEND in door.allowed}
    assert taking == NOT_ASKED | ASKED
    assert not NOT_ASKED & ASKED


def test_each_is_asked_about_before_its_form_is_shown(admin: Client, universe: Universe) -> None:
    for door in asked_doors(READ):
        address = door.address(universe, "PAY_KEY")
        answer = admin.get(address)
        assert answer.headers.get("Location") == f"/confirm/?next={address}", door.name


def test_what_is_sent_too_late_does_nothing_and_is_not_kept(
    admin: Client, universe: Universe
) -> None:
    addresses = [(door, door.address(universe, "PAY_KEY")) for door in asked_doors(SEND)]
    before = AuditEvent.objects.count()
    for door, address in addresses:
        answer = admin.post(address, door.sent | {"value": "v4lue-sent"})
        assert (answer.status_code, NOT_KEPT in words(answer)) == (403, True), door.name
        assert "v4lue-sent" not in body(answer)
    assert AuditEvent.objects.count() == before
    assert "v4lue-sent" not in str(dict(admin.session))


def test_the_way_leads_back_to_the_page_that_the_form_was_on(
    admin: Client, universe: Universe
) -> None:
    page = f"http://testserver/universes/{universe.pk}/access/"
    answer = admin.post(f"/universes/{universe.pk}/remove/", headers={"referer": page})
    assert f'href="/confirm/?next=/universes/{universe.pk}/access/"' in body(answer)


def test_a_password_confirms_it_for_a_quarter_of_an_hour(admin: Client) -> None:
    assert "Enter your password." in words(admin.post(ASKS, {"next": INVITE}))
    answer = admin.post("/confirm/", {"password": PASSWORD, "next": f"{INVITE}?role=viewer"})
    assert answer.headers["Location"] == f"{INVITE}?role=viewer"
    assert admin.get(INVITE).status_code == 200
    assert admin.get(ASKS).headers["Location"] == INVITE
    with time_machine.travel(timezone.now() + timedelta(minutes=14)):
        assert admin.get(INVITE).status_code == 200
    with time_machine.travel(timezone.now() + timedelta(minutes=15)):
        assert admin.get(INVITE).status_code == 302


def test_a_wrong_password_confirms_nothing_and_is_told_and_counted(
    admin: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "PASSWORDS", Limit("password", 2, "5m"))
    for _ in range(2):
        answer = admin.post("/confirm/", {"password": "not the password"})
        assert (answer.status_code, "incorrect" in words(answer)) == (422, True)
    assert "Too many failed attempts" in words(admin.post("/confirm/", {"password": PASSWORD}))
    assert admin.get(INVITE).status_code == 302
    assert AuditEvent.objects.filter(tag="person.sign_in_failed").exists()


def test_a_code_confirms_it_once(client_for: ClientFor, cast: Cast) -> None:
    assert "Or a code" not in body(aged(client_for("admin")).get("/confirm/"))
    secret = give_app(cast["admin"].user)
    client = aged(client_for("admin"))
    assert "Or a code" in body(client.get("/confirm/"))
    wrong = client.post("/confirm/", {"code": "000000"})
    assert (wrong.status_code, "didn’t work" in words(wrong)) == (422, True)
    code = code_of(secret)
    assert client.post("/confirm/", {"code": code, "next": INVITE}).status_code == 302
    assert client.get(INVITE).status_code == 200
    assert aged(client).post("/confirm/", {"code": code}).status_code == 422


def test_a_passkey_confirms_it_once(client_for: ClientFor, cast: Cast) -> None:
    assert "Use a passkey" not in body(aged(client_for("admin")).get("/confirm/"))
    device, others = give_passkey(cast["admin"].user), give_passkey(cast["viewer"].user)
    client = aged(client_for(cast["admin"]))
    wrong: dict[str, str] = {"credential": others.use(options_on(client.get(ASKS)))}
    answer = client.post("/confirm/", wrong)
    assert (answer.status_code, "didn’t work" in words(answer)) == (422, True)
    assert client.get(INVITE).status_code == 302
    right = {"credential": device.use(options_on(answer)), "next": INVITE}
    assert client.post("/confirm/", right).headers["Location"] == INVITE
    assert client.get(INVITE).status_code == 200
    assert aged(client).post("/confirm/", right).status_code == 422


def test_guesses_of_codes_are_limited(
    client_for: ClientFor, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "SECOND_FACTORS", Limit("second_factor", 2, "5m"))
    give_app(cast["admin"].user)
    client = aged(client_for("admin"))
    sent = ({"code": "000000"}, {"credential": "{}"}, {"code": "000000"})
    answers = [client.post("/confirm/", each).status_code for each in sent]
    assert answers == [422, 422, 429]
    both = {"code": "000000", "password": "not looked at"}
    assert client.post("/confirm/", both).status_code == 429


def test_a_list_of_access_asks_where_it_is_to_be_a_file(admin: Client, cast: Cast) -> None:
    for page in ("/me/access/", f"/people/{cast['viewer'].user.pk}/access/"):
        assert admin.get(page).status_code == 200
        answer = admin.get(f"{page}?format=csv")
        assert answer.headers["Location"] == f"/confirm/?next={page}%3Fformat%3Dcsv"


def test_who_has_no_app_proves_nothing_with_a_code(admin: Client) -> None:
    assert "Enter your password." in words(admin.post("/confirm/", {"code": "123456"}))


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example/", "//evil.example/", "/\\evil.example", "people/", "", "\0"],
)
def test_it_leads_nowhere_else(admin: Client, elsewhere: str) -> None:
    answer = admin.post("/confirm/", {"password": PASSWORD, "next": elsewhere})
    assert answer.headers["Location"] == "/"


def test_a_time_to_come_or_none_that_is_known_confirms_nothing(client_for: ClientFor) -> None:
    client = aged(client_for("admin"), minutes=-1)
    assert client.get(INVITE).status_code == 302
    session = client.session
    for other in ("soon", None, True):
        session["confirmed_at"] = other
        session.save()
        assert client.get(INVITE).status_code == 302


def test_one_session_confirms_nothing_for_another(client_for: ClientFor) -> None:
    first, second = (aged(client_for("admin")) for _ in range(2))
    first.post("/confirm/", {"password": PASSWORD})
    assert first.get(INVITE).status_code == 200
    assert second.get(INVITE).status_code == 302


def test_the_whole_page_goes_where_htmx_asked_for_a_part(admin: Client) -> None:
    answer = admin.get(INVITE, headers={"HX-Request": "true"})
    assert answer.headers["HX-Redirect"] == ASKS


def test_who_is_not_signed_in_signs_in(client: Client, cast: Cast) -> None:
    assert client.get(INVITE).headers["Location"] == f"/sign-in/?next={INVITE}"
    assert client.get("/confirm/").headers["Location"] == "/sign-in/?next=/confirm/"


def test_a_sign_in_confirms_it(client: Client, cast: Cast) -> None:
    client.post("/sign-in/", {"login": "admin@example.com", "password": PASSWORD})
    assert client.get(INVITE).status_code == 200


def asked(client: Client, page: str, person: object) -> dict[str, str]:
    """What the page's script is answered before it sends a form there."""
    answer = client.get("/me/session/", {"page": page, "person": str(person)})
    said: dict[str, str] = answer.json()
    return said


def test_a_page_is_told_whether_a_form_can_be_sent_before_anything_is_lost(
    admin: Client, client_for: ClientFor, cast: Cast
) -> None:
    one, other = cast["admin"].user.pk, cast["viewer"].user.pk
    assert "confirm in a new tab" in asked(admin, INVITE, one)["notice"]
    assert "signed in as someone else" in asked(admin, "/audit/", other)["notice"]
    assert "Your session has ended" in asked(Client(), "/audit/", one)["notice"]
    for page in ("/me/", "/none", "\0", "http://[", ""):
        assert set(asked(admin, page, one)) == {"token"}
    required_factors.require(STAGEHAND, None, timezone.now(), is_meant=True)
    assert "set up a second factor in a new tab" in asked(admin, "/audit/", one)["notice"]
    assert "confirm in a new tab" in asked(admin, "/me/authenticator-app/", one)["notice"]
    required_factors.stop(STAGEHAND, None)
    answer = Client(enforce_csrf_checks=True)
    answer.cookies = admin.cookies
    token = answer.get("/me/session/", {"page": "/me/", "person": str(one)}).json()["token"]
    sent = {"name": "Someone", "csrfmiddlewaretoken": token}
    assert answer.post("/me/", sent).status_code == 302
