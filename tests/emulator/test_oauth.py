"""OAuth 2.0 as Roblox documents it: consent, tokens that count once, and what they open."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from emulator import READ_SECRETS, WRITE_SECRETS, Emulator, Universe
from emulator.oauth import challenge_of
from tests.emulator.caller import Caller

BACK = "http://127.0.0.1:8000/api-keys/connect/back/"
CLIENT = {"client_id": "1234567890", "client_secret": "RBX-no-secret-of-tests"}
VERIFIER = "a-verifier-of-at-least-forty-three-characters"
PERSON = 7654321
ASKED = {
    "client_id": CLIENT["client_id"],
    "redirect_uri": BACK,
    "scope": f"{READ_SECRETS} {WRITE_SECRETS}",
    "response_type": "code",
    "state": "a-state",
    "code_challenge": challenge_of(VERIFIER),
    "code_challenge_method": "S256",
}
TOLD = {
    *("active", "jti", "iss", "token_type", "client_id"),
    *("aud", "sub", "scope", "exp", "iat"),
}
START = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def at_start(time_machine: Any) -> Any:
    """The clock, which stands still unless it is moved."""
    time_machine.move_to(START, tick=False)
    return time_machine


@pytest.fixture
def app(emulator: Emulator, universe: Universe) -> Emulator:
    """The emulator with an app, and a person who grants it the universe."""
    emulator.oauth.add_app(**CLIENT, redirect_uri=BACK, scopes=[READ_SECRETS, WRITE_SECRETS])
    emulator.oauth.let_consent(PERSON, [universe.id])
    return emulator


def back(app: Emulator, **changed: str) -> dict[str, str]:
    """What the person is sent back with."""
    asked = {name: text for name, text in {**ASKED, **changed}.items() if text}
    answer = requests.get(
        f"{app.url}/oauth/v1/authorize", params=asked, allow_redirects=False, timeout=10
    )
    assert answer.status_code == 302
    assert answer.headers["location"].startswith(f"{BACK}?")
    query = parse_qs(urlsplit(answer.headers["location"]).query)
    return {name: found[0] for name, found in query.items()}


def ask(app: Emulator, path: str = "", **form: str) -> requests.Response:
    """Ask below the address of tokens, as the app."""
    return requests.post(f"{app.url}/oauth/v1/token{path}", {**CLIENT, **form}, timeout=10)


def redeem(app: Emulator, code: str, verifier: str = VERIFIER) -> requests.Response:
    """Give a code for tokens."""
    form = {"grant_type": "authorization_code", "code": code, "code_verifier": verifier}
    return ask(app, **form)


def refresh(app: Emulator, token: str) -> requests.Response:
    """Give a refresh token for new ones."""
    return ask(app, grant_type="refresh_token", refresh_token=token)


def tokens(app: Emulator) -> dict[str, Any]:
    """Tokens for what the person grants."""
    found: dict[str, Any] = redeem(app, back(app)["code"]).json()
    return found


def bearing(app: Emulator, universe: Universe, token: str) -> Caller:
    """A caller with an access token instead of a key."""
    caller = Caller(app.url, universe.id, None)
    caller.session.headers["authorization"] = f"Bearer {token}"
    return caller


def error_of(answer: requests.Response) -> tuple[int, str]:
    """The status and the error of OAuth."""
    return answer.status_code, answer.json()["error"]


def test_discovery_names_every_endpoint(app: Emulator) -> None:
    found = requests.get(f"{app.url}/oauth/.well-known/openid-configuration", timeout=10).json()
    assert found["issuer"] == f"{app.url}/oauth/"
    assert found["resources_endpoint"] == f"{app.url}/oauth/v1/token/resources"
    assert found["code_challenge_methods_supported"] == ["S256"]


def test_tokens_open_the_five_calls_of_the_granted_universe(
    app: Emulator, universe: Universe
) -> None:
    found = tokens(app)
    assert {**found, "access_token": "", "refresh_token": ""} == {
        "access_token": "",
        "refresh_token": "",
        "token_type": "Bearer",
        "expires_in": 899,
        "scope": f"{READ_SECRETS} {WRITE_SECRETS}",
    }
    with bearing(app, universe, found["access_token"]) as caller:
        assert caller.create("PAY_KEY").status_code == 201
        assert caller.update("PAY_KEY").status_code == 200
        assert len(caller.list_secrets().json()["secrets"]) == 1
        assert caller.delete("PAY_KEY").status_code == 200


def test_another_universe_or_scope_is_not_opened(app: Emulator, universe: Universe) -> None:
    app.add_universe(5, name="Isle")
    found = tokens(app)
    with Caller(app.url, 5, None) as caller:
        caller.session.headers["authorization"] = f"Bearer {found['access_token']}"
        assert caller.list_secrets().status_code == 403
    narrow = redeem(app, back(app, scope=READ_SECRETS)["code"]).json()["access_token"]
    with bearing(app, universe, narrow) as caller:
        assert caller.list_secrets().status_code == 200
        assert caller.create("PAY_KEY").status_code == 403


def test_an_access_token_ends_after_15_minutes(
    at_start: Any, app: Emulator, universe: Universe
) -> None:
    with bearing(app, universe, tokens(app)["access_token"]) as caller:
        at_start.shift(timedelta(seconds=898))
        assert caller.list_secrets().status_code == 200
        at_start.shift(timedelta(seconds=1))
        assert caller.list_secrets().status_code == 401


def test_a_code_counts_once_for_a_minute_and_with_its_verifier(
    at_start: Any, app: Emulator
) -> None:
    code = back(app)["code"]
    assert redeem(app, code).status_code == 200
    assert error_of(redeem(app, code)) == (400, "invalid_grant")
    assert error_of(redeem(app, back(app)["code"], "another" * 8)) == (400, "invalid_grant")
    late = back(app)["code"]
    at_start.shift(timedelta(minutes=1))
    assert error_of(redeem(app, late)) == (400, "invalid_grant")


def test_a_refresh_token_counts_once_and_brings_the_next(app: Emulator) -> None:
    first = tokens(app)["refresh_token"]
    second = refresh(app, first).json()["refresh_token"]
    assert error_of(refresh(app, first)) == (400, "invalid_grant")
    assert refresh(app, second).status_code == 200


def test_a_refresh_token_ends_after_90_days(at_start: Any, app: Emulator) -> None:
    first = tokens(app)["refresh_token"]
    at_start.shift(timedelta(days=90))
    assert error_of(refresh(app, first)) == (400, "invalid_grant")


def test_what_a_person_took_back_opens_nothing_and_may_be_called_active(
    app: Emulator, universe: Universe
) -> None:
    found = tokens(app)
    app.oauth.revoke_all()
    with bearing(app, universe, found["access_token"]) as caller:
        assert caller.list_secrets().status_code == 401
    assert error_of(refresh(app, found["refresh_token"])) == (400, "invalid_grant")
    assert ask(app, "/introspect", token=found["access_token"]).json()["active"] is True


def test_introspection_and_resources_say_what_was_granted(
    app: Emulator, universe: Universe
) -> None:
    found = tokens(app)
    told = ask(app, "/introspect", token=found["access_token"]).json()
    assert set(told) == TOLD
    assert (told["sub"], told["active"]) == (str(PERSON), True)
    granted = ask(app, "/resources", token=found["access_token"]).json()
    assert granted == {
        "resource_infos": [
            {
                "owner": {"id": "1234567", "type": "Group"},
                "resources": {"universe": {"ids": [str(universe.id)]}},
            }
        ]
    }
    assert ask(app, "/introspect", token="unknown").json() == {"active": False}
    assert error_of(ask(app, "/resources", token="unknown")) == (400, "invalid_token")


def test_a_revoked_refresh_token_ends_everything_of_it(app: Emulator, universe: Universe) -> None:
    found = tokens(app)
    answer = ask(app, "/revoke", token=found["refresh_token"])
    assert (answer.status_code, answer.content) == (200, b"")
    with bearing(app, universe, found["access_token"]) as caller:
        assert caller.list_secrets().status_code == 401


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"scope": "universe:write"}, "invalid_scope"),
        ({"scope": ""}, "invalid_scope"),
        ({"code_challenge": ""}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
    ],
)
def test_what_is_asked_wrongly_comes_back_as_an_error(
    app: Emulator, changed: dict[str, str], error: str
) -> None:
    assert back(app, **changed) == {"error": error, "state": "a-state"}


def test_a_person_can_refuse(app: Emulator) -> None:
    app.oauth.let_consent(PERSON, refuses=True)
    assert back(app) == {"error": "access_denied", "state": "a-state"}


def test_nobody_is_sent_to_an_address_that_was_not_registered(app: Emulator) -> None:
    asked = {**ASKED, "redirect_uri": "http://127.0.0.1:9/"}
    answer = requests.get(
        f"{app.url}/oauth/v1/authorize", params=asked, allow_redirects=False, timeout=10
    )
    assert error_of(answer) == (400, "invalid_request")


def test_an_app_proves_who_it_is_in_the_body_or_by_basic(app: Emulator) -> None:
    first = tokens(app)["refresh_token"]
    form = {"grant_type": "refresh_token", "refresh_token": first}
    url = f"{app.url}/oauth/v1/token"
    wrong = requests.post(url, {**form, **CLIENT, "client_secret": "wrong"}, timeout=10)
    assert error_of(wrong) == (401, "invalid_client")
    pair = (CLIENT["client_id"], CLIENT["client_secret"])
    assert requests.post(url, form, auth=pair, timeout=10).status_code == 200
    assert error_of(requests.post(url, json=form, timeout=10)) == (400, "invalid_request")


def test_limits_count_for_each_authorization(app: Emulator, universe: Universe) -> None:
    app.rate_limit = 1
    for _ in range(2):
        with bearing(app, universe, tokens(app)["access_token"]) as caller:
            assert caller.list_secrets().status_code == 200
            assert caller.list_secrets().status_code == 429
