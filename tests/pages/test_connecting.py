"""Roblox connected with OAuth 2.0 in the browser: there and back, again, and not at all."""

import re
import time
from html import unescape
from urllib.parse import urlencode

import pytest
from django.test import Client
from pytest_django import Settings

from emulator import READ_SECRETS, Emulator, faults
from emulator import Universe as EmulatedUniverse
from secretsapp.api_keys import authorizing
from secretsapp.api_keys.authorizing import Sent
from secretsapp.models import ApiKey, Grant, OAuthAccess, Universe
from secretsapp.opencloud.types import Tokens
from tests.pages.conftest import ClientFor
from tests.pages.reading import body, words
from tests.stage import HARBOR_ID
from tests.support.connected import (
    APP_ID,
    NAME,
    PERSON,
    TOKEN,
    connect,
    granted,
    let_access_end,
    refreshes,
    set_up_app,
    use_for,
)
from tests.support.watch import Watch, detail

pytestmark = [pytest.mark.django_db, pytest.mark.engine]

CONNECT, BACK = "/api-keys/connect/", "/api-keys/connect/back/"
REVOKE = f"{TOKEN}/revoke"


@pytest.fixture
def admin(client_for: ClientFor, emulator: Emulator, settings: Settings) -> Client:
    """An admin's browser, where an app is set up."""
    set_up_app(emulator, settings)
    return client_for("admin")


def leave(client: Client, path: str = CONNECT, **sent: str) -> str:
    """The address at Roblox that the form leads to."""
    answer = client.post(path, sent or {"name": NAME})
    assert answer.status_code == 200, words(answer)
    found = re.search(r'href="(http[^"]+/v1/authorize[^"]+)"', body(answer))
    assert found is not None
    return unescape(found[1])


def come_back(client: Client, said: dict[str, str]) -> str:
    """What the page says where Roblox sent the person back with that."""
    answer = client.get(f"{BACK}?{urlencode(said)}", follow=True)
    assert answer.redirect_chain or answer.status_code == 422
    return words(answer)


def refused(client: Client, said: dict[str, str]) -> str:
    """The same where it connects nothing."""
    watch, count = Watch(), ApiKey.objects.count()
    answer = client.get(f"{BACK}?{urlencode(said)}")
    assert answer.status_code == 422
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert (watch.tags, ApiKey.objects.count()) == ([], count)
    return words(answer)


def test_what_was_granted_is_stored_told_and_shown(admin: Client, emulator: Emulator) -> None:
    watch = Watch()
    page = come_back(admin, granted(leave(admin)))
    assert f"Connected “{NAME}”." in page
    assert "universe.secret:read, universe.secret:write" in page
    assert f"User {PERSON}" in page
    assert watch.tags == ["api_key.connected"]
    assert (watch.last.subject_name, detail(watch.last)) == (NAME, {"account": str(PERSON)})
    assert ApiKey.objects.get(name=NAME).is_oauth


def test_the_way_there_has_a_state_and_a_challenge_and_no_secret(admin: Client) -> None:
    address = leave(admin)
    assert f"client_id={APP_ID}" in address
    assert "scope=universe.secret%3Aread+universe.secret%3Awrite" in address
    assert "code_challenge_method=S256" in address
    kept = admin.session["sent_to_roblox"]
    assert kept["state"] in address
    assert kept["verifier"] not in address


def test_a_universe_is_added_read_and_changed_with_it(
    admin: Client, universe: Universe, harbor: EmulatedUniverse, emulator: Emulator
) -> None:
    use_for(universe, connect())
    emulator.clear_requests()
    admin.post(f"/universes/{HARBOR_ID}/refresh/")
    rotated = admin.post(
        f"/universes/{HARBOR_ID}/secrets/PAY_KEY/rotate/",
        {"value": "the next one", "reach": "host", "domain": "api.pay.example"},
    )
    assert rotated.status_code == 302, words(rotated)
    assert harbor.values["PAY_KEY"] == b"the next one"
    assert all("x-api-key" not in request.headers for request in emulator.requests)


def test_an_answer_counts_once(admin: Client) -> None:
    said = granted(leave(admin))
    come_back(admin, said)
    assert "was used before" in refused(admin, said)


def test_an_answer_to_another_session_is_none(admin: Client, client_for: ClientFor) -> None:
    said = granted(leave(admin))
    assert "no connection that was begun in this browser" in refused(client_for("admin"), said)
    assert "no connection that was begun in this browser" in refused(admin, {**said, "state": "x"})
    assert f"Connected “{NAME}”." in come_back(admin, said)


