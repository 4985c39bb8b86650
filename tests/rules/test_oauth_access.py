"""Access by OAuth is renewed in time, by one at a time, and no refresh token is sent twice."""

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from emulator import Emulator, Fault, faults
from emulator import Universe as EmulatedUniverse
from secretsapp.core.errors import RobloxBusy, RobloxRefused, RobloxUnreachable, WrongKey
from secretsapp.models import ApiKey, OAuthAccess
from secretsapp.opencloud.answers import NotAllowed, Unauthorized
from secretsapp.rules import connections, oauth_access
from secretsapp.rules.roblox import in_our_words
from tests.stage import HARBOR_ID, STAGEHAND
from tests.support.connected import (
    TOKEN,
    connect,
    connect_again,
    let_access_end,
    refreshes,
    sent_twice,
    set_up_app,
)
from tests.support.together import together

pytestmark = [pytest.mark.django_db, pytest.mark.engine]

LOST = Fault(carried_out=True, answer=None, delivery=faults.Delivery.CUT)


@pytest.fixture
def connected(emulator: Emulator, harbor: EmulatedUniverse, settings: Settings) -> ApiKey:
    """Harbor, granted at Roblox and connected."""
    set_up_app(emulator, settings)
    api_key = connect()
    emulator.clear_requests()
    return api_key


def read(api_key: ApiKey) -> int:
    """How many secrets Roblox lists for it."""
    with in_our_words(), connections.client_of(STAGEHAND, api_key) as client:
        return len(client.list_secrets(HARBOR_ID))


def row() -> OAuthAccess:
    """The access as it is stored."""
    return OAuthAccess.objects.get()


def let_rest_be_over() -> None:
    """Let a renewal without an answer lie a while back."""
    OAuthAccess.objects.update(renew_after=timezone.now())


def test_a_bearer_is_sent_instead_of_a_key(emulator: Emulator, connected: ApiKey) -> None:
    assert read(connected) == 3
    headers = emulator.requests[-1].headers
    assert headers["authorization"].startswith("Bearer ")
    assert "x-api-key" not in headers
    assert refreshes(emulator) == []


def test_tokens_are_stored_encrypted_and_open_for_their_own_row_alone(
    emulator: Emulator, connected: ApiKey
) -> None:
    blob = bytes(row().encrypted_tokens)
    for token in (*emulator.oauth.access_tokens, *emulator.oauth.refresh_tokens):
        assert token.encode() not in blob
    other = connect(name="other")
    OAuthAccess.objects.filter(pk=other.pk).update(encrypted_tokens=blob)
    with pytest.raises(WrongKey):
        read(other)


def test_encrypting_again_keeps_the_tokens(connected: ApiKey) -> None:
    before = bytes(row().encrypted_tokens)
    OAuthAccess.objects.update(encrypted_tokens=oauth_access.reencrypt(row()))
    assert bytes(row().encrypted_tokens) != before
    assert read(connected) == 3


def test_a_token_that_ends_soon_is_renewed_first_and_the_next_is_stored(
    emulator: Emulator, connected: ApiKey
) -> None:
    before = row()
    let_access_end(emulator, in_seconds=60)
    assert read(connected) == 3
    after = row()
    assert after.generation == before.generation + 1
    assert after.access_ends_at > timezone.now() + timedelta(minutes=14)
    assert (after.renewal_began_at, after.claimed_until) == (None, None)
    assert read(connected) == 3
    assert len(refreshes(emulator)) == 1


def test_each_renewal_is_with_the_token_that_the_last_one_brought(
    emulator: Emulator, connected: ApiKey
) -> None:
    for _ in range(4):
        let_access_end(emulator)
        assert read(connected) == 3
    assert len(refreshes(emulator)) == 4
    assert sent_twice(refreshes(emulator)) == []


