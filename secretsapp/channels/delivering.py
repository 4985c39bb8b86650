"""Delivers what happened to the channels: each by one worker alone, in order, at least once.

The log itself is the outbox: a channel knows up to which event it was told. What is sent is stored
after it was taken, so where a worker is killed between the two it is sent again, under the same id.
"""

import logging
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import F, Q
from django.utils import timezone

from secretsapp.channels import mailing, messages, outcomes, rule, sending, sentences, targets
from secretsapp.channels.messages import Message
from secretsapp.channels.outcomes import Result
from secretsapp.channels.sending import Outcome, Send
from secretsapp.channels.targets import Opened
from secretsapp.core.actor import Actor
from secretsapp.core.errors import BadRule, SealroomError
from secretsapp.models import Channel
from secretsapp.models.channels import ChannelKind, ChannelState
from secretsapp.rules.locks import claim, unclaimed

log = logging.getLogger(__name__)

# Longer than a round can take; another worker takes a channel over then.
CLAIMED_FOR = timedelta(minutes=5)
# The receivers of so many channels are spoken to at once.
CHANNELS_A_ROUND = 8
MESSAGES_A_ROUND = 20
# After so long no further message is begun, however quick the receiver is: there is other work.
SECONDS_A_ROUND = 5
# So many events in a row are looked through for one channel in a round.
EVENTS_A_ROUND = 2000
BROKEN = "An error in Sealroom kept it from being sent. The worker’s log says where."


@dataclass(frozen=True)
class Work:
    """What one channel is to be told in this round; behind `end` nothing was looked at."""

    channel: Channel
    opened: Opened
    messages: Sequence[Message]
    end: int


def deliver(actor: Actor, send: Send = sending.send) -> int:
    """Tell the channels that are due; gives how many messages were taken.

    A slow receiver keeps the others of the same round waiting for its few seconds at most.
    """
    work = list(_due(actor))
    if not work:
        return 0
    with ThreadPoolExecutor(len(work)) as pool:
        found = list(pool.map(lambda each: _sent(each, send), work))
    return sum(
        outcomes.store(actor, each.channel, results, _reached(each, results))
        for each, results in zip(work, found, strict=True)
    )


def _reached(work: Work, results: Sequence[Result]) -> int:
    """Up to which event the channel was told."""
    sent = [result.message.last for result in results if result.outcome.is_sent]
    if len(sent) == len(work.messages):
        return work.end
    return sent[-1] if sent else work.channel.position


def _due(actor: Actor) -> Iterator[Work]:
    """What is to be sent over the network; what is to be mailed is queued, and is no work here."""
    for channel in _claimed():
        try:
            if channel.kind == ChannelKind.EMAIL:
                mailing.queue(actor, channel)
            else:
                yield _work_for(channel)
        except BadRule:
            outcomes.stop(actor, channel, ChannelState.PAUSED, rule.UNREADABLE)
        except SealroomError as error:
            outcomes.store_failure(actor, channel, str(error))
        except Exception:
            log.exception("The messages to a channel could not be made.")
            outcomes.store_failure(actor, channel, BROKEN)


def _claimed() -> Iterator[Channel]:
    """The channels that are due, those first that were so the longest; each is ours alone."""
    now = timezone.now()
    due = Q(next_at=None) | Q(next_at__lte=now)
    ready = Channel.objects.filter(due, unclaimed(), state=ChannelState.ON)
    for channel in ready.order_by(F("tried_at").asc(nulls_first=True))[:CHANNELS_A_ROUND]:
        if claim(ready.filter(pk=channel.pk), lasting=CLAIMED_FOR, tried_at=now):
            # Someone may have changed or removed it before it was ours.
            yield from Channel.objects.filter(pk=channel.pk)


def _work_for(channel: Channel) -> Work:
    head = rule.newest()
    end = min(head, channel.position + EVENTS_A_ROUND)
    most = MESSAGES_A_ROUND * messages.most_in(ChannelKind(channel.kind))
    found = rule.matching(channel, channel.position, end)[:most]
    events = sentences.read(found)
    if len(events) == most:
        end = events[-1].event.sequence
    return Work(channel, targets.decrypt(channel), messages.of(channel, events), end)


def _sent(work: Work, send: Send) -> list[Result]:
    """What came of the messages in their order, up to the first that failed or found no time."""
    begun, found = time.monotonic(), list[Result]()
    for message in work.messages:
        if found and time.monotonic() - begun > SECONDS_A_ROUND:
            break
        outcome = _tried(work, message, send)
        found.append(Result(message, outcome))
        if not outcome.is_sent:
            break
    return found


def _tried(work: Work, message: Message, send: Send) -> Outcome:
    """This runs in a thread of its own, which asks nothing of the database."""
    try:
        return send(ChannelKind(work.channel.kind), work.opened, message)
    except Exception:
        log.exception("A message to a channel could not be sent.")
        return Outcome(is_sent=False, words=BROKEN)
