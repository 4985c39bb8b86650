"""Accounts at a provider that are connected and disconnected twice at once, on both engines."""

from dataclasses import replace

import pytest
from django.core.cache import cache
from pytest_django import Settings

from secretsapp.core.errors import AlreadyExists, Forbidden, InvalidInput
from secretsapp.core.providers import Claims, Provider, SignOnRefused
from secretsapp.models import Identity, User
from secretsapp.people import identities
from secretsapp.people.directory import account_of
from tests.actions.of_ways_in import NOBODY
from tests.stage import Person, engage
from tests.support.identities_of_people import ACME, THERE, give_identity
from tests.support.together import together

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.engine]

ELSEWHERE = Claims("https://127.0.0.1:9/other", "1001", "there")
OTHER = Provider("other", "Other", ELSEWHERE.issuer, "sealroom-tests", "no secret: of tests")


@pytest.fixture
def people() -> tuple[Person, Person]:
    """Two people with accounts."""
    cache.clear()
    return engage("one"), engage("two")


def connect(person: Person) -> None:
    """Connect the account there."""
    identities.connect(person.actor, person.user, ACME, THERE, "")


def test_two_people_who_connect_one_account_at_once_are_not_both_let_in_by_it(
    people: tuple[Person, Person],
) -> None:
    one, two = people
    done = together(lambda: connect(one), lambda: connect(two))
    assert [type(each) for each in done if each is not None] == [AlreadyExists]
    assert Identity.objects.count() == 1


def test_an_account_that_is_connected_twice_at_once_is_connected_once(
    people: tuple[Person, Person],
) -> None:
    one, _two = people
    done = together(lambda: connect(one), lambda: connect(one))
    assert [type(each) for each in done if each is not None] == [AlreadyExists]
    assert Identity.objects.count() == 1


def test_of_the_last_two_ways_in_one_stays_if_both_are_taken_at_once(
    people: tuple[Person, Person], settings: Settings
) -> None:
    settings.SSO_PROVIDERS, settings.PASSWORD_SIGN_IN = (ACME, OTHER), False
    one, _two = people
    first = give_identity(one.user)
    identities.connect(one.actor, one.user, OTHER, ELSEWHERE, "")
    second = one.user.identities.exclude(pk=first).get().pk

    def take(identity_id: int) -> None:
        identities.disconnect(one.actor, one.user, identity_id, "")

    done = together(lambda: take(first), lambda: take(second))
    assert [type(each) for each in done if each is not None] == [InvalidInput]
    assert Identity.objects.count() == 1


@pytest.mark.parametrize("change", [{"is_active": False}, {"email": "another@example.com"}])
def test_an_account_that_changed_just_before_is_not_connected_by_the_address_it_had(
    people: tuple[Person, Person], monkeypatch: pytest.MonkeyPatch, change: dict[str, object]
) -> None:
    one, _two = people

    def found_and_changed(address: str) -> User | None:
        person = account_of(address)
        User.objects.filter(pk=one.user.pk).update(**change)
        return person

    monkeypatch.setattr(identities, "account_of", found_and_changed)
    trusted = replace(ACME, trusted_domains=frozenset({"example.com"}))
    verified = replace(THERE, address=one.user.email, is_verified=True)
    with pytest.raises((SignOnRefused, Forbidden)):
        identities.whom(NOBODY, trusted, verified)
    assert not Identity.objects.exists()
