"""`manage.py cancel_batch`: send nothing more of a batch."""

from secretsapp.batches import steering
from secretsapp.core.actor import Actor
from secretsapp.management.batch_following import SteeringCommand
from secretsapp.models import Batch


class Command(SteeringCommand):
    """Cancels what a batch has not begun."""

    help = (
        "Cancel what a batch has not begun, and wipe every value that still waits. What is under "
        "way comes to its end."
    )

    def steer(self, actor: Actor, batch: Batch) -> str:
        """Cancels what a batch has not begun."""
        count = steering.cancel(actor, batch)
        said = f"Cancelled {count} of {batch.size}. " if count else ""
        return f"{said}The values that were left are wiped."
