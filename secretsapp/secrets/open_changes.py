"""Changes whose outcome is open, or was found out to be beyond finding out, as an actor may see."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from secretsapp.core.actor import Actor
from secretsapp.core.roles import Permission
from secretsapp.models import Change, Secret
from secretsapp.models.changes import OPEN_STATES, ChangeState
from secretsapp.rules.narrowing import narrowed

UNDETERMINED_FOR = timedelta(days=7)
# A sweep comes every minute, and reading Roblox may take one.
SWEEP_TAKES = timedelta(minutes=3)


@dataclass(frozen=True)
class OpenChange:
    """A change that is not settled; `settles_at` is when Roblox is read for its outcome."""

    change: Change
    settles_at: datetime
    is_overdue: bool
    links_secret: bool

    @property
    def is_unknown(self) -> bool:
        """Whether it was sent and no usable answer came; else it may still be on its way."""
        return self.change.state == ChangeState.UNKNOWN


@dataclass(frozen=True)
class Unsettled:
    """What is being settled, oldest first, and what could lately not be settled."""

    open: list[OpenChange]
    undetermined: list[OpenChange]


def visible(actor: Actor, settled_after: timedelta) -> Unsettled:
    """The changes whose audit log the actor may read; they are settled so long after their start.

    An undetermined one is told for a week, unless a later change of the secret has succeeded.
    """
    now = timezone.now()
    later = Change.objects.filter(
        universe=OuterRef("universe"),
        name=OuterRef("name"),
        state=ChangeState.SUCCEEDED,
        started_at__gt=OuterRef("started_at"),
    )
    undetermined = Change.objects.filter(
        ~Exists(later), state=ChangeState.UNDETERMINED, settled_at__gte=now - UNDETERMINED_FOR
    )
    started = Change.objects.filter(state__in=OPEN_STATES)
    return Unsettled(
        open=list(_readable(actor, started, now, settled_after)),
        undetermined=list(_readable(actor, undetermined, now, settled_after)),
    )


def _readable(
    actor: Actor, changes: QuerySet[Change], now: datetime, settled_after: timedelta
) -> Iterator[OpenChange]:
    listed = Secret.objects.filter(universe=OuterRef("universe"), name=OuterRef("name"))
    readable = narrowed(actor, changes, Permission.READ_AUDIT)
    found = readable.select_related("universe").annotate(is_listed=Exists(listed))
    for change in found.order_by("started_at"):
        settles_at = change.started_at + settled_after
        yield OpenChange(
            change,
            settles_at,
            is_overdue=settles_at + SWEEP_TAKES < now,
            links_secret=change.is_listed,
        )
