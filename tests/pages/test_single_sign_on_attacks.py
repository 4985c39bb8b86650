"""Single sign-on, attacked: forged and foreign tokens, replays, mixed-up providers, other sites."""

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from pytest_django import Settings

from secretsapp.core.providers import SignOnRefused
from secretsapp.models import AuditEvent, Identity
from secretsapp.operation import master_keys, ring_changes
from secretsapp.people import sign_on
from secretsapp.people.sign_on import Purpose
from secretsapp.rules.keys import Ring
from tests.opencloud.wires import drips, sends
from tests.pages.conftest import ClientFor
from tests.pages.reading import body, words
from tests.pages.signing_on import (
    BACK,
    CONFIRM_WITH,
    CONNECT,
    ME,
    START,
    VERIFIED,
    go,
    is_signed_in,
    refused,
    sent_back,
)
from tests.pages.test_confirming import aged
from tests.stage import PASSWORD, STAGEHAND, Cast
from tests.support.receiver import Receiver, says, unanswered_port
from tests.support.rings import use_copies
from tests.support.sign_on_provider import (
    CLIENT_SECRET,
    Said,
    SignOnProvider,
)

OF_NOBODY = "belongs to no sign-in that was begun in this browser"


def test_an_answer_counts_once(client: Client, cast: Cast, acme: SignOnProvider) -> None:
    acme.person |= VERIFIED
    back = sent_back(client, acme)
    client.get(back)
    assert is_signed_in(client)
    client.post("/sign-out/")
    assert OF_NOBODY in words(client.get(back))
    assert not is_signed_in(client)


def test_a_code_counts_once_whoever_brings_it(
    client: Client, cast: Cast, acme: SignOnProvider
) -> None:
    acme.person |= VERIFIED
    first = parse_qs(urlsplit(sent_back(client, acme)).query)
    second = parse_qs(urlsplit(sent_back(client, acme)).query)
    # The code of an earlier sign-in was made for another verifier.
    stolen = {"code": first["code"][0], "state": second["state"][0], "iss": acme.issuer}
    refused(client, client.get(BACK, stolen), "a sign-in there counts once")
    refused(client, client.get(BACK, stolen), OF_NOBODY)


def test_an_answer_counts_only_in_the_browser_that_was_sent_there(
    client: Client, cast: Cast, acme: SignOnProvider
) -> None:
    acme.person |= VERIFIED
    theirs = sent_back(Client(), acme)
    refused(client, client.get(theirs), OF_NOBODY)
    own = sent_back(client, acme)
    refused(client, client.get(theirs), OF_NOBODY)
    client.get(own)
    assert is_signed_in(client)


@pytest.mark.parametrize("state", ["", "x", "\0", "ü", "x" * 10_000])
def test_an_answer_without_the_right_state_is_nobodys(
    client: Client, cast: Cast, acme: SignOnProvider, state: str
) -> None:
    sent_back(client, acme)
    refused(client, client.get(BACK, {"code": "x", "state": state}), OF_NOBODY)
    refused(Client(), client.get(BACK), OF_NOBODY)


def test_an_answer_of_before_a_sign_in_or_out_counts_for_nobody(
    client: Client, client_for: ClientFor, cast: Cast, acme: SignOnProvider
) -> None:
    acme.person |= VERIFIED
    back = sent_back(client, acme)
    client.post("/sign-in/", {"login": "admin@example.com", "password": PASSWORD})
    answer = client.get(back)
    assert (answer.status_code, "signed in or out here meanwhile" in words(answer)) == (403, True)
    assert "admin@example.com" in words(client.get(ME))
    assert not Identity.objects.exists()


