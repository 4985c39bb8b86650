"""Stores what came of sending: how far a channel is, when it is tried again, when it is paused."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from secretsapp.channels.messages import Message
from secretsapp.channels.rows import locked
from secretsapp.channels.sending import Outcome
from secretsapp.core.actor import Actor
from secretsapp.core.errors import NotFound
from secretsapp.core.events.channels import ChannelEvent
from secretsapp.models import Channel, Delivery
from secretsapp.models.channels import ChannelState, DeliveryState
from secretsapp.rules.acting import NoRight, acting

PAUSED_AFTER = timedelta(days=1)
KEPT_FOR = timedelta(days=30)
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=1)
MOST_DOUBLINGS = 6
# Pauses grow by up to so much, so that channels of one receiver don't come back all at once.
JITTER = 0.2
TOLD = ("position", "claimed_until", "delivered_at", "failing_since", "next_at")


@dataclass(frozen=True)
class Result:
    """What came of one message."""

    message: Message
    outcome: Outcome


def store(actor: Actor, channel: Channel, results: Sequence[Result], reached: int) -> int:
    """Store what came of messages, up to which event the channel was told, and let go of it.

    Gives how many were taken. Where someone moved or removed the channel meanwhile, theirs counts.
    """
    sent = [result for result in results if result.outcome.is_sent]
    failed = next((result for result in results if not result.outcome.is_sent), None)
    with transaction.atomic():
        stored = _unmoved(channel)
        if stored is None:
            return len(sent)
        for result in sent:
            _note(stored, result, DeliveryState.SENT)
        stored.position, stored.claimed_until = reached, None
        stored.delivered_at = timezone.now() if sent else stored.delivered_at
        if failed:
            _postpone(stored, failed, has_just_worked=bool(sent))
        elif stored.is_failing:
            _recover(stored)
        stored.save(update_fields=TOLD)
    if failed:
        _stop_if_due(actor, stored, failed.outcome)
    return len(sent)


def _postpone(channel: Channel, failed: Result, *, has_just_worked: bool) -> None:
    """Write down what failed, and when it is tried again."""
    now, waiting = timezone.now(), _note(channel, failed, DeliveryState.WAITING)
    if channel.failing_since is None or has_just_worked:
        channel.failing_since = now
    channel.next_at = now + _pause(waiting.tries, failed.outcome)


def _recover(channel: Channel) -> None:
    """What still waits is nothing that the channel is told any more: its rule is another now."""
    end_waiting(channel)
    channel.failing_since = channel.next_at = None


def end_waiting(channel: Channel) -> None:
    """Give up what could not be delivered."""
    waiting = Delivery.objects.filter(channel=channel, state=DeliveryState.WAITING)
    waiting.update(state=DeliveryState.SKIPPED, ended_at=timezone.now())


def store_failure(actor: Actor, channel: Channel, words: str) -> None:
    """Store that nothing could be sent at all, and why."""
    behind = channel.position + 1
    message = Message("", behind, behind, 0)
    outcome = Outcome(is_sent=False, words=words)
    store(actor, channel, [Result(message, outcome)], channel.position)


def _unmoved(channel: Channel) -> Channel | None:
    """The channel as it is stored, locked; None where it is gone or is told from elsewhere now."""
    try:
        stored = locked(channel)
    except NotFound:
        return None
    if stored.position == channel.position:
        return stored
    Channel.objects.filter(pk=stored.pk).update(claimed_until=None)
    return None


def _note(channel: Channel, result: Result, state: DeliveryState) -> Delivery:
    """Write a try into the log of deliveries; what waited before is the same, tried again."""
    now, message = timezone.now(), result.message
    waiting = Delivery.objects.filter(channel=channel, state=DeliveryState.WAITING).first()
    found = waiting or Delivery(channel=channel, began_at=now, tries=0)
    found.first, found.last, found.count = message.first, message.last, message.count
    found.state, found.answer = state, result.outcome.words
    found.tries, found.tried_at = found.tries + 1, now
    found.ended_at = now if state is DeliveryState.SENT else None
    found.save()
    return found


def _pause(tries: int, outcome: Outcome) -> timedelta:
    """How long to wait before the next try: longer each time, and as long as the receiver asks."""
    wait = FIRST_PAUSE * (1 << min(tries - 1, MOST_DOUBLINGS))
    if outcome.retry_after is not None:
        wait = max(wait, timedelta(seconds=outcome.retry_after))
    longer: float = 1 + JITTER * random.random()  # noqa: S311 # nosec B311 - it guards nothing
    return min(wait, LONGEST_PAUSE) * longer


def _stop_if_due(actor: Actor, channel: Channel, outcome: Outcome) -> None:
    """Turn a channel off whose receiver wants nothing more; pause one that failed for a day."""
    since = channel.failing_since
    if outcome.is_gone:
        stop(actor, channel, ChannelState.OFF, "the receiver wants no more messages")
    elif since is not None and timezone.now() - since >= PAUSED_AFTER:
        stop(actor, channel, ChannelState.PAUSED, "delivery failed for a day")


def stop(
    actor: Actor, channel: Channel, state: ChannelState, why: str, *, told: int | None = None
) -> None:
    """Send a channel nothing more, and say why; `told` is up to where it was told after all."""
    with acting(actor, NoRight("the receiver ended it, not a person")) as act:
        stored = locked(channel)
        if stored.state != ChannelState.ON:
            return
        stored.state, stored.why, stored.claimed_until = state, why, None
        stored.position = stored.position if told is None else told
        stored.save(update_fields=["state", "why", "claimed_until", "position"])
        act.tell(ChannelEvent.CHANNEL_PAUSED, subject=stored, detail={"reason": why})


def clear() -> int:
    """Forget deliveries that ended long ago; gives how many."""
    return Delivery.objects.filter(ended_at__lte=timezone.now() - KEPT_FOR).delete()[0]
