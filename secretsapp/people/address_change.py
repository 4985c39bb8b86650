"""Gives an account another email address; its access, sessions and second factors stay.

The person confirms it from the new address, and is told at the old one, where they can stop it.
"""

from secretsapp.core.actor import Actor
from secretsapp.core.errors import InvalidInput
from secretsapp.core.events.people import PersonEvent
from secretsapp.core.plaintext import Plaintext
from secretsapp.models import OneTimeCode, User
from secretsapp.models.accounts import CodePurpose
from secretsapp.people import accounts, address_mail, one_time_codes
from secretsapp.people.ways_in import wrong_codes_noted
from secretsapp.rules.acting import Act, Oneself, acting
from secretsapp.rules.policy import require_oneself

OWN = "Change your own address under “Your account”."


def ask(actor: Actor, person: User, email: str) -> str:
    """Let a link be mailed to the address that the actor wants, which comes out as it is stored.

    Nothing here tells whether someone else has that address: no mail is sent then. Raises
    InvalidInput for what is no address, and for one's own.
    """
    require_oneself(actor, person)
    wanted = _other_than(person, email)
    with acting(actor, Oneself(person)) as act:
        stored = act.people[person.pk]
        OneTimeCode.objects.filter(person=stored, purpose=CodePurpose.ADDRESS).delete()
        address_mail.queue_question(stored, wanted)
        act.tell(PersonEvent.PERSON_ADDRESS_ASKED, subject=stored, detail={"address": wanted})
    return wanted


def confirm(actor: Actor, person: User, code: Plaintext) -> str:
    """Give the actor the address that the code was mailed to, and gives it.

    Raises CodeRefused, also for someone else's code, and AlreadyExists where someone else was given
    the address meanwhile.
    """
    with wrong_codes_noted(actor):
        found = one_time_codes.find(code, CodePurpose.ADDRESS)
        if found.person_id != person.pk:
            raise one_time_codes.refusal()
        with accounts.told_of_another(), acting(actor, Oneself(person)) as act:
            one_time_codes.use_up(found)
            stored = act.people[person.pk]
            address_mail.queue_changed(stored, found.address)
            _store(act, stored, found.address)
    return found.address


def change(actor: Actor, person: User, email: str) -> User:
    """Give someone another address, for who manages people; they are told at the old one.

    What was mailed to the old one opens and stops nothing more: it may be someone else's by now.
    Raises Forbidden, InvalidInput, and AlreadyExists.
    """
    wanted = _other_than(person, email)
    with accounts.told_of_another(), acting(actor, accounts.TO_MANAGE, people=[person]) as act:
        if person.pk == actor.person_id:
            raise InvalidInput(OWN)
        stored = act.people[person.pk]
        address_mail.queue_changed_by_admin(stored, wanted)
        OneTimeCode.objects.filter(person=stored).delete()
        _store(act, stored, wanted)
    return stored


def _other_than(person: User, email: str) -> str:
    wanted = accounts.checked_email(email)
    if wanted == person.email:
        raise InvalidInput("The account has this address already.", field="email")
    return wanted


def _store(act: Act, person: User, address: str) -> None:
    """Store it; links for a password that were mailed to the old address end."""
    detail = {"before": person.email, "after": address}
    person.email = address
    person.save(update_fields=["email"])
    one_time_codes.discard(person)
    act.tell(PersonEvent.PERSON_ADDRESS_CHANGED, subject=person, detail=detail)
