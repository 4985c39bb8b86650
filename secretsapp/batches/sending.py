"""Begins items and stores what came of them: the plain ones together, all others one by one."""

import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from django.db import DatabaseError, transaction

from secretsapp.batches import finishing, items, together
from secretsapp.batches.intents import Seen, intent_of
from secretsapp.batches.items import Halted, Taken, actor_of, passage_of
from secretsapp.batches.together import Ready, Stored
from secretsapp.core.errors import (
    Forbidden,
    HeldUp,
    NotFound,
    RobloxBusy,
    RobloxUnreachable,
    SealroomError,
)
from secretsapp.models import Batch, BatchItem, Change
from secretsapp.rules.keys import audit_ring
from secretsapp.rules.policy import rights_of
from secretsapp.secrets import attempts
from secretsapp.secrets.attempts import Intent, Sent

log = logging.getLogger(__name__)

TRIES = 5
BROKEN = "An error in Sealroom kept this from going on. The worker’s log says where."
# What passes by itself: the item waits for its turn again.
_PASSING = (HeldUp, RobloxBusy, RobloxUnreachable)


@dataclass(frozen=True)
class Begun:
    """An item whose change was written down, and what is to be sent for it."""

    item: BatchItem
    intent: Intent
    change: Change


@dataclass(frozen=True)
class Answered:
    """An item that was sent, and what came of it."""

    item: BatchItem
    change: Change
    sent: Sent


def begin(wanted: Iterable[tuple[BatchItem, Seen]]) -> list[Begun]:
    """Write down what can be; what is refused before that ends here, and is not given back."""
    groups = defaultdict[object, list[tuple[BatchItem, Seen]]](list)
    for item, seen in wanted:
        groups[item.batch_id, item.universe_id, item.needs_approval].append((item, seen))
    return list(chain.from_iterable(map(_begin_group, groups.values())))


def _begin_group(wanted: Sequence[tuple[BatchItem, Seen]]) -> Iterator[Begun]:
    """Those of one batch and universe; a batch that must not go on begins nothing more."""
    batch = wanted[0][0].batch
    try:
        yield from _begin_judged(_judged(batch, wanted))
    except Halted as why:
        finishing.halt(batch, str(why))
    except NotFound:
        return
    except (DatabaseError, SealroomError):
        raise
    except Exception:
        # One that can't be begun must not keep those behind it from their turn for ever.
        log.exception("Changes of a batch could not be begun.")
        itself = BatchItem.objects.filter(pk__in=[item.pk for item, _ in wanted])
        items.fail(itself, SealroomError(BROKEN))


def _judged(batch: Batch, wanted: Iterable[tuple[BatchItem, Seen]]) -> list[Ready]:
    """Those that their person may still do, and that are as they were when it was made."""
    rights, ring, ready = rights_of(actor_of(batch)), audit_ring(), list[Ready]()
    for item, seen in wanted:
        try:
            items.check_unaltered(item, ring)
            ready.append(Ready(item, intent_of(item, seen, rights)))
        except SealroomError as refusal:
            items.fail(BatchItem.objects.filter(pk=item.pk), refusal)
    return ready


def _begin_judged(group: Sequence[Ready]) -> Iterator[Begun]:
    if not group:
        return
    together_begun = [] if group[0].item.needs_approval else _begin_together(group)
    yield from together_begun
    begun = {each.item.pk for each in together_begun}
    for ready in group:
        if ready.item.pk not in begun and (alone := _begin_alone(ready)):
            yield alone


def _begin_together(group: Sequence[Ready]) -> list[Begun]:
    batch = group[0].item.batch
    try:
        changes = together.begin_all(actor_of(batch), batch, group)
    except Forbidden:
        # One by one it is told of each what is lacking.
        return []
    by_item = {change.item_id: change for change in changes}
    return [
        Begun(ready.item, ready.intent, by_item[ready.item.pk])
        for ready in group
        if ready.item.pk in by_item
    ]


def _begin_alone(ready: Ready) -> Begun | None:
    """By the way of a single change, which also says what refuses it; a proposal isn't sent."""
    actor = actor_of(ready.item.batch)
    try:
        passage = passage_of(actor, ready.item)
        change = attempts.begin(actor, ready.intent, passage)
    except (Halted, NotFound):
        raise
    except Taken:
        return None
    except SealroomError as refusal:
        items.fail(BatchItem.objects.filter(pk=ready.item.pk), refusal)
        return None
    return Begun(ready.item, ready.intent, change) if passage.sends else None


def land(answered: Sequence[Answered]) -> str:
    """Store what came of these; gives why nothing more should be sent for now, if so."""
    left = {each.change.pk: each for each in answered}
    groups = defaultdict[object, list[Answered]](list)
    for each in answered:
        if each.sent.error is None and not each.sent.is_late:
            groups[each.item.batch_id, each.item.universe_id].append(each)
    for group in groups.values():
        for each in _landed_together(group):
            del left[each.change.pk]
    return next(filter(None, [_land_alone(each) for each in left.values()]), "")


def _landed_together(group: Sequence[Answered]) -> list[Answered]:
    """Those of them that are stored now."""
    stored = [Stored(each.change, each.sent.receipt) for each in group]
    try:
        others = together.succeed_all(actor_of(group[0].item.batch), stored)
    except (DatabaseError, SealroomError):
        # One by one it is told of each that its outcome could not be stored.
        return []
    left = {change.pk for change in others}
    return [each for each in group if each.change.pk not in left]


def _land_alone(answered: Answered) -> str:
    item, change = answered.item, answered.change
    try:
        attempts.end(actor_of(item.batch), change, answered.sent)
    except SealroomError as refusal:
        _end_refused(item, change, refusal)
        return str(refusal) if isinstance(refusal, RobloxUnreachable) else ""
    items.follow(change)
    return ""


@transaction.atomic
def _end_refused(item: BatchItem, change: Change, refusal: SealroomError) -> None:
    """Let it wait again for what passes by itself, or wipe it where it can't be sent again.

    Nothing waits again in a batch that was cancelled or has ended meanwhile: no one would send it.
    """
    batch, itself = items.lock_batch(item.batch_id), BatchItem.objects.filter(pk=item.pk)
    items.follow(change)
    if isinstance(refusal, items.ENTER_AGAIN):
        items.give_up(itself)
    elif isinstance(refusal, _PASSING) and item.tries < TRIES and batch.ended_at is None:
        items.wait_again(itself)
