"""No token, code, verifier or secret of the app leaves a trace where Roblox is connected."""

import logging
from typing import Any
from unittest.mock import patch
from urllib.parse import urlencode

import pytest
from django.test import Client
from pytest_django import Settings

from emulator import Emulator, faults
from secretsapp.api_keys import losses
from secretsapp.api_keys.authorizing import Sent
from secretsapp.core import actor as actors
from secretsapp.core.plaintext import Plaintext
from secretsapp.models import ApiKey, OAuthAccess, Universe
from secretsapp.opencloud.types import OAuthApp, Tokens
from tests.pages.conftest import ClientFor
from tests.pages.test_connecting import BACK, CONNECT, leave
from tests.spine.traces import LogRecords, Traces
from tests.stage import HARBOR_ID
from tests.support.connected import (
    APP_SECRET,
    NAME,
    TOKEN,
    granted,
    let_access_end,
    set_up_app,
    use_for,
)

KEYS = actors.system("keys")


@pytest.mark.long
@pytest.mark.django_db
@pytest.mark.engine
@pytest.mark.parametrize("fails", [False, True])
def test_no_token_code_verifier_or_secret_leaves_a_trace(
    client_for: ClientFor,
    emulator: Emulator,
    universe: Universe,
    settings: Settings,
    fails: bool,
) -> None:
    set_up_app(emulator, settings)
    records, client = LogRecords(), client_for("admin")
    with patch.object(logging.getLogger(), "handlers", [records]):
        address = leave(client)
        kept, said = client.session["sent_to_roblox"], granted(address)
        if fails:
            emulator.inject(faults.truncated(), path=TOKEN)
        answers = [client.get(f"{BACK}?{urlencode(said)}") for _ in range(2)]
        if not fails:
            answers += use_and_lose(client, emulator, universe)
        answers += [client.get("/api-keys/"), client.get(CONNECT), client.get("/audit/")]
    issued = [*emulator.oauth.access_tokens, *emulator.oauth.refresh_tokens]
    assert len(issued) >= (2 if fails else 4)
    for secret in (APP_SECRET, said["code"], kept["verifier"], *issued):
        traces = Traces(secret)
        for answer in answers:
            traces.add_response("answer", answer)
        for line in records.lines:
            traces.add("log", line)
        traces.add_database()
        traces.add_cache()
        traces.add_what_leaves()
        assert traces.found() == []


def use_and_lose(client: Client, emulator: Emulator, universe: Universe) -> list[Any]:
    """Use it, renew it, lose the answer of a renewal, and be told that it is lost."""
    api_key = ApiKey.objects.get(name=NAME)
    use_for(universe, api_key)
    page, test = f"/api-keys/{api_key.pk}/", f"/api-keys/{api_key.pk}/test/"
    let_access_end(emulator)
    answers = [client.post(test), client.get(page)]
    let_access_end(emulator)
    emulator.inject(faults.truncated(), path=TOKEN)
    answers += [client.post(test), client.post(f"/universes/{HARBOR_ID}/refresh/")]
    OAuthAccess.objects.update(renew_after=None)
    answers += [client.post(test), client.get(page), client.get(f"/universes/{HARBOR_ID}/")]
    assert losses.tell_lost(KEYS) == [api_key]
    return answers


def test_nothing_shows_what_it_holds() -> None:
    marker = "RBX-a-marker"
    plain = Plaintext(marker.encode())
    held = [
        Tokens(plain, plain, 899),
        OAuthApp("https://apis.roblox.com/oauth", "1", plain),
        Sent(None, "name", "", "", 0.0, state=marker, verifier=marker),
    ]
    assert all(marker not in f"{each!r} {each}" for each in held)
