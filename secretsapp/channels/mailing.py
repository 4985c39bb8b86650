"""Channels that lead to email: a mail of what happened, at once or as a digest.

Mail goes the way of all mail, so a channel is told once its mail is queued. While one waits there,
what happens is kept for the next: a busy day makes longer mails and not more of them.
"""

import json
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from secretsapp.channels import outcomes, rule, sentences, targets
from secretsapp.channels.messages import Message
from secretsapp.channels.outcomes import Result
from secretsapp.channels.sending import Outcome
from secretsapp.core.actor import Actor
from secretsapp.log.standing import latest
from secretsapp.mail import outbox
from secretsapp.mail.letters import Letter
from secretsapp.mail.outbox import About, Kind
from secretsapp.models import Channel, OutgoingMail, User
from secretsapp.models.channels import ChannelState, Rhythm
from secretsapp.models.mail import MailState

LISTED = 100
# Digests are made at this hour (UTC); that of a week on Mondays.
HOUR = 7
BUSY_PAUSE = timedelta(minutes=1)
NO_MAIL = "There is no mail server. Set MAIL_HOST."
QUEUED = "Queued as mail."
GIVEN_UP = "the mail server took no mail for days"


def first_at(rhythm: str) -> datetime | None:
    """When the next digest is due; None for what is told at once."""
    if rhythm == Rhythm.AT_ONCE:
        return None
    now = timezone.now().astimezone(UTC)
    day = now.replace(hour=HOUR, minute=0, second=0, microsecond=0)
    if day <= now:
        day += timedelta(days=1)
    return day + timedelta(days=-day.weekday() % 7) if rhythm == Rhythm.WEEKLY else day


def queue(actor: Actor, channel: Channel) -> int:
    """Queue the mail that is due and let go of the channel; gives how many mails were queued.

    Raises BadRule.
    """
    rule.of(channel)
    if not outbox.is_set_up():
        outcomes.store_failure(actor, channel, NO_MAIL)
        return 0
    if lost := _mails(channel, MailState.GIVEN_UP).filter(key=_key(channel)).first():
        told = int(json.loads(lost.about)["first"]) - 1
        outcomes.stop(actor, channel, ChannelState.PAUSED, GIVEN_UP, told=told)
        return 0
    if _mails(channel, MailState.WAITING).exists():
        _let_go(channel, timezone.now() + BUSY_PAUSE)
        return 0
    end = rule.newest()
    count = rule.matching(channel, channel.position, end).count()
    with transaction.atomic():
        results = [_queued(channel, end, count)] if count else []
        done = outcomes.store(actor, channel, results, end)
        _let_go(channel, first_at(channel.rhythm))
    return done


def take_back(channel: Channel) -> None:
    """Let go no mail that waits: the channel was told up to before the first event of these."""
    for mail in _mails(channel, MailState.WAITING):
        about = json.loads(mail.about)
        if "first" in about:
            channel.position = min(channel.position, int(about["first"]) - 1)
        mail.delete()


def _mails(channel: Channel, state: MailState) -> QuerySet[OutgoingMail]:
    mails = OutgoingMail.objects.filter(kind=KIND.name, state=state)
    return mails.filter(key__startswith=f"{channel.pk}:")


def _key(channel: Channel) -> str:
    """The key of the last mail: of what its position says."""
    return f"{channel.pk}:{channel.position}"


def _let_go(channel: Channel, next_at: datetime | None) -> None:
    Channel.objects.filter(pk=channel.pk).update(claimed_until=None, next_at=next_at)


def _queued(channel: Channel, end: int, count: int) -> Result:
    first = channel.position + 1
    about = {"channel": str(channel.pk), "first": str(first), "last": str(end)}
    address = targets.decrypt(channel).address
    outbox.queue(KIND, address, about, key=f"{channel.pk}:{end}")
    return Result(Message("", first, end, count), Outcome(is_sent=True, words=QUEUED))


def queue_test(channel: Channel, *, who: str) -> Outcome:
    """Queue a mail that tells of no event."""
    if not outbox.is_set_up():
        return Outcome(is_sent=False, words=NO_MAIL)
    about = {"channel": str(channel.pk), "test": who}
    outbox.queue(KIND, targets.decrypt(channel).address, about)
    return Outcome(is_sent=True, words=QUEUED)


def _write(_person: User | None, about: About) -> Letter | None:
    """The events in sentences, the oldest first; nothing once the channel is gone."""
    channel = Channel.objects.filter(pk=about["channel"]).first()
    if channel is None:
        return None
    words: dict[str, object] = {"channel": channel.name, "address": f"/channels/{channel.pk}/"}
    if "test" in about:
        return Letter(f"Test of {channel.name}", words | {"test": about["test"]})
    found = rule.matching(channel, int(about["first"]) - 1, int(about["last"]))
    count = found.count()
    if not count:
        return None
    words |= {"events": sentences.read(found[:LISTED]), "count": count}
    words |= {"further": max(0, count - LISTED), "checkpoint": latest()}
    return Letter(f"{count} event{'' if count == 1 else 's'} in Sealroom", words)


KIND = Kind("channel_events", _write)
