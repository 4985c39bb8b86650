"""Pauses batches, lets them go on, cancels what has not begun and tries again what failed."""

from dataclasses import dataclass

from django.utils import timezone

from secretsapp.batches import items
from secretsapp.batches.finishing import tell
from secretsapp.core.actor import Actor
from secretsapp.core.errors import DecidedMeanwhile, Forbidden
from secretsapp.core.events.batches import BatchEvent
from secretsapp.core.roles import Permission
from secretsapp.models import Batch, BatchItem, User
from secretsapp.models.batches import BatchState
from secretsapp.rules.acting import Act, Need, acting

NOT_YOURS = "Only the person who asked for this batch can do that. You can pause or cancel it."


@dataclass(frozen=True)
class MayStop:
    """That they asked for it, or manage universes everywhere."""

    batch: Batch

    def check(self, act: Act) -> None:
        """Raise Forbidden for everyone else."""
        is_admin = act.rights.allows_installation(Permission.MANAGE_UNIVERSES)
        if not is_admin and not _is_theirs_now(act, self.batch):
            raise _refusal("Only an admin or the person who asked for this batch can do that.")


@dataclass(frozen=True)
class MayGoOn:
    """That they asked for it: it goes on with their rights."""

    batch: Batch

    def check(self, act: Act) -> None:
        """Raise Forbidden for everyone else."""
        if not _is_theirs_now(act, self.batch):
            raise _refusal(NOT_YOURS)


def is_theirs(actor: Actor, batch: Batch) -> bool:
    """Whether they asked for it; what a command asked for is every command's."""
    if batch.person_id is None:
        return not actor.is_person
    return actor.person_id == batch.person_id


def _is_theirs_now(act: Act, batch: Batch) -> bool:
    """Whether they asked for it, with an account that is not disabled."""
    person = _person(act)
    return is_theirs(act.actor, batch) and (person is None or person.is_active)


def _person(act: Act) -> User | None:
    return None if act.actor.person_id is None else act.people.get(act.actor.person_id)


def _refusal(sentence: str) -> Forbidden:
    return Forbidden(sentence, permission=Permission.MANAGE_UNIVERSES)


def pause(actor: Actor, batch: Batch) -> None:
    """Send nothing more of it for now; what is under way comes to its end.

    Raises Forbidden, and DecidedMeanwhile where it isn't running.
    """
    _move(actor, batch, MayStop(batch), BatchEvent.BATCH_PAUSED, to=BatchState.PAUSED)


def go_on(actor: Actor, batch: Batch) -> None:
    """Let a paused batch go on. Raises Forbidden, and DecidedMeanwhile where it isn't paused."""
    _move(actor, batch, MayGoOn(batch), BatchEvent.BATCH_RESUMED, to=BatchState.RUNNING)


_FROM = {BatchState.PAUSED: BatchState.RUNNING, BatchState.RUNNING: BatchState.PAUSED}


def _move(actor: Actor, batch: Batch, need: Need, event: BatchEvent, *, to: BatchState) -> None:
    with acting(actor, need) as act:
        found = Batch.objects.filter(pk=batch.pk, state=_FROM[to], ended_at=None)
        since = timezone.now() if to is BatchState.PAUSED else None
        if not found.update(state=to, halted="", paused_at=since, **_generation(act, batch)):
            raise _over(batch)
        tell(act, event, batch)


def _generation(act: Act, batch: Batch) -> dict[str, int]:
    """Where they say so themselves, it goes on with the sessions that they have now."""
    person = _person(act)
    if person is None or person.pk != batch.person_id:
        return {}
    return {"generation": person.generation}


def cancel(actor: Actor, batch: Batch) -> int:
    """Cancel what has not begun, and wipe every value that waits; gives how many there were.

    Raises Forbidden, and DecidedMeanwhile where it has ended and nothing can be tried again.
    """
    with acting(actor, MayStop(batch)) as act:
        if not _stop(batch):
            raise _over(batch)
        count = items.cancel(batch)
        tell(act, BatchEvent.BATCH_CANCELLED, batch, count=str(count))
    return count


def _stop(batch: Batch) -> bool:
    """Whether there was anything to stop: under its row, so that no item begins meanwhile."""
    this = Batch.objects.filter(pk=batch.pk)
    if (
        this.filter(ended_at=None)
        .exclude(state=BatchState.CANCELLED)
        .update(state=BatchState.CANCELLED, halted="")
    ):
        return True
    return this.filter(items__may_retry=True).exists()


def retry(actor: Actor, batch: Batch) -> int:
    """Let what failed and may be sent as it is wait for its turn again; gives how many.

    Raises Forbidden, and DecidedMeanwhile where nothing can be tried again.
    """
    with acting(actor, MayGoOn(batch)) as act:
        items.lock_batch(batch.pk)
        count = items.wait_again(BatchItem.objects.filter(batch=batch))
        if not count:
            raise DecidedMeanwhile(
                "There is nothing to try again: what failed has to be entered again."
            )
        Batch.objects.filter(pk=batch.pk).update(
            state=BatchState.RUNNING, ended_at=None, halted="", **_generation(act, batch)
        )
        tell(act, BatchEvent.BATCH_RETRIED, batch, count=str(count))
    return count


def _over(batch: Batch) -> DecidedMeanwhile:
    stored = Batch.objects.filter(pk=batch.pk).first()
    state = BatchState(stored.state).label.lower() if stored else "gone"
    return DecidedMeanwhile(f"This batch is {state} by now. You changed nothing.")
