"""The ends that the forms of access offer: each is stored just as it was shown."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from secretsapp.access import grants
from secretsapp.core.roles import Role
from secretsapp.core.times import sentence_time
from secretsapp.models import Grant, Universe
from tests.granting import Terms
from tests.pages.conftest import AddressOf, ClientFor
from tests.pages.reading import words
from tests.stage import STAGEHAND, Cast, engage

STRANGER = "stranger@example.com"


@pytest.fixture
def in_a_week() -> datetime:
    """Ten past four in the afternoon of the day that “7 days” is about."""
    day = timezone.now().date() + timedelta(days=7)
    return datetime(day.year, day.month, day.day, 16, 10, tzinfo=UTC)


def until_of(email: str) -> datetime | None:
    """When the one grant of a person expires."""
    return Grant.objects.get(person__email=email).until


def test_on_the_last_day_of_ones_own_access_the_exact_end_is_offered_and_stored(
    address_of: AddressOf, cast: Cast, universe: Universe, in_a_week: datetime
) -> None:
    deputy, client = engage("deputy"), Client()
    grants.give(STAGEHAND, deputy.user, universe, Terms(Role.MANAGER, until=in_a_week))
    client.force_login(deputy.user)
    page = words(client.get(address_of("access_give")))
    assert f"7 days until {sentence_time(in_a_week)}" in page
    assert "30 days" not in page
    sent = {"person": STRANGER, "role": "viewer", "end": "7"}
    assert client.post(address_of("access_give"), sent).status_code == 302
    assert until_of(STRANGER) == in_a_week


def test_on_the_last_day_of_a_grant_its_exact_end_is_offered_and_stored(
    client_for: ClientFor, address_of: AddressOf, cast: Cast, in_a_week: datetime
) -> None:
    viewer = cast["viewer"].user
    Grant.objects.filter(person=viewer).update(until=in_a_week)
    client, address = client_for("manager"), address_of("access_change", str(viewer.pk))
    assert f"7 days until {sentence_time(in_a_week)}" in words(client.get(address))
    refused = client.post(address, {"role": "viewer"})
    assert "Choose when it expires." in words(refused)
    assert client.post(address, {"role": "editor", "end": "7"}).status_code == 302
    assert until_of(viewer.email) == in_a_week
