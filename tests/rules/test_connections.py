"""API keys at rest: a blob opens for its own row alone, and its text goes to Roblox alone."""

import re
from contextlib import ExitStack
from uuid import uuid4

import pytest
from pytest_django import Settings

from emulator import Emulator
from secretsapp.core.errors import MissingKey, RobloxBusy, WrongKey
from secretsapp.core.keyring import generate_key
from secretsapp.core.plaintext import Plaintext
from secretsapp.models import ApiKey
from secretsapp.rules import connections, exposition
from tests.stage import API_KEY, HARBOR_ID, STAGEHAND

pytestmark = pytest.mark.django_db


@pytest.mark.usefixtures("harbor")
def test_a_stored_key_is_sent_in_its_header(emulator: Emulator, api_key: ApiKey) -> None:
    with connections.client_of(STAGEHAND, api_key) as client:
        assert len(client.list_secrets(HARBOR_ID)) == 3
    assert emulator.requests[-1].headers["x-api-key"] == API_KEY


@pytest.mark.engine
def test_a_blob_moved_to_another_row_does_not_open(api_key: ApiKey) -> None:
    other = ApiKey.objects.create(name="other", encrypted_value=api_key.encrypted_value)
    stored = ApiKey.objects.get(pk=other.pk)
    with pytest.raises(WrongKey), connections.client_of(STAGEHAND, stored):
        pass
    with pytest.raises(WrongKey):
        connections.reencrypt(stored)


@pytest.mark.parametrize("place", [0, 5, 12, 30, -1])
def test_a_damaged_blob_does_not_open(api_key: ApiKey, place: int) -> None:
    blob = bytearray(api_key.encrypted_value)
    blob[place] ^= 1
    api_key.encrypted_value = bytes(blob)
    with pytest.raises((WrongKey, MissingKey)), connections.client_of(STAGEHAND, api_key):
        pass


def test_a_blob_of_a_key_that_is_gone_names_it(api_key: ApiKey, settings: Settings) -> None:
    settings.MASTER_KEYS = generate_key()
    with pytest.raises(MissingKey, match="Add it to MASTER_KEYS again"):
        connections.reencrypt(api_key)


def test_the_same_value_is_never_the_same_blob() -> None:
    owner, value = uuid4(), Plaintext(b"emulated-api-key")
    assert connections.encrypt(owner, value) != connections.encrypt(owner, value)
    assert value.expose() not in connections.encrypt(owner, value)


def test_encrypting_again_keeps_the_value(emulator: Emulator, api_key: ApiKey) -> None:
    before = bytes(api_key.encrypted_value)
    api_key.encrypted_value = connections.reencrypt(api_key)
    assert bytes(api_key.encrypted_value) != before
    with connections.client_of(STAGEHAND, api_key) as client:
        client.introspect()
    assert emulator.requests[-1].headers["x-api-key"] == API_KEY


def turned_away() -> float:
    """How often monitoring is told that Roblox was not called for that reason."""
    counted = re.search(
        rb"^sealroom_roblox_turned_away_total (.+)$", exposition.of([]), re.MULTILINE
    )
    assert counted is not None
    return float(counted[1])


def test_one_conversation_too_many_is_refused_until_another_ends(
    api_key: ApiKey, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    settings.METRICS_TOKEN = "a-token-for-monitoring"
    monkeypatch.setattr(connections, "WAIT_SECONDS", 0.01)
    before = turned_away()
    with ExitStack() as others:
        for _ in range(connections.CONVERSATIONS_AT_ONCE):
            others.enter_context(connections.client_of(STAGEHAND, api_key))
        with pytest.raises(RobloxBusy, match="Too many other requests") as caught:
            others.enter_context(connections.client_of(STAGEHAND, api_key))
        assert caught.value.retry_after == connections.RETRY_AFTER_SECONDS
    assert turned_away() == before + 1
    # However often one fails, its place is free again.
    for _ in range(connections.CONVERSATIONS_AT_ONCE + 1):
        with pytest.raises(ZeroDivisionError), connections.client_of(STAGEHAND, api_key):
            raise ZeroDivisionError
