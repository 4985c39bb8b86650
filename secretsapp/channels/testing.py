"""Sends a test to a channel: a real message, by the way that all of them go."""

from django.utils import timezone

from secretsapp.channels import mailing, messages, sending, targets
from secretsapp.channels.rows import locked
from secretsapp.channels.sending import Outcome
from secretsapp.core.actor import Actor
from secretsapp.core.events.channels import ChannelEvent
from secretsapp.core.roles import Permission
from secretsapp.models import Channel, Delivery
from secretsapp.models.channels import ChannelKind, DeliveryState
from secretsapp.rules.acting import Right, acting
from secretsapp.rules.policy import require_installation


def send_test(actor: Actor, channel: Channel) -> Outcome:
    """Send a test and store what came of it; raises Forbidden, NotFound or KeyTrouble."""
    require_installation(actor, Permission.MANAGE_CHANNELS)
    began_at = timezone.now()
    outcome = _sent(actor, channel)
    with acting(actor, Right(Permission.MANAGE_CHANNELS)) as act:
        stored = locked(channel)
        Delivery.objects.create(
            channel=stored,
            first=0,
            last=0,
            count=0,
            state=DeliveryState.SENT if outcome.is_sent else DeliveryState.FAILED,
            answer=outcome.words,
            is_test=True,
            began_at=began_at,
            tried_at=began_at,
            ended_at=timezone.now(),
        )
        result = "delivered" if outcome.is_sent else "failed"
        act.tell(ChannelEvent.CHANNEL_TESTED, subject=stored, detail={"result": result})
    return outcome


def _sent(actor: Actor, channel: Channel) -> Outcome:
    kind = ChannelKind(channel.kind)
    if kind is ChannelKind.EMAIL:
        return mailing.queue_test(channel, who=actor.name)
    # It can take long: what is remembered of rights ends here.
    actor.forget()
    return sending.send(kind, targets.decrypt(channel), messages.test(channel, who=actor.name))
