"""Roblox connected with OAuth 2.0 at the emulator: the app, a person who grants, what is sent."""

from collections.abc import Iterable
from datetime import timedelta
from urllib.parse import parse_qs, parse_qsl, urlsplit

import requests
from django.utils import timezone
from pytest_django import Settings

from emulator import READ_SECRETS, WRITE_SECRETS, Emulator
from secretsapp.api_keys import authorizing, connecting
from secretsapp.core.actor import Actor
from secretsapp.models import ApiKey, OAuthAccess, Universe
from tests.stage import HARBOR_ID, STAGEHAND

APP_ID, APP_SECRET = "1234567890", "RBX-no-secret-of-tests"
PERSON = 7654321
NAME = "Harbor with OAuth"
TOKEN = "/oauth/v1/token"


def set_up_app(emulator: Emulator, settings: Settings) -> None:
    """An app that is registered at the emulator and set up here, and a person who grants Harbor."""
    settings.ROBLOX_APP_ID, settings.ROBLOX_APP_SECRET = APP_ID, APP_SECRET
    register_app(emulator)


def register_app(emulator: Emulator, back: str = "") -> None:
    """The same at the emulator alone."""
    scopes = [READ_SECRETS, WRITE_SECRETS]
    emulator.oauth.add_app(APP_ID, APP_SECRET, back or authorizing.back_to(), scopes)
    emulator.oauth.let_consent(PERSON, [HARBOR_ID])


def granted(address: str) -> dict[str, str]:
    """What the person is sent back with after they opened that address at Roblox."""
    answer = requests.get(address, allow_redirects=False, timeout=10)
    query = parse_qs(urlsplit(answer.headers["location"]).query)
    return {name: found[0] for name, found in query.items()}


def connect(actor: Actor = STAGEHAND, name: str = NAME) -> ApiKey:
    """What someone connects under that name."""
    sent = authorizing.begin(actor, name=name)
    return connecting.finish(actor, sent.as_json(), granted(sent.address))


def connect_again(api_key: ApiKey, actor: Actor = STAGEHAND) -> ApiKey:
    """The same, connected again."""
    sent = authorizing.begin_again(actor, api_key)
    return connecting.finish(actor, sent.as_json(), granted(sent.address))


def use_for(universe: Universe, api_key: ApiKey) -> Universe:
    """Let the universe be opened with it."""
    Universe.objects.filter(pk=universe.pk).update(api_key=api_key)
    return Universe.objects.select_related("api_key").get(pk=universe.pk)


def let_access_end(emulator: Emulator, *, in_seconds: int = 0) -> None:
    """Let the access token be over, for Roblox too, or soon be."""
    now = timezone.now()
    OAuthAccess.objects.update(
        access_ends_at=now + timedelta(seconds=in_seconds), renewed_at=now - timedelta(minutes=14)
    )
    if not in_seconds:
        emulator.oauth.end_access()


def refreshes(emulator: Emulator) -> list[str]:
    """The refresh tokens that were sent, in order."""
    forms = [
        dict(parse_qsl(request.body.decode()))
        for request in emulator.requests
        if request.path == TOKEN
    ]
    return [form["refresh_token"] for form in forms if form["grant_type"] == "refresh_token"]


def sent_twice(tokens: Iterable[str]) -> list[str]:
    """Those that were sent more than once."""
    listed = list(tokens)
    return sorted({token for token in listed if listed.count(token) > 1})
