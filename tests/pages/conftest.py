"""The addresses of Harbor's pages, and a provider of single sign-on."""

from collections.abc import Callable, Iterator

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from secretsapp.models import Universe
from tests.pages.signing_on import SITE
from tests.stage import Person
from tests.support.receiver import Receiver
from tests.support.sign_on_provider import HOST, SignOnProvider

ClientFor = Callable[[str | Person], Client]
AddressOf = Callable[..., str]


@pytest.fixture
def address_of(universe: Universe) -> AddressOf:
    """The address of a page about Harbor, or about a secret there."""

    def address(page: str, *name: str) -> str:
        return reverse(page, args=[universe.pk, *name])

    return address


@pytest.fixture(scope="session")
def where_providers_are(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Receiver]:
    """Where a provider listens; its authority is trusted once, for that takes long."""
    with Receiver(tmp_path_factory.mktemp("providers"), HOST) as receiver:
        yield receiver


@pytest.fixture
def acme(where_providers_are: Receiver, settings: Settings) -> Iterator[SignOnProvider]:
    """A provider that is set up, and trusted for the addresses of the cast."""
    cache.clear()
    provider = SignOnProvider.at(where_providers_are)
    where_providers_are.allow(settings)
    trusted = frozenset({"example.com"})
    settings.SSO_PROVIDERS = (provider.configured(trusted_domains=trusted),)
    settings.SITE_URL = SITE
    yield provider
    cache.clear()
