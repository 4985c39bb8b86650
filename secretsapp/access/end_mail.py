"""Tells people by mail that a role of theirs is about to expire, a week and a day before.

What a team has is not told to its members.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case, CharField, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Cast, Concat
from django.utils import timezone

from secretsapp.core.times import sentence_time
from secretsapp.mail import outbox
from secretsapp.mail.letters import Letter
from secretsapp.mail.outbox import About, Kind
from secretsapp.models import Grant, OutgoingMail, User

WEEK, DAY = timedelta(days=7), timedelta(days=1)
# How many are queued at once; the next round queues the others.
QUEUED_AT_ONCE = 200


def queue_due() -> int:
    """Queue a mail for each grant that is about to expire, once for each end; gives how many."""
    if not outbox.is_set_up():
        return 0
    due = list(_due(timezone.now()).select_related("person")[:QUEUED_AT_ONCE])
    outbox.queue_all(
        outbox.mail(KIND, grant.person, _about(grant), key=grant.mail_key) for grant in due
    )
    return len(due)


def _due(now: datetime) -> QuerySet[Any]:
    """The grants of which a mail is due and was not queued, in an order that all workers share.

    Who was given access for a shorter time than that before its end was told so a moment ago.
    """
    in_a_week = Q(until__gt=now + DAY, given_at__lte=F("until") - WEEK)
    in_a_day = Q(until__lte=now + DAY, given_at__lte=F("until") - DAY)
    # The engine writes the time, so it is written the same way whenever it is the same.
    before = Case(When(until__gt=now + DAY, then=Value("week")), default=Value("day"))
    key = Concat(
        Cast("pk", CharField()),
        Value(" "),
        Cast("until", CharField()),
        Value(" "),
        before,
        output_field=CharField(),
    )
    # The index of keys has no empty ones, and is used only where that is said.
    keyed = OutgoingMail.objects.filter(kind=KIND.name).exclude(key="")
    queued = keyed.filter(key=OuterRef("mail_key"))
    ending = Grant.objects.filter(until__gt=now, until__lte=now + WEEK, person__is_active=True)
    return (
        ending.filter(in_a_week | in_a_day)
        .annotate(mail_key=key)
        .filter(~Exists(queued))
        .order_by("until", "pk")
    )


def _about(grant: Grant) -> About:
    until = grant.until.isoformat() if grant.until else ""
    return {"grant": str(grant.pk), "until": until}


def _write(person: User | None, about: About) -> Letter | None:
    """What is true of it now; nothing where it was revoked, has ended or ends another time."""
    until = datetime.fromisoformat(about["until"])
    grants = Grant.objects.filter(pk=about["grant"], person=person, until=until)
    grant = grants.filter(until__gt=timezone.now()).select_related("universe").first()
    if grant is None:
        return None
    where = grant.universe.name_and_environment if grant.universe else grant.place.words
    words = {"role": grant.get_role_display(), "where": where, "end": sentence_time(until)}
    return Letter(f"Your access to {where} expires soon", words)


KIND = Kind("grant_ends", _write)