def test_no_transaction_is_open_while_roblox_is_asked(
    emulator: Emulator, connected: ApiKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    depth, seen = len(connection.savepoint_ids), []
    ask = oauth_access.ask_as_app

    def watching(path: str, **form: str) -> object:
        seen.append(len(connection.savepoint_ids))
        return ask(path, **form)

    monkeypatch.setattr(oauth_access, "ask_as_app", watching)
    let_access_end(emulator)
    read(connected)
    assert seen == [depth]


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_renews_and_the_others_use_what_came(
    emulator: Emulator, connected: ApiKey
) -> None:
    let_access_end(emulator)
    emulator.inject(faults.delay(0.5), path=TOKEN)
    assert together(*[lambda: read(connected)] * 5) == [3] * 5
    assert len(refreshes(emulator)) == 1


def test_who_waits_too_long_for_another_is_told(
    emulator: Emulator, connected: ApiKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(oauth_access, "WAIT_FOR_OTHERS_SECONDS", 0.05)
    let_access_end(emulator)
    now = timezone.now()
    OAuthAccess.objects.update(renewal_began_at=now, claimed_until=now + timedelta(minutes=1))
    with pytest.raises(RobloxBusy, match="another process is renewing"):
        read(connected)
    assert refreshes(emulator) == []


def test_a_token_that_is_still_good_is_used_while_another_renews(
    emulator: Emulator, connected: ApiKey
) -> None:
    let_access_end(emulator, in_seconds=60)
    now = timezone.now()
    OAuthAccess.objects.update(renewal_began_at=now, claimed_until=now + timedelta(minutes=1))
    assert read(connected) == 3
    assert refreshes(emulator) == []


def test_after_a_lost_answer_the_good_token_is_used_to_its_end_and_then_tried_once_more(
    emulator: Emulator, connected: ApiKey
) -> None:
    let_access_end(emulator, in_seconds=60)
    emulator.inject(LOST, path=TOKEN)
    assert read(connected) == 3
    let_rest_be_over()
    assert read(connected) == 3
    assert len(refreshes(emulator)) == 1
    let_access_end(emulator)
    with pytest.raises(RobloxRefused, match="interrupted"):
        read(connected)
    first, second = refreshes(emulator)
    assert first == second
    assert (row().lost_why, row().renewal_began_at) == ("interrupted", None)
    with pytest.raises(RobloxRefused, match="Connect again"):
        read(connected)
    assert len(refreshes(emulator)) == 2


def test_an_answer_that_was_lost_before_roblox_did_anything_loses_nothing(
    emulator: Emulator, connected: ApiKey
) -> None:
    let_access_end(emulator)
    emulator.inject(faults.status(503), path=TOKEN)
    with pytest.raises(RobloxBusy, match="no usable answer"):
        read(connected)
    with pytest.raises(RobloxBusy, match="no usable answer"):
        read(connected)
    assert len(refreshes(emulator)) == 1
    let_rest_be_over()
    assert read(connected) == 3
    assert row().renewal_began_at is None


def test_what_never_left_is_no_renewal(
    emulator: Emulator, connected: ApiKey, settings: Settings
) -> None:
    let_access_end(emulator)
    there, settings.OAUTH_URL = settings.OAUTH_URL, "http://127.0.0.1:1/oauth"
    with pytest.raises(RobloxUnreachable):
        read(connected)
    assert (row().renewal_began_at, row().claimed_until) == (None, None)
    settings.OAUTH_URL = there
    assert read(connected) == 3


def test_a_limit_is_no_loss(emulator: Emulator, connected: ApiKey) -> None:
    let_access_end(emulator)
    emulator.inject(faults.status(429, headers={"retry-after": "7"}), path=TOKEN)
    with pytest.raises(RobloxBusy, match="7 seconds"):
        read(connected)
    assert (row().renewal_began_at, row().lost_at) == (None, None)
    assert read(connected) == 3


@pytest.mark.parametrize("app_id", ["", "another"])
def test_an_app_that_is_not_known_is_said_and_loses_nothing(
    emulator: Emulator, connected: ApiKey, settings: Settings, app_id: str
) -> None:
    let_access_end(emulator)
    settings.ROBLOX_APP_ID, mine = app_id, settings.ROBLOX_APP_ID
    with pytest.raises(RobloxRefused, match="ROBLOX_APP_ID"):
        read(connected)
    settings.ROBLOX_APP_ID = mine
    assert read(connected) == 3


def test_what_a_person_took_back_at_roblox_is_lost(emulator: Emulator, connected: ApiKey) -> None:
    emulator.oauth.revoke_all()
    let_access_end(emulator, in_seconds=600)
    with pytest.raises(RobloxRefused, match="no longer accepts this connection"):
        read(connected)
    assert row().lost_why == "revoked"


def test_a_read_that_is_refused_is_made_once_again_with_the_next_token(
    emulator: Emulator, connected: ApiKey
) -> None:
    let_access_end(emulator, in_seconds=600)
    emulator.oauth.end_access()
    assert read(connected) == 3
    assert [request.status for request in emulator.requests] == [401, 200, 200]


def test_a_token_that_is_new_is_not_renewed_for_a_refusal(
    emulator: Emulator, connected: ApiKey
) -> None:
    emulator.oauth.end_access()
    with pytest.raises(RobloxRefused):
        read(connected)
    assert refreshes(emulator) == []


def test_a_write_that_is_refused_is_not_made_again(emulator: Emulator, connected: ApiKey) -> None:
    let_access_end(emulator, in_seconds=600)
    with connections.client_of(STAGEHAND, connected) as client:
        emulator.oauth.end_access()
        with pytest.raises(Unauthorized):
            client.delete_secret(HARBOR_ID, "PAY_KEY")
    assert [request.method for request in emulator.requests] == ["DELETE"]


def test_clients_of_a_worker_renew_nothing_while_they_are_open(
    emulator: Emulator, connected: ApiKey
) -> None:
    let_access_end(emulator, in_seconds=600)
    with connections.clients_of(STAGEHAND, connected, count=2) as (client, other):
        assert (client.ends_soon, other.ends_soon) == (False, False)
        emulator.oauth.end_access()
        with pytest.raises(Unauthorized):
            client.list_secrets(HARBOR_ID)
    let_access_end(emulator, in_seconds=60)
    OAuthAccess.objects.update(renewal_began_at=timezone.now())
    with connections.clients_of(STAGEHAND, connected, count=1) as (client,):
        assert client.ends_soon
    assert refreshes(emulator) == []


def test_a_process_that_was_held_up_sends_nothing(
    emulator: Emulator, connected: ApiKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    let_access_end(emulator)
    monkeypatch.setattr(oauth_access, "SEND_WITHIN", timedelta(seconds=-1))
    with pytest.raises(RobloxBusy, match="another process"):
        read(connected)
    assert refreshes(emulator) == []
    assert row().renewal_began_at is None


def test_what_comes_after_it_was_given_up_is_stored_all_the_same(
    emulator: Emulator, connected: ApiKey
) -> None:
    let_access_end(emulator)
    held = row()
    OAuthAccess.objects.update(lost_at=timezone.now(), lost_why="interrupted")
    refresh = oauth_access.refresh_token_of(held)
    oauth_access._renew(held, refresh, timezone.now())
    assert row().lost_at is None
    assert read(connected) == 3


def test_what_comes_after_someone_connected_again_is_not_stored(
    emulator: Emulator, connected: ApiKey
) -> None:
    held = row()
    connect_again(connected)
    stored = bytes(row().encrypted_tokens)
    oauth_access._renew(held, oauth_access.refresh_token_of(held), timezone.now())
    assert bytes(row().encrypted_tokens) == stored


@pytest.mark.parametrize(
    "answer",
    [
        {"access_token": "a", "refresh_token": "b"},
        {"access_token": "a", "refresh_token": 5, "expires_in": 899},
        {"access_token": "a b", "refresh_token": "b", "expires_in": 899},
        {"access_token": "a\r\nx: y", "refresh_token": "b", "expires_in": 899},
        {"access_token": "a" * 9000, "refresh_token": "b", "expires_in": 899},
        {"access_token": "a", "refresh_token": "b", "expires_in": -1},
        {"access_token": "a", "refresh_token": "b", "expires_in": True},
        {"access_token": "a", "refresh_token": "b", "expires_in": 10**9},
        [],
    ],
)
def test_tokens_that_cannot_be_are_no_answer(
    emulator: Emulator, connected: ApiKey, answer: object
) -> None:
    let_access_end(emulator)
    emulator.inject(faults.status(200, json.dumps(answer).encode()), path=TOKEN)
    with pytest.raises(RobloxBusy, match="no usable answer"):
        read(connected)
    assert row().renewal_began_at is not None


def test_another_universe_is_refused_like_with_a_key(emulator: Emulator, connected: ApiKey) -> None:
    emulator.add_universe(5, name="Isle")
    with pytest.raises(NotAllowed), connections.client_of(STAGEHAND, connected) as client:
        client.list_secrets(5)


def test_a_removed_access_is_said(connected: ApiKey) -> None:
    OAuthAccess.objects.all().delete()
    with pytest.raises(RobloxRefused, match="Connect again"):
        read(connected)


def test_each_renewal_puts_off_the_end(emulator: Emulator, connected: ApiKey) -> None:
    ApiKey.objects.update(ends_at=timezone.now() + timedelta(days=3))
    let_access_end(emulator)
    read(connected)
    ends_at = ApiKey.objects.get().ends_at
    assert ends_at is not None
    assert ends_at > timezone.now() + timedelta(days=90)