def test_providers_are_not_mixed_up(
    client: Client,
    cast: Cast,
    acme: SignOnProvider,
    where_providers_are: Receiver,
    settings: Settings,
) -> None:
    acme.person |= VERIFIED
    evil = SignOnProvider(where_providers_are, id="evil")
    settings.SSO_PROVIDERS += (evil.configured(),)
    back = sent_back(client, acme)
    refused(client, client.get(back.replace("/acme/", "/evil/")), "from another provider")
    acme.answers = {"iss": evil.issuer}
    refused(client, go(client, acme), "from another provider")
    acme.answers = {"iss": None}
    refused(client, go(client, acme), "doesn’t say which provider")
    acme.described = {"authorization_response_iss_parameter_supported": None}
    go(client, acme)
    assert is_signed_in(client)


@pytest.mark.parametrize(
    "described",
    [
        {"issuer": "https://other.example"},
        {"issuer": None},
    ],
)
def test_a_description_of_another_issuer_leads_nowhere(
    client: Client, cast: Cast, acme: SignOnProvider, described: Said
) -> None:
    acme.described = described
    answer = client.post(START)
    assert (answer.status_code, "describes another issuer" in words(answer)) == (403, True)


@pytest.mark.parametrize(
    "described",
    [
        {"authorization_endpoint": "http://localhost/authorize"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"authorization_endpoint": "https://user@localhost/"},
        {"token_endpoint": None},
        {"jwks_uri": ["https://localhost"]},
        {"jwks_uri": "https://local host/"},
        {"userinfo_endpoint": "file:///etc/passwd"},
        {"token_endpoint_auth_methods_supported": 7},
    ],
)
def test_a_description_that_leads_to_no_https_leads_nowhere(
    client: Client, cast: Cast, acme: SignOnProvider, described: Said
) -> None:
    acme.described = described
    answer = client.post(START)
    assert (answer.status_code, "can’t be used" in words(answer)) == (403, True)


def test_a_provider_in_a_network_that_is_not_allowed_is_not_asked(
    client: Client, cast: Cast, acme: SignOnProvider, settings: Settings
) -> None:
    settings.CHANNEL_NETWORKS = []
    before = acme.receiver.connections
    answer = client.post(START)
    assert (answer.status_code, "(private address)" in words(answer)) == (403, True)
    assert acme.receiver.connections == before


DOCUMENT = ".well-known/openid-configuration"
HEAD = b"HTTP/1.1 200 Said\r\ncontent-length: 1000000000\r\n\r\n"
BROKEN = {
    "slow": drips(b"HTTP/1.1 200 Said\r\ncontent-length: 900\r\n\r\n", b" ", 100),
    "a gigabyte": sends(HEAD, b"x" * 100_000),
    "endless": drips(b"HTTP/1.1 200 Said\r\n", b"x: y\r\n", 100),
    "gone": sends(b""),
    "no json": says(200, b"<html>"),
    "deep": says(200, b"[" * 60_000),
    "a list": says(200, b"[]"),
    "an error": says(500),
    "not found": says(404),
    "elsewhere": says(302, location="https://127.0.0.1/"),
}


@pytest.mark.parametrize("how", BROKEN)
def test_a_provider_that_is_slow_or_broken_is_said_to_be_and_holds_nobody_up(
    client: Client,
    cast: Cast,
    acme: SignOnProvider,
    monkeypatch: pytest.MonkeyPatch,
    how: str,
) -> None:
    monkeypatch.setattr(sign_on, "ASK_SECONDS", 0.5)
    acme.person |= VERIFIED
    acme.instead = {DOCUMENT: BROKEN[how]}
    refused_at_start(client, acme)
    for path in ("token", "keys"):
        acme.instead = {}
        back = sent_back(client, acme)
        acme.instead = {path: BROKEN[how]}
        assert client.get(back).status_code == 403
        assert not is_signed_in(client)


def refused_at_start(client: Client, acme: SignOnProvider) -> None:
    """The button leads to a sentence."""
    answer = client.post(START)
    assert (answer.status_code, "Couldn’t sign in with Acme" in words(answer)) == (403, True)


