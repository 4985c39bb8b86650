"""`manage.py retry_batch`: try again what failed and can be sent as it is."""

from secretsapp.batches import steering
from secretsapp.core.actor import Actor
from secretsapp.management.batch_following import SteeringCommand
from secretsapp.models import Batch


class Command(SteeringCommand):
    """Tries again what failed."""

    help = (
        "Try again what failed in a batch and can be sent as it is. Only the person who asked for "
        "it can; `manage.py work` sends it."
    )

    def steer(self, actor: Actor, batch: Batch) -> str:
        """Tries again what failed."""
        count = steering.retry(actor, batch)
        return f"{count} of {batch.size} wait for their turn again."