def test_an_answer_is_for_who_was_signed_in(admin: Client) -> None:
    said = granted(leave(admin))
    session = admin.session
    session["sent_to_roblox"] = {**session["sent_to_roblox"], "person_id": 0}
    session.save()
    assert "Someone else signed in here" in refused(admin, said)


def test_an_answer_comes_in_time(admin: Client) -> None:
    said = granted(leave(admin))
    session = admin.session
    began = {"began_at": time.time() - 601}
    session["sent_to_roblox"] = {**session["sent_to_roblox"], **began}
    session.save()
    assert "within 10 minutes" in refused(admin, said)


def test_an_answer_that_names_another_issuer_is_none(admin: Client, emulator: Emulator) -> None:
    said = granted(leave(admin))
    assert "didn’t come from Roblox" in refused(admin, {**said, "iss": "https://evil.example/"})
    emulator.oauth.names_issuer = True
    assert f"Connected “{NAME}”." in come_back(admin, granted(leave(admin)))


def test_a_person_can_refuse_at_roblox(admin: Client, emulator: Emulator) -> None:
    emulator.oauth.let_consent(PERSON, refuses=True)
    assert "Roblox granted no access" in refused(admin, granted(leave(admin)))


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        (faults.status(400, {"error": "invalid_grant"}), "didn’t accept its own answer"),
        (faults.status(401, {"error": "invalid_client"}), "ROBLOX_APP_SECRET"),
        (faults.status(500), "couldn’t be asked"),
        (faults.html(), "couldn’t be asked"),
        (faults.cut_after(), "couldn’t be asked"),
    ],
)
def test_a_code_that_brings_no_tokens_connects_nothing(
    admin: Client, emulator: Emulator, fault: faults.Fault, sentence: str
) -> None:
    said = granted(leave(admin))
    emulator.inject(fault, path=TOKEN)
    assert sentence in refused(admin, said)


def test_a_name_that_was_taken_meanwhile_is_said_and_what_was_granted_revoked(
    admin: Client, emulator: Emulator
) -> None:
    said = granted(leave(admin))
    connect()
    page = refused(admin, said)
    assert "already an API key named" in page
    assert "What Roblox granted just now was revoked there." in page
    stays, revoked = (each.revoked for each in reversed(emulator.oauth.authorizations))
    assert (stays, revoked) == (False, True)


def test_what_could_not_be_revoked_after_a_refusal_is_said(
    admin: Client, emulator: Emulator
) -> None:
    said = granted(leave(admin))
    connect()
    emulator.inject(faults.status(503), path=REVOKE)
    page = refused(admin, said)
    assert "It couldn’t be revoked there, where it ends within 90 days." in page
    assert not any(each.revoked for each in emulator.oauth.authorizations)