def test_a_provider_that_is_down_is_said_to_be(
    client: Client, cast: Cast, acme: SignOnProvider, settings: Settings
) -> None:
    with unanswered_port() as port:
        down = acme.configured(issuer=f"https://localhost:{port}/")
        settings.SSO_PROVIDERS = (down,)
        answer = client.post(START)
    assert (answer.status_code, "(connection failed)" in words(answer)) == (403, True)


@pytest.mark.parametrize("error", ["access_denied", "login_required", "<script>"])
def test_who_turns_back_there_is_told_nothing_that_the_provider_wrote(
    client: Client, cast: Cast, acme: SignOnProvider, error: str
) -> None:
    acme.answers = {"error": error, "error_description": "call 555", "code": None}
    answer = go(client, acme)
    refused(client, answer, "Acme didn’t sign you in.")
    assert error not in body(answer)
    assert "555" not in body(answer)


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example/", "/\\evil.example", "http://[", ""]
)
def test_it_leads_to_no_other_site(
    client: Client, client_for: ClientFor, cast: Cast, acme: SignOnProvider, elsewhere: str
) -> None:
    acme.person |= VERIFIED
    assert go(client, acme, next=elsewhere).headers["Location"] == "/"


def test_nothing_begins_by_a_link_or_from_another_site(cast: Cast, acme: SignOnProvider) -> None:
    client = Client(enforce_csrf_checks=True)
    assert client.get(START).headers["Location"] == "/sign-in/"
    assert client.post(START).status_code == 403
    client.force_login(cast["viewer"].user)
    assert client.get(CONFIRM_WITH).headers["Location"] == "/confirm/"
    assert "Continue to Acme" in words(client.get(CONNECT))
    assert [client.post(each).status_code for each in (CONNECT, CONFIRM_WITH)] == [403, 403]
    assert acme.receiver.requests == [] or acme.codes == {}


def test_an_answer_for_connecting_signs_nobody_in_and_the_other_way_round(
    client_for: ClientFor, cast: Cast, acme: SignOnProvider
) -> None:
    viewer = client_for("viewer")
    back = sent_back(viewer, acme, CONNECT)
    viewer.post("/sign-out/")
    assert OF_NOBODY in words(viewer.get(back))
    assert not is_signed_in(viewer)
    # A victim's browser is led to an answer for an account of the attacker's.
    theirs = sent_back(client_for("editor"), acme, CONNECT)
    victim = client_for("admin")
    assert OF_NOBODY in words(victim.get(theirs))
    assert not Identity.objects.exists()


def test_only_the_same_account_there_confirms(
    client_for: ClientFor, cast: Cast, acme: SignOnProvider
) -> None:
    client = connected_without_password(client_for, cast, acme)
    acme.person = {"sub": "2002"}
    answer = go(client, acme, CONFIRM_WITH)
    assert (answer.status_code, "as someone else" in words(answer)) == (403, True)
    assert client.get("/me/authenticator-app/").status_code == 302
    acme.person = {"sub": "1001", "auth_time": 1}
    answer = go(client, acme, CONFIRM_WITH)
    assert (answer.status_code, "didn’t ask you to sign in again" in words(answer)) == (403, True)
    odd: object
    for odd in ("now", None, [], 2.5, 10**400, -(10**400), 10**18):
        acme.person = {"sub": "1001", "auth_time": odd}
        assert go(client, acme, CONFIRM_WITH).status_code == 403
    assert client.get("/me/authenticator-app/").status_code == 302


def test_an_answer_of_a_plain_sign_in_does_not_confirm(
    client_for: ClientFor, cast: Cast, acme: SignOnProvider
) -> None:
    client = connected_without_password(client_for, cast, acme)
    back = sent_back(client, acme, CONFIRM_WITH, next="/me/")
    other = Client()
    other.get(sent_back(other, acme))
    assert other.get(back).status_code == 403
    assert client.get(back).headers["Location"] == "/me/"
    assert client.get(back).status_code == 403


