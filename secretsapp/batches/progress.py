"""Batches as an actor may see them: which there are, how far each came, and what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from secretsapp.batches.finishing import counts_of, outcome_of
from secretsapp.batches.steering import is_theirs
from secretsapp.core.actor import Actor
from secretsapp.core.errors import NotFound
from secretsapp.core.roles import Permission
from secretsapp.core.times import MINUTE
from secretsapp.models import Batch, BatchItem, Lane
from secretsapp.models.batches import OPEN_ITEMS, BatchState, ItemState
from secretsapp.rules.paging import Asked, Page, cut
from secretsapp.rules.policy import rights_of

# What someone should look at.
AMISS = (ItemState.FAILED, ItemState.UNDETERMINED)


@dataclass(frozen=True)
class BatchView:
    """A batch, how many of its items are in each state, and what the actor may do about it.

    `waits_for` are the reasons why items that wait are not sent now.
    """

    batch: Batch
    counts: Mapping[ItemState, int]
    is_own: bool
    may_stop: bool
    may_retry: bool
    waits_for: list[str]

    @property
    def done(self) -> int:
        """How many items have come to an end."""
        return self.batch.size - self.open

    @property
    def open(self) -> int:
        """How many have not."""
        return sum(self.counts.get(state, 0) for state in OPEN_ITEMS)

    @property
    def waiting(self) -> int:
        """How many have not begun."""
        return self.counts.get(ItemState.WAITING, 0)

    @property
    def is_over(self) -> bool:
        """Whether nothing more comes of it by itself."""
        return self.batch.ended_at is not None

    @property
    def is_paused(self) -> bool:
        """Whether it waits for someone to let it go on."""
        return self.batch.state == BatchState.PAUSED and not self.is_over

    @property
    def is_running(self) -> bool:
        """Whether its items are sent, or would be if there were no reason to wait."""
        return self.batch.state == BatchState.RUNNING and not self.is_over

    @property
    def is_amiss(self) -> bool:
        """Whether something of it failed, or isn't known."""
        return any(state in self.counts for state in AMISS)

    @property
    def percent(self) -> int:
        """How much of it has ended, in whole percent."""
        return 100 * self.done // self.batch.size

    @property
    def outcome(self) -> str:
        """What came of it so far, in words."""
        return outcome_of(dict(self.counts))

    @property
    def left(self) -> str:
        """How long it would go on at the pace so far, or empty where that can't be said."""
        if self.batch.state != BatchState.RUNNING or not self.waiting or not self.done:
            return ""
        minutes = ceil((timezone.now() - self.batch.made_at) / self.done * self.open / MINUTE)
        if minutes <= 1:
            return "less than a minute left"
        return f"about {minutes:,} minutes left"


def batches(actor: Actor, asked: Asked) -> Page[BatchView]:
    """Those that they may see, the newest first."""
    page = cut(visible(actor).order_by("-made_at", "-pk"), asked.number)
    counts = counts_of(page.items)
    return page.of(_view(actor, batch, counts[batch.pk]) for batch in page.items)


def visible(actor: Actor) -> QuerySet[Batch]:
    """Their own; all for those who may read the log of all universes, as it tells of them."""
    if rights_of(actor).allows_installation(Permission.READ_AUDIT):
        return Batch.objects.all()
    return Batch.objects.filter(person=actor.person_id)


def get(actor: Actor, batch_id: UUID) -> BatchView:
    """The batch of that id; raises NotFound unless they may see it."""
    batch = visible(actor).filter(pk=batch_id).first()
    if batch is None:
        raise NotFound("There is no such batch, or someone else asked for it.")
    return view_of(actor, batch)


def view_of(actor: Actor, batch: Batch) -> BatchView:
    """How far it came, in three queries however many items it has."""
    failed = BatchItem.objects.filter(batch=batch, state=ItemState.FAILED)
    can_retry = failed.filter(may_retry=True).exists()
    return _view(actor, batch, counts_of([batch])[batch.pk], can_retry=can_retry)


def _view(
    actor: Actor, batch: Batch, counts: Mapping[ItemState, int], *, can_retry: bool = False
) -> BatchView:
    is_own = is_theirs(actor, batch)
    is_admin = rights_of(actor).allows_installation(Permission.MANAGE_UNIVERSES)
    return BatchView(
        batch=batch,
        counts=counts,
        is_own=is_own,
        may_stop=(is_own or is_admin) and (batch.ended_at is None or can_retry),
        may_retry=is_own and can_retry,
        waits_for=_waits_for(batch) if ItemState.WAITING in counts else [],
    )


def _waits_for(batch: Batch) -> list[str]:
    waiting = BatchItem.objects.filter(batch=batch, state=ItemState.WAITING)
    mine = waiting.filter(universe__api_key=OuterRef("pk"))
    lanes = Lane.objects.filter(Exists(mine), wait_until__gt=timezone.now())
    return list(lanes.exclude(words="").values_list("words", flat=True)[:3])


def amiss(view: BatchView, *, most: int) -> list[BatchItem]:
    """The first of its items that someone should look at."""
    found = BatchItem.objects.filter(batch=view.batch, state__in=AMISS).defer("box")
    return list(found.order_by("position")[:most])


def items_of(batch: Batch, asked: Asked, state: str = "") -> Page[BatchItem]:
    """Its items in their order, or those in one state."""
    found = BatchItem.objects.filter(batch=batch).select_related("universe")
    if state:
        found = found.filter(state=state)
    return cut(found.defer("box").order_by("position"), asked.number)
