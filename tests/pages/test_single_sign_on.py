"""Single sign-on with a real provider on loopback: signing in, connecting, confirming."""

import html
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client
from pytest_django import Settings

from secretsapp.models import AuditEvent, Identity
from tests.pages.conftest import ClientFor
from tests.pages.reading import body, words
from tests.stage import Cast
from tests.support.sign_on_provider import SignOnProvider

START, BACK = "/sign-in/with/acme/", "/sign-in/with/acme/back/"
TRUSTED = frozenset({"example.com"})


@pytest.fixture
def acme(tmp_path: Path, settings: Settings) -> Iterator[SignOnProvider]:
    """A provider that is set up, and trusted for the addresses of the cast."""
    cache.clear()
    with SignOnProvider.at(tmp_path / "acme") as provider:
        provider.receiver.allow(settings)
        settings.SSO_PROVIDERS = (provider.configured(trusted_domains=TRUSTED),)
        settings.SITE_URL = "http://testserver"
        yield provider


def leads_to(page: HttpResponse) -> str:
    """Where a page leads by itself."""
    found = re.search(r'http-equiv="refresh" content="0; url=([^"]+)"', body(page))
    assert found, words(page)
    return html.unescape(found[1])


def go(client: Client, provider: SignOnProvider, start: str = START, **sent: str) -> HttpResponse:
    """Press the button, sign in there, and come back."""
    back = provider.authorize(leads_to(client.post(start, sent)))
    return client.get(back.removeprefix("http://testserver"))


def told(tag: str) -> list[AuditEvent]:
    """The events of that tag."""
    return list(AuditEvent.objects.filter(tag=tag))


def test_who_has_a_verified_address_that_is_trusted_is_signed_in_and_connected(
    client: Client, cast: Cast, acme: SignOnProvider
) -> None:
    acme.person |= {"email": "viewer@example.com", "email_verified": True}
    answer = go(client, acme, next="/me/")
    assert answer.headers["Location"] == "/me/"
    assert "viewer@example.com" in body(client.get("/me/"))
    assert Identity.objects.get().person == cast["viewer"].user
