"""The items of batches: which wait, what each is bound to, how it passes, what came of it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from secretsapp.core import binding
from secretsapp.core.actor import Actor, ActorKind, Door
from secretsapp.core.chain import AuditRing
from secretsapp.core.errors import (
    InvalidInput,
    KeyTrouble,
    NameTaken,
    NeedsApproval,
    SealroomError,
    SecretGone,
    StaleVersion,
    UniverseFull,
)
from secretsapp.core.roles import Permission, refusal
from secretsapp.core.sealing import Sealed
from secretsapp.models import Batch, BatchItem, Change, Lane, Universe, User
from secretsapp.models.batches import OPEN_ITEMS, BatchState, ItemState
from secretsapp.models.secrets import ChangeState
from secretsapp.rules.acting import AT_ONCE, Act, Need, Passage
from secretsapp.secrets.proposals import proposing

ALTERED = "What is stored is not what was asked for: someone edited the database. Nothing was sent."
ENDED_SESSIONS = "the sessions of the person who asked for it were ended since"
# What such an item came to is what its change came to.
_STATES = {
    ChangeState.STARTED: ItemState.STARTED,
    ChangeState.UNKNOWN: ItemState.UNKNOWN,
    ChangeState.SUCCEEDED: ItemState.SUCCEEDED,
    ChangeState.FAILED: ItemState.FAILED,
    ChangeState.UNDETERMINED: ItemState.UNDETERMINED,
}
# What someone has to decide again: the secret or the key is no longer as it was seen.
ENTER_AGAIN = (InvalidInput, NameTaken, NeedsApproval, SecretGone, StaleVersion, UniverseFull)


class Taken(SealroomError):
    """Someone cancelled or paused it, or another process sends it."""


class Halted(SealroomError):
    """The batch must not go on until its person says so; `str()` is why."""


def actor_of(batch: Batch) -> Actor:
    """Who asked for it, as they came in then: each change is theirs, with the rights of today."""
    return Actor(
        kind=ActorKind(batch.actor_kind),
        name=batch.actor_name,
        door=Door(batch.door),
        person_id=batch.person_id,
        address=batch.address,
        session_id=batch.session_id,
        request_id=batch.request_id,
        run_by=batch.run_by,
    )


def authenticate(item: BatchItem, ring: AuditRing) -> None:
    """Bind the item to what is to be sent, under the audit key that writes now."""
    item.mac, item.mac_key_id = ring.authenticate(_digest(item)), ring.current_key_id


def check_unaltered(item: BatchItem, ring: AuditRing) -> None:
    """Raise StaleVersion where its row is not as it was stored."""
    try:
        is_ours = ring.verifies(_digest(item), mac=item.mac, key_id=item.mac_key_id)
    except KeyTrouble:
        is_ours = False
    if not is_ours:
        raise StaleVersion(ALTERED)


def _digest(item: BatchItem) -> str:
    return binding.digest(
        "batch item",
        str(item.pk),
        str(item.batch_id),
        item.batch.actor_kind,
        str(item.batch.person_id),
        str(item.kind),
        str(item.universe_id),
        item.name,
        item.domain,
        item.seen_domain,
        item.seen_version,
        str(item.needs_approval),
        item.key_id,
        item.key_fingerprint,
        item.box,
    )


def waiting() -> QuerySet[BatchItem]:
    """The items of running batches that wait for their turn."""
    return BatchItem.objects.filter(state=ItemState.WAITING, batch__state=BatchState.RUNNING)


def next_waiting(lane: Lane, without: Collection[int], count: int) -> list[BatchItem]:
    """What waits next in a lane: of several batches, each in turn.

    `without` are the ids of universes that are left alone.
    """
    found = waiting().filter(universe__api_key=lane.pk).exclude(universe__in=set(without))
    related = found.select_related("batch", "universe__api_key")
    return list(related.order_by("position", "batch__made_at")[:count])


@dataclass(frozen=True)
class StillTheirs:
    """That nobody has disabled who asked for the batch, nor ended their sessions, since."""

    batch: Batch

    def check(self, act: Act) -> None:
        """Raise Forbidden or Halted otherwise."""
        if self.batch.person_id is None:
            return
        person = act.people[self.batch.person_id]
        if not person.is_active:
            raise refusal(Permission.ROTATE_SECRET)
        if person.generation != self.batch.generation:
            raise Halted(ENDED_SESSIONS)


@dataclass(frozen=True)
class FromBatch:
    """That a change is an item of a batch: by the way of a single one, and once at most."""

    item: BatchItem
    batch: Batch
    inner: Passage

    @property
    def sends(self) -> bool:
        """Whether it is sent, or only proposed."""
        return self.inner.sends

    @property
    def people(self) -> Iterable[User]:
        """Whose rights can't change meanwhile."""
        return self.inner.people

    @property
    def needs(self) -> tuple[Need, ...]:
        """That the batch is still theirs."""
        return (StillTheirs(self.batch), *self.inner.needs)

    def admit(self, act: Act, universe: Universe, change: Change, sealed: Sealed | None) -> None:
        """Take the item in the transaction that writes the change down; raises Taken."""
        change.item = self.item
        if universe.api_key_id != change.universe.api_key_id:
            raise Taken("Its universe was given another API key, which sends it.")
        _take(self.item, is_sent=self.sends)
        self.inner.admit(act, universe, change, sealed)


