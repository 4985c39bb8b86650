"""Channels of these tests, what happens meanwhile, and the rounds of a worker."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import time_machine
from django.utils import timezone

from secretsapp.channels import delivering, keeping, sending
from secretsapp.channels.keeping import Terms
from secretsapp.channels.rule import Rule
from secretsapp.channels.sending import Send
from secretsapp.core import actor as actors
from secretsapp.core.events.kinds import Event, Severity
from secretsapp.core.events.secrets import SecretEvent
from secretsapp.core.plaintext import Plaintext
from secretsapp.models import AuditEvent, Channel, Universe
from secretsapp.models.channels import ChannelKind
from secretsapp.rules.acting import NoRight, acting
from tests.stage import STAGEHAND

WORKER = actors.system("channels")
ROTATED = SecretEvent.SECRET_ROTATE_SUCCEEDED


def open_channel(
    kind: ChannelKind, target: str, rule: Rule | None = None, *, name: str = "Team", **terms: Any
) -> keeping.Saved:
    """A channel that leads there, told of rotations alone unless another rule is given."""
    wanted = rule or Rule(events=("secret.rotate",))
    made = Terms(name, wanted, target=Plaintext(target.encode()), **terms)
    return keeping.add(STAGEHAND, kind, made)


def happens(
    universe: Universe | None, names: Sequence[str], event: Event = ROTATED, **detail: str
) -> list[int]:
    """Let the event happen to secrets of these names; gives the numbers of the events."""
    with acting(STAGEHAND, NoRight("the stage is set")) as act:
        for name in names:
            act.tell(event, universe, name, detail=detail)
    return [event.sequence for event in act.events]


def work(send: Send = sending.send, *, later: timedelta = timedelta(0)) -> int:
    """A round of a worker, that much later; gives how many messages were taken."""
    with time_machine.travel(timezone.now() + later):
        return delivering.deliver(WORKER, send)


def stored(name: str = "Team") -> Channel:
    """The channel as it is stored."""
    return Channel.objects.get(name=name)


def log(channel: Channel) -> list[tuple[str, int, int, int]]:
    """The log of its deliveries: how far each came, its events, and how often it was tried."""
    fields = ("state", "first", "last", "tries")
    return list(channel.deliveries.order_by("pk").values_list(*fields))


def newest() -> int:
    """The number of the newest event."""
    return AuditEvent.objects.order_by("-sequence").values_list("sequence", flat=True)[0]


ALL = Rule(at_least=Severity.INFO)
