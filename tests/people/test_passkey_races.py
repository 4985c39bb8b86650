"""Passkeys that are added and used twice at once, on both engines."""

import json

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache

from secretsapp.core.errors import AlreadyExists, InvalidInput
from secretsapp.people import passkeys, webauthn
from secretsapp.people.webauthn import Challenge
from tests.stage import Person, engage
from tests.support.passkeys_of_people import Device, give_passkey
from tests.support.together import together

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.engine]


@pytest.fixture
def person() -> Person:
    """Someone with an account."""
    cache.clear()
    return engage("one")


def asked(person: Person) -> Challenge:
    """What their browser is asked for a new passkey."""
    return passkeys.begin_adding(person.actor, person.user)


def add(person: Person, device: Device, challenge: Challenge) -> None:
    """Add the passkey that the device makes for that challenge."""
    answer = device.make(json.loads(challenge.options))
    passkeys.add(
        person.actor,
        person.user,
        state=challenge.state,
        answer=answer,
        name="Laptop",
        stored_key="",
    )


def kinds() -> list[str]:
    """What factors there are."""
    return sorted(Authenticator.objects.values_list("type", flat=True))


def test_two_first_passkeys_at_once_come_with_one_set_of_codes(person: Person) -> None:
    one, two = asked(person), asked(person)
    done = together(lambda: add(person, Device(), one), lambda: add(person, Device(), two))
    assert done == [None, None]
    assert kinds() == ["recovery_codes", "webauthn", "webauthn"]


def test_one_passkey_for_two_challenges_at_once_is_added_once(person: Person) -> None:
    device, one, two = Device(), asked(person), asked(person)
    done = together(lambda: add(person, device, one), lambda: add(person, device, two))
    assert [type(each) for each in done if each is not None] == [AlreadyExists]
    assert kinds() == ["recovery_codes", "webauthn"]


def test_one_challenge_answered_twice_at_once_counts_once(person: Person) -> None:
    one = asked(person)
    done = together(lambda: add(person, Device(), one), lambda: add(person, Device(), one))
    assert [type(each) for each in done if each is not None] == [InvalidInput]
    assert kinds() == ["recovery_codes", "webauthn"]


def test_a_passkey_alone_is_used_once_for_what_is_sent_twice_at_once(person: Person) -> None:
    device, challenge = give_passkey(person.user), webauthn.begin_alone()
    answer = device.use(json.loads(challenge.options))

    def use() -> object:
        return passkeys.prove_alone(person.actor, state=challenge.state, answer=answer)

    done = together(use, use)
    assert [type(each) for each in done if each != person.user] == [InvalidInput]
