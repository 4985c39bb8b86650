"""Shuts an account whose person says, by a mailed code, that someone else is in it.

The code gives nothing: a new password takes a link of its own, which is mailed. So someone who has
the code alone can keep the person out for a moment, and can't get in.
"""

from dataclasses import dataclass

from django.conf import settings

from secretsapp.core.actor import Actor
from secretsapp.core.events.people import PersonEvent
from secretsapp.core.plaintext import Plaintext
from secretsapp.mail import outbox
from secretsapp.models import NewSignIn, OneTimeCode, User
from secretsapp.models.accounts import CodePurpose
from secretsapp.people import (
    accounts,
    identity_ends,
    one_time_codes,
    password_mail,
    passwords,
)
from secretsapp.people.ways_in import BY_CODE, known, wrong_codes_noted
from secretsapp.rules.acting import acting


@dataclass(frozen=True)
class Shut:
    """Whose account was shut, and whether they are mailed a link for a new password."""

    person_id: int
    is_mailed: bool


def shut(actor: Actor, code: Plaintext) -> Shut:
    """End every session of the person whose code it is, and let their password work no more.

    The person acts, from where `actor` came. Where another address was given to the account since
    the code was mailed, that may be someone else's: no link is mailed then, and the account is
    disabled. Raises CodeRefused.
    """
    with wrong_codes_noted(actor):
        found = one_time_codes.find(code, CodePurpose.NOT_ME)
        person = User.objects.filter(codes=found, is_active=True).first()
        if person is None:
            raise one_time_codes.refusal()
        with acting(known(actor, person), BY_CODE, people=[person]) as act:
            one_time_codes.use_up(found)
            person = act.people[person.pk]
            act.tell(PersonEvent.PERSON_SIGN_IN_DISOWNED, subject=person)
            passwords.close(act, person)
            _forget_what_came_later(found, person)
            # Someone else may have connected one: the person connects theirs again.
            for identity in person.identities.all():
                identity_ends.end(act, person, identity)
            is_theirs = person.email == found.address
            if not is_theirs:
                accounts.shut(act, person)
            elif settings.PASSWORD_SIGN_IN:
                password_mail.queue(person)
    # Where passwords sign nobody in, only an admin gives a link.
    is_mailed = is_theirs and bool(settings.PASSWORD_SIGN_IN) and outbox.is_set_up()
    return Shut(person.pk, is_mailed)


def _forget_what_came_later(found: OneTimeCode, person: User) -> None:
    """Codes that were mailed after this one may have gone to whom it is used against."""
    later = OneTimeCode.objects.filter(person=person, purpose=CodePurpose.NOT_ME, pk__gt=found.pk)
    later.delete()
    NewSignIn.objects.filter(person=person).delete()