def passage_of(actor: Actor, item: BatchItem) -> FromBatch:
    """How it passes: as a proposal where its universe was protected when it was asked for."""
    inner: Passage = proposing(actor, item.batch.reason) if item.needs_approval else AT_ONCE
    return FromBatch(item, item.batch, inner)


def _take(item: BatchItem, *, is_sent: bool) -> None:
    # Without a join: PostgreSQL asks of what a join found only once, before it waits for a row.
    running = Batch.objects.filter(state=BatchState.RUNNING)
    waiting = BatchItem.objects.filter(pk=item.pk, state=ItemState.WAITING, batch__in=running)
    if is_sent:
        taken = waiting.update(state=ItemState.STARTED)
    else:
        # The proposal has the sealed box from here on.
        ended = {"box": "", "words": "", "ended_at": timezone.now()}
        taken = waiting.update(state=ItemState.PROPOSED, **ended)
    if not taken:
        raise Taken("This change no longer waits.")


def lock_batch(batch_id: UUID) -> Batch:
    """Lock the batch's row: it isn't cancelled or ended while one of its items waits again."""
    return Batch.objects.select_for_update(no_key=True).get(pk=batch_id)


@transaction.atomic
def follow(change: Change) -> None:
    """Let the item have what its change came to, as it is stored.

    The sealed value goes, unless the item is open or may be tried again: not in a cancelled batch.
    """
    stored = Change.objects.select_related("item").filter(pk=change.pk).first()
    if stored is None or stored.item is None:
        return
    is_cancelled = lock_batch(stored.item.batch_id).state == BatchState.CANCELLED
    state = _STATES[ChangeState(stored.state)]
    may_retry = state is ItemState.FAILED and not is_cancelled
    told = {"state": state, "words": stored.reason, "ended_at": stored.settled_at}
    if not may_retry and state not in OPEN_ITEMS:
        told["box"] = ""
    BatchItem.objects.filter(pk=stored.item.pk).update(**told, may_retry=may_retry)


def fail(items: QuerySet[BatchItem], refusal: SealroomError) -> None:
    """End those that wait and are refused; the value is wiped where it has to be entered again."""
    may_retry = not isinstance(refusal, ENTER_AGAIN)
    told = {"state": ItemState.FAILED, "words": str(refusal), "ended_at": timezone.now()}
    if not may_retry:
        told["box"] = ""
    waiting = BatchItem.objects.filter(pk__in=items.values("pk"), state=ItemState.WAITING)
    waiting.update(**told, may_retry=may_retry)


def cancel(batch: Batch) -> int:
    """Cancel what waits in it, and wipe every value that is kept; gives how many waited.

    To be called under the batch's row, which is cancelled already, so that no item begins.
    """
    of_batch = BatchItem.objects.filter(batch=batch)
    waiting = of_batch.filter(state=ItemState.WAITING)
    count = waiting.update(state=ItemState.CANCELLED, box="", ended_at=timezone.now())
    # What a worker let fail meanwhile is among these by now.
    of_batch.filter(may_retry=True).update(box="", may_retry=False)
    return count


def give_up(items: QuerySet[BatchItem]) -> None:
    """Wipe the values of those that failed for good."""
    items.filter(state=ItemState.FAILED).update(box="", may_retry=False)


def wait_again(items: QuerySet[BatchItem]) -> int:
    """Let those that failed and may be tried again wait for their turn; gives how many."""
    failed = items.filter(state=ItemState.FAILED, may_retry=True)
    count = failed.update(
        state=ItemState.WAITING,
        words="",
        ended_at=None,
        may_retry=False,
        tries=F("tries") + 1,
    )
    # Afterwards, so that it is of all that wait: what has a change can't be given another.
    Change.objects.filter(item__in=items.filter(state=ItemState.WAITING)).update(item=None)
    return count