def test_what_is_granted_to_who_may_connect_no_more_is_revoked(
    admin: Client, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    def redeem(sent: Sent, code: str) -> Tokens:
        tokens = done(sent, code)
        Grant.objects.all().delete()
        return tokens

    done = authorizing.redeem
    monkeypatch.setattr("secretsapp.api_keys.connecting.redeem", redeem)
    answer = admin.get(f"{BACK}?{urlencode(granted(leave(admin)))}")
    assert answer.status_code == 403
    assert "was revoked there" in words(answer)
    assert emulator.oauth.authorizations[-1].revoked
    assert not OAuthAccess.objects.exists()


def test_a_form_refuses_what_no_name_is_and_a_missing_app(
    admin: Client, settings: Settings
) -> None:
    for name in ("", "automation", "x" * 200):
        assert admin.post(CONNECT, {"name": name}).status_code == 422
    settings.ROBLOX_APP_ID = ""
    page = admin.post(CONNECT, {"name": NAME})
    assert page.status_code == 422
    assert "ROBLOX_APP_ID" in words(page)
    assert "redirect URL" in words(admin.get(CONNECT))
    assert "Connect with Roblox" not in body(admin.get("/api-keys/"))


def test_a_scope_that_was_not_granted_is_shown(admin: Client, emulator: Emulator) -> None:
    said = granted(leave(admin))
    emulator.oauth.authorizations[-1].scopes = frozenset({READ_SECRETS})
    page = come_back(admin, said)
    assert "The scope universe.secret:write wasn’t granted." in page


def test_connecting_again_proves_every_universe_first(
    admin: Client, universe: Universe, emulator: Emulator
) -> None:
    api_key = connect()
    use_for(universe, api_key)
    again, before = f"/api-keys/{api_key.pk}/connect/", OAuthAccess.objects.get()
    emulator.oauth.let_consent(PERSON, [5])
    assert "The old access stays. Harbor" in refused(admin, granted(leave(admin, again, x="")))
    assert [each.revoked for each in emulator.oauth.authorizations] == [False, True]
    assert OAuthAccess.objects.get().generation == before.generation
    emulator.oauth.let_consent(PERSON, [HARBOR_ID])
    watch = Watch()
    page = come_back(admin, granted(leave(admin, again, x="")))
    assert "Passing" in page
    assert watch.tags == ["api_key.reconnected"]
    assert Universe.objects.get().api_key_id == api_key.pk
    assert OAuthAccess.objects.get().generation == before.generation + 1


def test_a_lost_one_says_so_and_works_once_it_is_connected_again(
    admin: Client, universe: Universe, emulator: Emulator
) -> None:
    api_key = connect()
    use_for(universe, api_key)
    emulator.oauth.revoke_all()
    let_access_end(emulator)
    admin.post(f"/api-keys/{api_key.pk}/test/")
    page = words(admin.get(f"/api-keys/{api_key.pk}/"))
    assert "This connection was lost" in page
    assert "no longer accepts this connection" in page
    page = come_back(admin, granted(leave(admin, f"/api-keys/{api_key.pk}/connect/", x="")))
    assert "This connection was lost" not in page
    assert "Passing" in page


def test_a_key_is_not_connected_again_and_an_access_not_replaced(
    admin: Client, universe: Universe
) -> None:
    key = ApiKey.objects.get(name="automation")
    page = admin.post(f"/api-keys/{key.pk}/connect/", {})
    assert (page.status_code, "replace or remove it" in words(page)) == (422, True)
    access = connect()
    page = admin.post(f"/api-keys/{access.pk}/replace/", {"value": "a-key"})
    assert (page.status_code, "connected with OAuth" in words(page)) == (422, True)


def test_disconnecting_revokes_it_at_roblox(admin: Client, emulator: Emulator) -> None:
    api_key, watch = connect(), Watch()
    page = admin.post(f"/api-keys/{api_key.pk}/remove/", {}, follow=True)
    assert f"Disconnected “{NAME}”." in words(page)
    assert watch.tags == ["api_key.disconnected"]
    assert emulator.oauth.authorizations[-1].revoked
    assert not OAuthAccess.objects.exists()


def test_what_roblox_could_not_be_told_is_said(admin: Client, emulator: Emulator) -> None:
    api_key = connect()
    emulator.inject(faults.status(503), path=REVOKE)
    page = admin.post(f"/api-keys/{api_key.pk}/remove/", {}, follow=True)
    assert "Remove Sealroom’s access there too" in words(page)
    assert not ApiKey.objects.filter(pk=api_key.pk).exists()


def test_what_universes_use_is_not_disconnected(
    admin: Client, universe: Universe, emulator: Emulator
) -> None:
    api_key = connect()
    use_for(universe, api_key)
    page = admin.post(f"/api-keys/{api_key.pk}/remove/", {})
    assert (page.status_code, "still used by Harbor" in words(page)) == (422, True)
    assert not emulator.oauth.authorizations[-1].revoked


def test_an_access_whose_tokens_do_not_open_can_be_disconnected(admin: Client) -> None:
    api_key = connect()
    OAuthAccess.objects.update(encrypted_tokens=b"damaged")
    page = admin.post(f"/api-keys/{api_key.pk}/remove/", {}, follow=True)
    assert "Remove Sealroom’s access there too" in words(page)


def test_its_name_and_note_are_edited_and_its_end_is_not(admin: Client) -> None:
    api_key = connect()
    ends_at = ApiKey.objects.get(pk=api_key.pk).ends_at
    sent = {"name": "Other", "note": "Theirs", "ends_at": "2030-01-01", "seen": ""}
    assert admin.post(f"/api-keys/{api_key.pk}/edit/", sent).status_code == 302
    stored = ApiKey.objects.get(pk=api_key.pk)
    assert (stored.name, stored.note, stored.ends_at) == ("Other", "Theirs", ends_at)


def test_an_idle_one_is_renewed_when_it_is_tested(
    admin: Client, universe: Universe, emulator: Emulator
) -> None:
    api_key = connect()
    let_access_end(emulator)
    emulator.clear_requests()
    admin.post(f"/api-keys/{api_key.pk}/test/")
    assert len(refreshes(emulator)) == 1
