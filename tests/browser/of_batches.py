"""Batches to look at: one under way, one that is paused, and one that did not go well."""

from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from secretsapp.models import Batch, BatchItem, Lane, Universe
from secretsapp.models.batches import BatchState, ItemState
from tests.batches.rows import leave_batch
from tests.stage import STAGEHAND

NAMES = ("PAY_KEY", "PAY_WEBHOOK", "SIGNING_SEED", "A_LONG_NAME_" + "X" * 52)
WORDS = (
    "PAY_KEY was changed by someone outside Sealroom on 27 Nov 2026, 18:00 UTC, after you opened "
    "this page. Nothing was sent. Check whether you still need your change."
)


def path_of_a_running_batch(universe: Universe) -> str:
    """One that is half done, and waits for Roblox."""
    batch = _batch(universe, ItemState.SUCCEEDED, ItemState.STARTED)
    wait_until = timezone.now() + timedelta(hours=1)
    Lane.objects.update(wait_until=wait_until, words="Roblox’s limit is reached.")
    return _path(batch)


def path_of_a_paused_batch(universe: Universe) -> str:
    """One that Sealroom paused."""
    batch = _batch(universe, ItemState.SUCCEEDED)
    halted = "the sessions of the person who asked for it were ended since"
    Batch.objects.filter(pk=batch.pk).update(state=BatchState.PAUSED, halted=halted)
    return _path(batch)


def path_of_a_batch_that_went_wrong(universe: Universe) -> str:
    """One that ended, with each kind of outcome."""
    states = (ItemState.FAILED, ItemState.UNDETERMINED, ItemState.SUCCEEDED, ItemState.FAILED)
    batch = _batch(universe, *states)
    failed = BatchItem.objects.filter(batch=batch, state=ItemState.FAILED)
    failed.filter(position=0).update(may_retry=True)
    failed.update(words=WORDS)
    Batch.objects.filter(pk=batch.pk).update(state=BatchState.ENDED, ended_at=timezone.now())
    return _path(batch)


def _batch(universe: Universe, *states: ItemState) -> Batch:
    batch = leave_batch(STAGEHAND, universe, *NAMES)
    early = timezone.now() - timedelta(minutes=4)
    Batch.objects.filter(pk=batch.pk).update(reason="the old one leaked", made_at=early)
    for position, state in enumerate(states):
        BatchItem.objects.filter(batch=batch, position=position).update(state=state)
    return batch


def _path(batch: Batch) -> str:
    return reverse("batch", args=[batch.pk])
