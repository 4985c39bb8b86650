"""Channels as those see them who manage them: never where exactly they lead."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet

from secretsapp.channels import rule, targets
from secretsapp.channels.rule import Rule
from secretsapp.core.actor import Actor
from secretsapp.core.errors import NotFound
from secretsapp.core.input_rules import is_storable
from secretsapp.core.roles import Permission
from secretsapp.core.spelling import proposal
from secretsapp.models import Channel, Delivery, Universe
from secretsapp.models.channels import ChannelKind, ChannelState, DeliveryState
from secretsapp.rules.ordering import in_order
from secretsapp.rules.paging import Page, cut
from secretsapp.rules.policy import require_installation, rights_of

UNIVERSES_OFFERED, UNIVERSES_NAMED = 30, 3


@dataclass(frozen=True)
class ChannelView:
    """A channel with its rule, the universes that this names, and what waits to be tried again.

    Where someone edited the rule in the database until it can't be read, `is_readable` is false and
    the rule that of a new channel. `behind` says how many events of any kind it was not told of
    yet, nor looked through for it.
    """

    channel: Channel
    rule: Rule
    universes: list[Universe]
    waiting: Delivery | None
    behind: int
    is_readable: bool = True

    @property
    def is_signed(self) -> bool:
        """Whether what is sent to it is signed."""
        return self.channel.kind == ChannelKind.WEBHOOK

    @property
    def first(self) -> list[Universe]:
        """The universes that a list names."""
        return self.universes[:UNIVERSES_NAMED]

    @property
    def further(self) -> int:
        """How many more there are, which the page of the channel names."""
        return len(self.universes) - len(self.first)

    @property
    def caution(self) -> str:
        """What to check about where it leads, or nothing."""
        return targets.caution(ChannelKind(self.channel.kind), self.channel.shown)

    @property
    def is_on(self) -> bool:
        """Whether it is told of what happens."""
        return self.channel.state == ChannelState.ON


def overview(actor: Actor) -> list[ChannelView]:
    """Every channel, by name; raises Forbidden."""
    require_installation(actor, Permission.MANAGE_CHANNELS)
    return _views(Channel.objects.all())


def view(actor: Actor, channel_id: UUID) -> ChannelView:
    """The channel of that id; raises Forbidden, or NotFound."""
    require_installation(actor, Permission.MANAGE_CHANNELS)
    found = _views(Channel.objects.filter(pk=channel_id))
    if not found:
        raise NotFound("This channel doesn’t exist. Someone may have removed it.")
    return found[0]


def universes_to_choose(actor: Actor) -> list[Universe]:
    """The first universes, for a form to offer; one more than it shows. Raises Forbidden."""
    require_installation(actor, Permission.MANAGE_CHANNELS)
    return list(in_order(Universe.objects.all())[: UNIVERSES_OFFERED + 1])


def get(actor: Actor, name: str) -> Channel:
    """The channel of that very name; raises Forbidden, or NotFound, which proposes a near one."""
    require_installation(actor, Permission.MANAGE_CHANNELS)
    channel = Channel.objects.filter(name=name).first() if is_storable(name) else None
    if channel is None:
        names = Channel.objects.values_list("name", flat=True)
        meant = proposal(name, {known: f"“{known}”" for known in names})
        raise NotFound(f"There is no channel named “{name}”.{meant or ' Add it first.'}")
    return channel


def deliveries(actor: Actor, channel: Channel, number: int) -> Page[Delivery]:
    """That page of what was delivered to the channel, the newest first; raises Forbidden."""
    require_installation(actor, Permission.MANAGE_CHANNELS)
    return cut(Delivery.objects.filter(channel=channel).order_by("-pk"), number)


def stopped(actor: Actor) -> list[Channel]:
    """The channels that fail or were stopped by what their receivers did, for who manages them."""
    if not rights_of(actor).allows_installation(Permission.MANAGE_CHANNELS):
        return []
    return list(stopped_channels().defer("encrypted_target"))


def stopped_channels() -> QuerySet[Channel]:
    """The same for any reader: a channel that a person turned off has no reason to tell."""
    return Channel.objects.filter(~Q(why="") & ~Q(state=ChannelState.ON)).order_by("name")


def _among(universes: Mapping[int, Universe], wanted: Rule) -> list[Universe]:
    """Those that the rule names and that are still there."""
    return [universes[each] for each in wanted.universes if each in universes]


def _views(channels: QuerySet[Channel]) -> list[ChannelView]:
    found = list(channels)
    readable = {channel.pk: rule.readable(channel) for channel in found}
    rules = {pk: wanted or Rule() for pk, wanted in readable.items()}
    named = {each for wanted in rules.values() for each in wanted.universes}
    universes = Universe.objects.in_bulk(named) if named else {}
    failing = Delivery.objects.filter(channel__in=found, state=DeliveryState.WAITING)
    waiting = {each.channel_id: each for each in failing}
    head = rule.newest()
    return [
        ChannelView(
            channel=channel,
            rule=rules[channel.pk],
            universes=_among(universes, rules[channel.pk]),
            waiting=waiting.get(channel.pk),
            behind=max(0, head - channel.position),
            is_readable=readable[channel.pk] is not None,
        )
        for channel in found
    ]
