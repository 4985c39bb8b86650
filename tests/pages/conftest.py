"""The addresses of Harbor's pages."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from secretsapp.models import Universe
from tests.stage import Person

ClientFor = Callable[[str | Person], Client]
AddressOf = Callable[..., str]


@pytest.fixture
def address_of(universe: Universe) -> AddressOf:
    """The address of a page about Harbor, or about a secret there."""

    def address(page: str, *name: str) -> str:
        return reverse(page, args=[universe.pk, *name])

    return address