def connected_without_password(client_for: ClientFor, cast: Cast, acme: SignOnProvider) -> Client:
    """The browser of a viewer who only comes by the provider, a while after they signed in."""
    viewer = cast["viewer"].user
    go(client_for("viewer"), acme, CONNECT)
    viewer.refresh_from_db()
    viewer.set_unusable_password()
    viewer.save(update_fields=["password"])
    return aged(client_for(cast["viewer"]))


def test_an_identity_that_was_moved_made_or_changed_in_the_database_opens_nothing(
    client: Client, client_for: ClientFor, cast: Cast, acme: SignOnProvider
) -> None:
    go(client_for("viewer"), acme, CONNECT)
    row, admin = Identity.objects.get(), cast["admin"].user
    kept = {each: getattr(row, each) for each in ("person", "issuer", "subject", "bound")}
    changes: list[Said] = [
        {"person": admin},
        {"subject": "2002"},
        {"bound": b""},
        {"bound": bytes(row.bound)[:-1] + b"\0"},
    ]
    for change in changes:
        Identity.objects.filter(pk=row.pk).update(**kept | change)
        acme.person = {"sub": change.get("subject", "1001")}
        assert "No account here is connected" in words(go(client, acme))
        assert not is_signed_in(client)
    Identity.objects.filter(pk=row.pk).update(**kept)
    acme.person = {"sub": "1001"}
    go(client, acme)
    assert is_signed_in(client)


def test_identities_follow_a_new_master_key_and_one_that_was_moved_is_not_made_good(
    client: Client,
    client_for: ClientFor,
    cast: Cast,
    acme: SignOnProvider,
    settings: Settings,
    tmp_path: Any,
) -> None:
    use_copies(settings, tmp_path / "keys")
    go(client_for("viewer"), acme, CONNECT)
    before = bytes(Identity.objects.get().bound)
    new = ring_changes.add(STAGEHAND, Ring.MASTER)
    rotation = master_keys.rotate(STAGEHAND, new)
    assert {str(kind): each.reencrypted for kind, each in rotation.of.items()}["identities"] == 1
    assert bytes(Identity.objects.get().bound) != before
    go(client, acme)
    assert is_signed_in(client)


def test_nothing_of_a_token_or_of_a_secret_is_kept(
    client: Client, cast: Cast, acme: SignOnProvider, caplog: pytest.LogCaptureFixture
) -> None:
    acme.person |= VERIFIED | {"picture": "https://faces.example.com/1"}
    back = sent_back(client, acme)
    session = json.dumps(dict(client.session))
    assert CLIENT_SECRET not in session
    client.get(back)
    kept = json.dumps([*Identity.objects.values("issuer", "subject", "shown")])
    kept += json.dumps(dict(client.session)) + caplog.text
    kept += json.dumps([*AuditEvent.objects.values_list("detail", flat=True)])
    code = parse_qs(urlsplit(back).query)["code"][0]
    for secret in (acme.tokens[0], code, CLIENT_SECRET, "an access token", "faces.example.com"):
        assert secret not in kept
    assert CLIENT_SECRET not in repr(acme.configured())


def test_a_sentence_of_a_refusal_holds_nothing_of_the_provider(
    db: None, acme: SignOnProvider
) -> None:
    acme.instead = {DOCUMENT: says(200, b'{"issuer": "marker"}')}
    with pytest.raises(SignOnRefused) as refusal:
        sign_on.send(acme.configured(), Purpose.SIGN_IN)
    assert "marker" not in str(refusal.value)


def test_what_anyone_can_let_a_session_keep_is_short(
    client: Client, cast: Cast, acme: SignOnProvider
) -> None:
    client.post("/sign-in/with/acme/", {"next": "/audit/?text=" + "x" * 60_000})
    assert len(str(client.session["sent_to_provider"])) < 2000
