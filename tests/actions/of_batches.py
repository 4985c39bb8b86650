"""The actions on batches: made, run, steered and ended."""

from collections.abc import Callable
from datetime import timedelta

from django.db.transaction import atomic
from django.utils import timezone

from secretsapp.batches import finishing, items, running, steering, together
from secretsapp.batches.items import actor_of
from secretsapp.batches.together import Ready, Stored
from secretsapp.core.errors import HeldUp
from secretsapp.core.events.batches import BatchEvent
from secretsapp.core.sealing import Sealed
from secretsapp.models import Batch, BatchItem, Change, Lane
from secretsapp.models.batches import BatchState, ItemState
from secretsapp.opencloud.types import RemoteSecret
from secretsapp.rules.keys import audit_ring
from secretsapp.secrets import attempts
from secretsapp.secrets.changes import Rotation
from secretsapp.universes import mirror
from tests.actions.acting import Action, Stage, nothing_done
from tests.batches.batching import batch_of
from tests.support.unfinished import mirrored

ROTATOR, SYSTEM = "rotator@example.com", "Sealroom (batches)"
ROTATED = tuple(
    f"secret.rotate.{state} | {ROTATOR} | Harbor | PAY_KEY | " for state in ("started", "succeeded")
)
ENDED = (f"batch.ended | {SYSTEM} |  |  | ",)


def leave_waiting(stage: Stage) -> None:
    """Let a rotation of the rotator wait in a batch."""
    batch_of(stage.cast["rotator"].actor, [stage.universe], {"PAY_KEY": b"new"})


def leave_paused(stage: Stage) -> None:
    """Let it be paused."""
    leave_waiting(stage)
    Batch.objects.update(state=BatchState.PAUSED)


def leave_forgotten(stage: Stage) -> None:
    """Let it have been paused for too long."""
    leave_paused(stage)
    Batch.objects.update(paused_at=timezone.now() - finishing.PAUSED_AT_MOST)


def leave_failed(stage: Stage) -> None:
    """Let it have failed, so that it may be tried again."""
    leave_waiting(stage)
    BatchItem.objects.update(state=ItemState.FAILED, may_retry=True)


def leave_over(stage: Stage) -> None:
    """Let everything of it have come to an end."""
    leave_waiting(stage)
    BatchItem.objects.update(state=ItemState.SUCCEEDED)


def leave_begun(stage: Stage) -> None:
    """Let its change have been written down."""
    leave_waiting(stage)
    begin(stage)


def begin(stage: Stage) -> list[Change]:
    """Write the change of its item down, as it was read."""
    batch = batch_here()
    return together.begin_all(actor_of(batch), batch, [Ready(item(), rotation(stage))])


def rotation(stage: Stage) -> Rotation:
    """A rotation of what was just read."""
    held = stage.harbor.secrets["PAY_KEY"]
    times = {"create_time": held.create_time, "update_time": held.update_time}
    key_id = stage.harbor.key_pair.key_id
    seen = RemoteSecret(name="PAY_KEY", domain=held.domain, key_id=key_id, **times)
    return Rotation(stage.universe, seen, held.domain, sealed(), timezone.now())


def sealed() -> Sealed:
    """The sealed value of the item."""
    found, now = item(), timezone.now()
    return Sealed(found.box, found.key_id, found.key_fingerprint, now, now)


def batch_here() -> Batch:
    """The batch."""
    return Batch.objects.get()


def item() -> BatchItem:
    """Its item."""
    return BatchItem.objects.select_related("batch", "universe__api_key").get()


def change() -> Change:
    """The change of its item."""
    return Change.objects.select_related("universe", "item").get()


def steered(name: str, *, by: str = "rotator") -> Callable[[Stage], object]:
    """Call a function of `steering` with the batch."""
    return lambda stage: getattr(steering, name)(stage.cast[by].actor, batch_here())


