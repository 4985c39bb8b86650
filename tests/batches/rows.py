"""Batches as rows, where how they were made doesn't matter."""

from django.utils import timezone

from secretsapp.core.actor import Actor
from secretsapp.models import Batch, BatchItem, Lane, Universe
from secretsapp.models.secrets import ChangeKind


def leave_batch(actor: Actor, universe: Universe, *names: str) -> Batch:
    """A batch of deletions that waits."""
    names = names or ("PAY_KEY",)
    batch = Batch.objects.create(
        actor_kind=actor.kind,
        actor_name=actor.name,
        door=actor.door,
        size=len(names),
        made_at=timezone.now(),
    )
    BatchItem.objects.bulk_create(
        BatchItem(
            batch=batch,
            position=number,
            kind=ChangeKind.DELETE,
            universe=universe,
            universe_name=universe.name,
            name=name,
        )
        for number, name in enumerate(names)
    )
    Lane.objects.get_or_create(api_key=universe.api_key)
    return batch
