"""Tells by mail that a role is about to expire, a week and a day before.

Its holder is told, or everyone in the team whose it is, of whom there is a limited number; and who
granted it, if they can still keep it.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case, CharField, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Cast, Coalesce, Concat
from django.utils import timezone

from secretsapp.core import actor as actors
from secretsapp.core.actor import Door
from secretsapp.core.times import sentence_time
from secretsapp.mail import outbox
from secretsapp.mail.letters import Letter
from secretsapp.mail.outbox import About, Kind
from secretsapp.models import Grant, OutgoingMail, User
from secretsapp.rules.holders import holdings_of
from secretsapp.rules.policy import rights_of

WEEK, DAY = timedelta(days=7), timedelta(days=1)
# How many are queued at once; the next round queues the others.
QUEUED_AT_ONCE = 200


def queue_due() -> int:
    """Queue a mail for each holder of what is about to expire, once for each end; gives how many.

    Those who granted it are beside them.
    """
    if not outbox.is_set_up():
        return 0
    due = list(_due(timezone.now())[:QUEUED_AT_ONCE])
    # Of people, only their ids are stored.
    held = [outbox.mail(KIND, User(pk=each.told), _about(each), key=each.mail_key) for each in due]
    asked = (each for each in due if each.giver_id is not None and not each.ends_as_meant)
    given = [
        outbox.mail(TO_DECIDE, User(pk=each.giver_id), _about(each), key=each.grant_key)
        for each in asked
        if each.giver_id != each.person_id
    ]
    outbox.queue_all([*held, *given])
    return len(due)


def _due(now: datetime) -> QuerySet[Any]:
    """The grants of which a mail is due and was not queued, once for each person who is `told`.

    They come in an order that all workers share.

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
    member = Concat(Value(" "), Cast("told", CharField()), output_field=CharField())
    whose = Case(When(team=None, then=Value("")), default=member, output_field=CharField())
    # The index of keys has no empty ones, and is used only where that is said.
    keyed = OutgoingMail.objects.filter(kind=KIND.name).exclude(key="")
    queued = keyed.filter(key=OuterRef("mail_key"))
    ending = Grant.objects.filter(until__gt=now, until__lte=now + WEEK)
    told = User.objects.filter(pk=OuterRef("told"), is_active=True)
    return (
        ending.filter(in_a_week | in_a_day)
        .annotate(told=Coalesce("person", "team__memberships__person"), grant_key=key)
        .annotate(mail_key=Concat("grant_key", whose, output_field=CharField()))
        .filter(Exists(told), ~Exists(queued))
        .order_by("until", "pk", "told")
    )


def _about(grant: Grant) -> About:
    until = grant.until.isoformat() if grant.until else ""
    return {"grant": str(grant.pk), "until": until}


def _write(person: User | None, about: About) -> Letter | None:
    """What is true of it now; nothing where it was revoked, has ended or ends another time."""
    whose = Q(person=person) | Q(team__memberships__person=person)
    grant = _ending(about).filter(whose).first()
    if grant is None:
        return None
    words = _words(grant)
    giver = (grant.giver.name if grant.giver else "") or grant.given_by
    team = {"team": grant.team.name, "giver": giver} if grant.team else {}
    return Letter(f"Your access to {words['where']} expires soon", words | team)


def _write_to_decide(person: User | None, about: About) -> Letter | None:
    """What is true of it now; nothing where they could not grant it, or someone decided."""
    grant = _ending(about).filter(giver=person, ends_as_meant=False).first()
    if grant is None or person is None or (grant.person and not grant.person.is_active):
        return None
    reader = actors.person(person.pk, person.email, Door.WORKER)
    if not rights_of(reader).may_give(holdings_of(grant)):
        return None
    words = _words(grant) | {"whose": str(grant.team.name if grant.team else grant.person)}
    return Letter(f"Access to {words['where']} that you granted expires soon", words)


def _ending(about: About) -> QuerySet[Grant]:
    until = datetime.fromisoformat(about["until"])
    found = Grant.objects.filter(pk=about["grant"], until=until, until__gt=timezone.now())
    return found.select_related("universe", "person", "team", "giver")


def _words(grant: Grant) -> dict[str, str]:
    where = grant.universe.name_and_environment if grant.universe else grant.place.words
    end = sentence_time(grant.until) if grant.until else ""
    return {"role": grant.get_role_display(), "where": where, "end": end}


KIND = Kind("grant_ends", _write)
TO_DECIDE = Kind("grant_to_decide", _write_to_decide)