BATCH_ACTIONS = [
    Action(
        "making.make",
        leave_waiting,
        (f"batch.started | {ROTATOR} |  |  | ",),
    ),
    Action("running.run_due", lambda _stage: running.run_due(), (*ROTATED, *ENDED), leave_waiting),
    Action(
        "running.run",
        lambda _stage: running.run(Lane.objects.select_related("api_key").get()),
        (*ROTATED, *ENDED),
        before=leave_waiting,
    ),
    Action("together.begin_all", begin, ROTATED[:1], before=leave_waiting),
    Action(
        "together.succeed_all",
        lambda stage: together.succeed_all(stage.cast["rotator"].actor, [Stored(change(), None)]),
        ROTATED[1:],
        before=leave_begun,
    ),
    Action(
        "steering.pause",
        steered("pause"),
        (f"batch.paused | {ROTATOR} |  |  | ",),
        before=leave_waiting,
    ),
    Action(
        "steering.go_on",
        steered("go_on"),
        (f"batch.resumed | {ROTATOR} |  |  | ",),
        before=leave_paused,
    ),
    Action(
        "steering.cancel",
        steered("cancel", by="admin"),
        ("batch.cancelled | admin@example.com |  |  | ",),
        before=leave_waiting,
    ),
    Action(
        "steering.retry",
        steered("retry"),
        (f"batch.retried | {ROTATOR} |  |  | ",),
        before=leave_failed,
    ),
    Action(
        "finishing.halt",
        lambda _stage: finishing.halt(batch_here(), "a reason"),
        (f"batch.halted | {SYSTEM} |  |  | ",),
        before=leave_waiting,
    ),
    Action(
        "finishing.end_finished",
        lambda _stage: finishing.end_finished(),
        ENDED,
        before=leave_over,
    ),
    # What follows writes no event of its own.
    Action("running.claim_due", lambda _stage: list(running.claim_due()), before=leave_waiting),
    Action("finishing.catch_up", lambda _stage: finishing.catch_up(), before=leave_begun),
    Action("finishing.pause_all", lambda _stage: finishing.pause_all("so"), before=leave_waiting),
    Action("items.waiting", lambda _stage: list(items.waiting())),
    Action(
        "items.next_waiting",
        lambda _stage: items.next_waiting(Lane.objects.get(), (), 1),
        before=leave_waiting,
    ),
    Action(
        "finishing.fail_universe",
        lambda stage: finishing.fail_universe(stage.universe, HeldUp("so")),
        before=leave_waiting,
    ),
    Action(
        "finishing.fail_lane",
        lambda _stage: finishing.fail_lane(Lane.objects.get(), HeldUp("so")),
        before=leave_waiting,
    ),
    Action("finishing.counts_of", lambda _stage: finishing.counts_of([])),
    Action("finishing.outcome_of", lambda _stage: finishing.outcome_of({})),
    Action(
        "finishing.tell",
        lambda stage: finishing.tell(nothing_done(stage), BatchEvent.BATCH_PAUSED, batch_here()),
        before=leave_waiting,
    ),
    Action(
        "finishing.cancel_forgotten",
        lambda _stage: finishing.cancel_forgotten(),
        (f"batch.forgotten | {SYSTEM} |  |  | ",),
        before=leave_forgotten,
    ),
    Action("running.others_wait", lambda _stage: running.others_wait()),
    Action("finishing.wipe_old", lambda _stage: finishing.wipe_old(), before=leave_failed),
    Action("items.actor_of", lambda _stage: actor_of(batch_here()), before=leave_waiting),
    Action(
        "items.authenticate",
        lambda _stage: items.authenticate(item(), audit_ring()),
        before=leave_waiting,
    ),
    Action(
        "items.check_unaltered",
        lambda _stage: items.check_unaltered(item(), audit_ring()),
        before=leave_waiting,
    ),
    Action(
        "items.passage_of",
        lambda stage: items.passage_of(stage.cast["rotator"].actor, item()),
        before=leave_waiting,
    ),
    Action(
        "items.lock_batch",
        lambda _stage: atomic(items.lock_batch)(batch_here().pk),
        before=leave_waiting,
    ),
    Action("items.follow", lambda _stage: items.follow(change()), before=leave_begun),
    Action(
        "items.fail",
        lambda _stage: items.fail(BatchItem.objects.all(), HeldUp("so")),
        before=leave_waiting,
    ),
    Action("items.cancel", lambda _stage: items.cancel(batch_here()), before=leave_waiting),
    Action(
        "items.give_up",
        lambda _stage: items.give_up(BatchItem.objects.all()),
        before=leave_failed,
    ),
    Action(
        "items.wait_again",
        lambda _stage: items.wait_again(BatchItem.objects.all()),
        before=leave_failed,
    ),
    Action(
        "steering.is_theirs",
        lambda stage: steering.is_theirs(stage.cast["rotator"].actor, batch_here()),
        before=leave_waiting,
    ),
    Action(
        "attempts.begin",
        lambda stage: attempts.begin(
            stage.cast["rotator"].actor,
            rotation(stage),
            items.passage_of(stage.cast["rotator"].actor, item()),
        ),
        ROTATED[:1],
        before=leave_waiting,
    ),
    Action(
        "attempts.end",
        lambda stage: attempts.end(stage.cast["rotator"].actor, change(), attempts.Sent()),
        ROTATED[1:],
        before=leave_begun,
    ),
    Action(
        "attempts.send",
        lambda stage: attempts.send(rotation(stage), old(change()), None),  # type: ignore[arg-type]
        before=leave_begun,
    ),
    Action(
        "attempts.change_of",
        lambda stage: attempts.change_of(stage.cast["rotator"].actor, rotation(stage)),
        before=leave_waiting,
    ),
    Action(
        "attempts.tell_plain",
        lambda stage: attempts.tell_plain(nothing_done(stage), change(), "started"),  # type: ignore[arg-type]
        before=leave_begun,
    ),
    Action(
        "attempts.tell_started",
        lambda stage: attempts.tell_started(nothing_done(stage), stage.universe, change(), None),
        before=leave_begun,
    ),
    Action(
        "mirror.holds_newer",
        lambda stage: mirror.holds_newer(
            mirrored(stage.universe), rotation(stage).seen, timezone.now()
        ),
        before=leave_waiting,
    ),
    Action(
        "mirror.take_over_all",
        lambda stage: mirror.take_over_all(stage.universe, [(change(), None)]),
        before=leave_begun,
    ),
]


def old(found: Change) -> Change:
    """The change, written down so long ago that it is not sent."""
    found.started_at -= timedelta(minutes=1)
    return found
