"""Tells people what was tried on their account: on their first page, and by mail.

What was mistyped on a device that they are known on is their own, and not counted.
"""

import json
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from secretsapp.core.actor import Actor
from secretsapp.core.events.people import PersonEvent
from secretsapp.core.networks import networks_around
from secretsapp.core.times import sentence_time
from secretsapp.models import User, WrongPasswords
from secretsapp.rules.acting import NoRight, acting

log = logging.getLogger(__name__)

REMEMBERED_FOR = timedelta(days=7)
# Fewer are mistyped now and then, on a device that is new.
SHOWN_FROM = 3
MAILED_FROM = 10
MAILED_EVERY = timedelta(days=1)
AGAIN_AFTER = timedelta(minutes=10)
NETWORKS_COUNTED = 100
SUBJECT = "Wrong passwords for your Sealroom account"


@dataclass(frozen=True)
class Tried:
    """How many wrong passwords were tried on an account, from how many networks, and when."""

    count: int
    networks: str
    since: datetime
    last_at: datetime


def count(actor: Actor, person: User) -> None:
    """Count a wrong password for the person; what is a week past is forgotten."""
    now = timezone.now()
    first = WrongPasswords(person=person, since=now, last_at=now)
    with transaction.atomic():
        WrongPasswords.objects.bulk_create([first], ignore_conflicts=True)
        row = WrongPasswords.objects.select_for_update().get(pk=person.pk)
        if row.last_at <= now - REMEMBERED_FOR:
            row.since, row.count, row.networks = now, 0, "[]"
        row.count, row.last_at = row.count + 1, now
        networks, network = json.loads(row.networks), networks_around(actor.address)[-1]
        if network not in networks and len(networks) < NETWORKS_COUNTED:
            row.networks = json.dumps([*networks, network])
        row.save()


def find_tried(actor: Actor) -> Tried | None:
    """Recent attempts on the actor's own account, if they are worth a sentence."""
    since = timezone.now() - REMEMBERED_FOR
    rows = WrongPasswords.objects.filter(last_at__gt=since, count__gte=SHOWN_FROM)
    row = rows.filter(person_id=actor.person_id).first()
    return _tried(row) if row else None


def _tried(row: WrongPasswords) -> Tried:
    networks = len(json.loads(row.networks))
    words = f"{networks} or more" if networks == NETWORKS_COUNTED else str(networks)
    return Tried(row.count, words, row.since, row.last_at)


def warn_waiting(actor: Actor) -> int:
    """Mail who was not told for a day that many were tried since; gives how many were sent."""
    now = timezone.now()
    waiting = WrongPasswords.objects.filter(_is_due(now), person__is_active=True)
    people = [row.person for row in waiting.select_related("person").order_by("last_at")]
    return sum(_warn(actor, person) for person in people)


def _is_due(now: datetime) -> Q:
    untold = Q(mailed_at=None) | Q(mailed_at__lte=now - MAILED_EVERY, last_at__gt=F("mailed_at"))
    return untold & Q(count__gte=MAILED_FROM, last_at__gt=now - MAILED_EVERY)


def _warn(actor: Actor, person: User) -> bool:
    """Whether it was sent; of several workers one claims it."""
    now = timezone.now()
    mine = WrongPasswords.objects.filter(pk=person.pk)
    if not mine.filter(_is_due(now)).update(mailed_at=now):
        return False
    tried = _tried(mine.get())
    try:
        _message(person, tried).send()
    except OSError as error:
        log.warning("The mail server did not take a warning: %s", type(error).__name__)
        mine.update(mailed_at=now - MAILED_EVERY + AGAIN_AFTER)
        return False
    with acting(actor, NoRight("everyone is told what was tried on their account")) as act:
        act.tell(PersonEvent.PERSON_WARNED, subject=person, detail={"count": str(tried.count)})
    return True


def _message(person: User, tried: Tried) -> EmailMessage:
    # Every command loads this module, for what counts sign-ins, and few write mail.
    from secretsapp.mail import letters  # noqa: PLC0415

    words = {
        "count": tried.count,
        "networks": tried.networks,
        "since": sentence_time(tried.since),
    }
    letter = letters.Letter(SUBJECT, words)
    return letters.message("wrong_passwords", letter, person.email)
