"""What ends items and batches beside their own changes."""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, QuerySet
from django.utils import timezone

from secretsapp.batches import items
from secretsapp.batches.intents import REMOVED
from secretsapp.core import actor as actors
from secretsapp.core.errors import SealroomError, StaleVersion
from secretsapp.core.events.batches import BatchEvent
from secretsapp.core.events.kinds import Event
from secretsapp.models import Batch, BatchItem, Change, Lane, Universe
from secretsapp.models.batches import OPEN_ITEMS, BatchState, ItemState
from secretsapp.models.secrets import OPEN_STATES
from secretsapp.rules.acting import Act, NoRight, acting

# What failed can be tried again for so long after its batch ended; then its value is wiped.
RETRIED_WITHIN = timedelta(days=1)
# So long a batch stays paused, as a proposal waits; then what has not begun is cancelled.
PAUSED_AT_MOST = timedelta(days=7)
TO_END = NoRight("it is told what came of what was asked for")
REMOVED_MEANWHILE = (
    "The universe was removed from Sealroom while this was being sent, so what came of it isn’t "
    "known."
)
OUTCOMES = {
    ItemState.SUCCEEDED: "succeeded",
    ItemState.PROPOSED: "proposed",
    ItemState.FAILED: "failed",
    ItemState.UNDETERMINED: "undetermined",
    ItemState.CANCELLED: "cancelled",
}


def fail_universe(universe: Universe, refusal: SealroomError) -> None:
    """End what waits for a universe that Roblox refuses to show."""
    items.fail(items.waiting().filter(universe=universe), refusal)


def fail_lane(lane: Lane, refusal: SealroomError) -> None:
    """End what waits for a key that can't be used."""
    items.fail(items.waiting().filter(universe__api_key=lane.pk), refusal)


def halt(batch: Batch, why: str) -> None:
    """Pause a batch that must not go on by itself, once."""
    with acting(actors.system("batches"), TO_END) as act:
        running = Batch.objects.filter(pk=batch.pk, state=BatchState.RUNNING)
        if running.update(state=BatchState.PAUSED, halted=why, paused_at=timezone.now()):
            tell(act, BatchEvent.BATCH_HALTED, batch, reason=why)


def pause_all(why: str) -> int:
    """Pause every batch that runs; gives how many. That is told by what it belongs to."""
    running = Batch.objects.filter(state=BatchState.RUNNING, ended_at=None)
    return running.update(state=BatchState.PAUSED, halted=why, paused_at=timezone.now())


def catch_up() -> None:
    """Let items have what their changes came to meanwhile, as by settling."""
    under_way = BatchItem.objects.filter(state__in=(ItemState.STARTED, ItemState.UNKNOWN))
    for change in Change.objects.filter(item__in=under_way).exclude(state__in=OPEN_STATES):
        items.follow(change)
    gone = under_way.filter(universe=None)
    lost = {"state": ItemState.UNDETERMINED, "words": REMOVED_MEANWHILE}
    gone.update(**lost, box="", ended_at=timezone.now())
    homeless = BatchItem.objects.filter(state=ItemState.WAITING, universe=None)
    items.fail(homeless, StaleVersion(REMOVED))
    _open_lanes()


def _open_lanes() -> None:
    """Let each key have a lane for whose universes something waits: one was given another key."""
    without = items.waiting().filter(universe__api_key__isnull=False, universe__api_key__lane=None)
    keys = without.order_by().values_list("universe__api_key", flat=True).distinct()
    Lane.objects.bulk_create([Lane(api_key_id=key) for key in keys], ignore_conflicts=True)


def end_finished() -> None:
    """End the batches of which nothing is open any more, each with one event."""
    still_open = BatchItem.objects.filter(batch=OuterRef("pk"), state__in=OPEN_ITEMS)
    for batch in Batch.objects.filter(~Exists(still_open), ended_at=None):
        _end(batch)


def _end(batch: Batch) -> None:
    with acting(actors.system("batches"), TO_END) as act:
        stored, counts = items.lock_batch(batch.pk), counts_of([batch])[batch.pk]
        if stored.ended_at is not None or not counts.keys().isdisjoint(OPEN_ITEMS):
            return
        stored.ended_at, stored.halted = timezone.now(), ""
        if stored.state != BatchState.CANCELLED:
            stored.state = BatchState.ENDED
        stored.save(update_fields=["state", "halted", "ended_at"])
        tell(act, _event(counts), batch, outcome=outcome_of(counts), **_numbers(counts))


def counts_of(batches: Iterable[Batch]) -> dict[UUID, dict[ItemState, int]]:
    """How many items of each batch are in each state, in one query."""
    found: dict[UUID, dict[ItemState, int]] = {batch.pk: {} for batch in batches}
    rows = BatchItem.objects.filter(batch__in=found).order_by().values_list("batch", "state")
    # Of all columns: so the index alone is read, and none of the sealed values.
    for pk, state, number in rows.annotate(number=Count("*")):
        found[pk][ItemState(state)] = number
    return found


def outcome_of(counts: dict[ItemState, int]) -> str:
    """What came of them in words: `28 succeeded, 2 failed`."""
    told = (f"{counts[state]} {word}" for state, word in OUTCOMES.items() if state in counts)
    return ", ".join(told) or "nothing done yet"


def _numbers(counts: dict[ItemState, int]) -> dict[str, str]:
    return {str(state): str(number) for state, number in counts.items()}


def _event(counts: dict[ItemState, int]) -> Event:
    is_whole = set(counts) <= {ItemState.SUCCEEDED, ItemState.PROPOSED, ItemState.CANCELLED}
    return BatchEvent.BATCH_ENDED if is_whole else BatchEvent.BATCH_INCOMPLETE


def tell(act: Act, event: Event, batch: Batch, **detail: str) -> None:
    """Let the log hold what happened to a batch, with who asked for it."""
    act.tell(event, detail={"batch": str(batch.pk), "asked_by": batch.actor_name, **detail})


def cancel_forgotten() -> int:
    """Cancel what has been paused for so long that nobody comes back to it; gives how many.

    The values that waited in them are wiped.
    """
    paused = _forgotten()
    return sum(_cancel(batch) for batch in paused)


def _forgotten() -> QuerySet[Batch]:
    old = timezone.now() - PAUSED_AT_MOST
    return Batch.objects.filter(state=BatchState.PAUSED, ended_at=None, paused_at__lte=old)


def _cancel(batch: Batch) -> bool:
    """Cancel it, unless someone let it go on meanwhile."""
    with acting(actors.system("batches"), TO_END) as act:
        if not _forgotten().filter(pk=batch.pk).update(state=BatchState.CANCELLED, halted=""):
            return False
        count = items.cancel(batch)
        tell(act, BatchEvent.BATCH_FORGOTTEN, batch, count=str(count))
        return True


def wipe_old() -> int:
    """Wipe the values of what failed and was not tried again in time; gives how many."""
    old = Batch.objects.filter(ended_at__lte=timezone.now() - RETRIED_WITHIN)
    kept = BatchItem.objects.filter(may_retry=True, batch__in=old)
    return kept.update(box="", may_retry=False)
