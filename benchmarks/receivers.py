"""Rows of who outside is told: channels with what was delivered to them, and witnesses."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import uuid4

from django.utils import timezone

from benchmarks import crowd
from secretsapp.channels import rule, targets
from secretsapp.channels.keeping import CHANNELS_AT_MOST
from secretsapp.channels.rule import UNIVERSES_AT_MOST, Rule
from secretsapp.channels.targets import Opened
from secretsapp.log.witnesses import WITNESSES_AT_MOST
from secretsapp.models import Channel, Delivery, Universe, Witness
from secretsapp.models.channels import ChannelKind, ChannelState, DeliveryState, Rhythm

PAUSED_EVERY, FAILING_EVERY = 10, 7
ADDRESSES = {
    ChannelKind.DISCORD: "https://discord.com/api/webhooks/1/made-up",
    ChannelKind.SLACK: "https://hooks.slack.com/services/made/up",
    ChannelKind.WEBHOOK: "https://hooks.example.com/sealroom",
    ChannelKind.EMAIL: "crew@example.com",
    ChannelKind.SYSLOG: "logs.example.com:6514",
}


def tell(universes: int) -> None:
    """Let there be as many channels and witnesses as universes, or the most that there can be.

    Each channel is about as many universes as it can be, and a thousand times as many deliveries
    of the first one are kept as there are days to a week.
    """
    now = timezone.now()
    there = list(Universe.objects.order_by("pk").values_list("pk", flat=True)[:UNIVERSES_AT_MOST])
    made = [_channel(number, there, now) for number in range(min(universes, CHANNELS_AT_MOST))]
    Channel.objects.bulk_create(made)
    Delivery.objects.bulk_create(_deliveries(made[0], 7 * universes, now), crowd.ROWS_AT_ONCE)
    failing = made[::FAILING_EVERY]
    Delivery.objects.bulk_create(_delivery(each, 1, now, DeliveryState.WAITING) for each in failing)
    Witness.objects.bulk_create(_witnesses(min(universes, WITNESSES_AT_MOST), now))


def _channel(number: int, there: list[int], now: datetime) -> Channel:
    kind = list(ChannelKind)[number % len(ChannelKind)]
    opened, channel_id = Opened(ADDRESSES[kind], ""), uuid4()
    is_paused = number % PAUSED_EVERY == PAUSED_EVERY - 1
    return Channel(
        id=channel_id,
        name=f"Channel {number:03}",
        kind=kind,
        encrypted_target=targets.encrypt(channel_id, opened),
        shown=targets.shown(kind, opened.address),
        rule=rule.written(Rule(universes=tuple(there))),
        rhythm=Rhythm.AT_ONCE,
        state=ChannelState.PAUSED if is_paused else ChannelState.ON,
        why="No answer for a day." if is_paused else "",
        position=0,
        failing_since=now if number % FAILING_EVERY == 0 else None,
    )


def _deliveries(channel: Channel, count: int, now: datetime) -> Iterable[Delivery]:
    for number in range(count):
        yield _delivery(channel, number + 1, now - timedelta(minutes=count - number))


def _delivery(
    channel: Channel, number: int, now: datetime, state: DeliveryState = DeliveryState.SENT
) -> Delivery:
    return Delivery(
        channel=channel,
        first=number,
        last=number,
        count=1,
        state=state,
        answer="204",
        began_at=now,
        tried_at=now,
        ended_at=None if state == DeliveryState.WAITING else now,
    )


def _witnesses(count: int, now: datetime) -> Iterable[Witness]:
    for number in range(count):
        yield Witness(
            name=f"Witness {number:02}",
            address=f"https://witness{number:02}.example.com/",
            verifier=f"witness{number:02}.example.com+00000000+made-up",
            added_at=now,
        )
