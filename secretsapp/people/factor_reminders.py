"""Reminds people by mail that they must have a second factor soon: a week and a day before."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.utils import timezone

from secretsapp.core import actor as actors
from secretsapp.core.actor import Door
from secretsapp.core.roles import Role
from secretsapp.core.times import sentence_time
from secretsapp.mail import outbox
from secretsapp.mail.letters import Letter
from secretsapp.mail.outbox import About, Kind
from secretsapp.models import OutgoingMail, RequiredFactor, User
from secretsapp.people import required_factors

WEEK, DAY = timedelta(days=7), timedelta(days=1)
# How many are queued at once; the next round queues the others.
QUEUED_AT_ONCE = 200
SUBJECT = "You’ll soon need a second factor in Sealroom"


def queue_due() -> int:
    """Queue a mail for each who lacks a factor that is required soon, once for each time; gives
    how many."""
    if not outbox.is_set_up():
        return 0
    due = list(_due(timezone.now()))[:QUEUED_AT_ONCE]
    outbox.queue_all(due)
    return len(due)


def _due(now: datetime) -> Iterator[OutgoingMail]:
    for rule in RequiredFactor.objects.filter(since__gt=now, since__lte=now + WEEK):
        time = rule.since.isoformat()
        begin = f"{time} {'day' if rule.since <= now + DAY else 'week'} "
        mails = OutgoingMail.objects.filter(kind=KIND.name, key__startswith=begin)
        queued = set(mails.values_list("key", flat=True))
        for person in required_factors.lacking(Role(rule.role) if rule.role else None):
            key = f"{begin}{person.pk}"
            if key not in queued:
                yield outbox.mail(KIND, person, {"since": time}, key=key)


def _write(person: User | None, _about: About) -> Letter | None:
    """What is true now; nothing where they have one by now, or none is required any more."""
    if person is None:
        return None
    reader = actors.person(person.pk, person.email, Door.WORKER)
    due = required_factors.due_of(reader)
    return Letter(SUBJECT, {"since": sentence_time(due.at)}) if due and not due.is_over else None


KIND = Kind("factor_due", _write)
