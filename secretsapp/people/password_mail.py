"""Password links by mail: asked for by anyone, sent by the worker, once for each asking."""

import logging
from datetime import timedelta
from itertools import takewhile

from django.core.cache import cache
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import timezone

from secretsapp.core.actor import Actor
from secretsapp.core.codes import Code
from secretsapp.core.events.people import PersonEvent
from secretsapp.core.networks import networks_around
from secretsapp.core.pace import lasting
from secretsapp.core.times import sentence_time
from secretsapp.mail import letters
from secretsapp.mail.letters import Letter
from secretsapp.models import PasswordMail, User
from secretsapp.models.accounts import CodePurpose
from secretsapp.people import one_time_codes, ways_in
from secretsapp.people.directory import account_of
from secretsapp.rules.acting import NoRight, acting
from secretsapp.rules.locks import claim, lock_people, unclaimed
from secretsapp.rules.noting import note

log = logging.getLogger(__name__)

GOOD_FOR = timedelta(hours=1)
GIVEN_UP_AFTER = timedelta(hours=1)
# Longer than a mail server can keep a worker waiting; another worker takes it over then.
CLAIMED_FOR = timedelta(minutes=2)
AGAIN_AFTER = timedelta(minutes=1)
KNOWN_DEVICE_AGAIN_SECONDS = 5 * 60
KNOWN_DEVICE_MAILS_A_DAY = 5
STRANGERS_AGAIN_SECONDS = 15 * 60
NETWORK_MAILS_A_DAY = 3
DAY_SECONDS = 24 * 3600
ANSWER_SECONDS = 0.25

SUBJECT = "Set your Sealroom password"


def ask(actor: Actor, email: str, *, on_known_device: bool = False) -> None:
    """Let the worker mail a link to the active account of that address, if there is one.

    It takes the same time whatever is found: no one learns here who has an account. What others
    ask for uses nothing up: a known device of the person has mails of its own, so has each network,
    and where none is sent because one was a moment ago, that one is good for most of an hour.
    """
    with lasting(ANSWER_SECONDS):
        person = account_of(email)
        if person is not None and person.is_active:
            note(actor, PersonEvent.PERSON_LINK_ASKED, subject=person)
            if _is_due(actor, person, on_known_device):
                queue(person)


def queue(person: User) -> None:
    """Let the worker mail a link to the person."""
    asked = {"asked_at": timezone.now(), "claimed_until": None}
    PasswordMail.objects.update_or_create(person=person, defaults=asked)


def _is_due(actor: Actor, person: User, on_known_device: bool) -> bool:
    """Whether a mail is to be sent, which is counted then."""
    place = f"password-mail:{person.pk}"
    return (on_known_device and _is_due_to_device(place)) or _is_due_to_stranger(place, actor)


def _is_due_to_device(place: str) -> bool:
    place = f"{place}:known"
    return cache.add(place, True, KNOWN_DEVICE_AGAIN_SECONDS) and _take_one(
        place, KNOWN_DEVICE_MAILS_A_DAY
    )


def _is_due_to_stranger(place: str, actor: Actor) -> bool:
    """A network that has no mails left, which is asked for first, holds up no other one."""
    recently = f"{place}:strangers"
    network = networks_around(actor.address)[-1]
    return (
        not cache.get(recently)
        and _take_one(f"{place}:{network}", NETWORK_MAILS_A_DAY)
        and cache.add(recently, True, STRANGERS_AGAIN_SECONDS)
    )


def _take_one(place: str, mails: int) -> bool:
    return any(cache.add(f"{place}:{number}", True, DAY_SECONDS) for number in range(mails))


def send_waiting(actor: Actor) -> int:
    """Send the links that wait, each by one worker alone; gives how many were sent.

    Where the mail server does not take one it is tried again for an hour, and the others wait for
    the next round: a server that does not answer must not keep the worker from its other work.
    """
    _give_up()
    waiting = PasswordMail.objects.filter(unclaimed()).order_by("asked_at")
    people = [mail.person for mail in waiting.select_related("person")]
    return sum(1 for _ in takewhile(lambda person: _send(actor, person), people))


def _give_up() -> None:
    too_old = PasswordMail.objects.filter(asked_at__lte=timezone.now() - GIVEN_UP_AFTER)
    if too_old.delete()[0]:
        log.warning("Password links that were asked for an hour ago could not be mailed.")


def _send(actor: Actor, person: User) -> bool:
    # The code is stored before it is on its way: a link that arrives works.
    code = _claim(person)
    if code is None:
        return False
    try:
        _message(person, code).send()
    except OSError as error:
        log.warning("The mail server did not take a password link: %s", type(error).__name__)
        again_at = timezone.now() + AGAIN_AFTER
        PasswordMail.objects.filter(person=person).update(claimed_until=again_at)
        return False
    with acting(actor, NoRight("anyone may ask for a link to an account")) as act:
        # One that was queued meanwhile is unclaimed, and is for a link that is still good.
        PasswordMail.objects.filter(person=person, claimed_until__isnull=False).delete()
        act.tell(PersonEvent.PERSON_LINK_MAILED, subject=person)
    return True


def _claim(person: User) -> Code | None:
    """A code to be sent by us alone; None where another worker sends one, or none is to be sent."""
    with transaction.atomic():
        # The address may be another one since it was asked for, and this one someone else's.
        person.email = lock_people([person.pk])[person.pk].email
        if not claim(PasswordMail.objects.filter(person=person), lasting=CLAIMED_FOR):
            return None
        return one_time_codes.issue(CodePurpose.MAIL, person, good_for=GOOD_FOR)


def _message(person: User, code: Code) -> EmailMessage:
    link = ways_in.link(code)
    words = {
        "address": link.address,
        "page": link.address.partition("#")[0],
        "code": link.code,
        "ends": sentence_time(link.ends_at),
    }
    return letters.message("password", Letter(SUBJECT, words), person.email)
