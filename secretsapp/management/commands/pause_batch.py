"""`manage.py pause_batch`: send nothing more of a batch for now."""

from secretsapp.batches import steering
from secretsapp.core.actor import Actor
from secretsapp.management.batch_following import SteeringCommand
from secretsapp.models import Batch


class Command(SteeringCommand):
    """Pauses a batch."""

    help = "Send nothing more of a batch until `resume_batch`. What is under way comes to its end."

    def steer(self, actor: Actor, batch: Batch) -> str:
        """Pauses a batch."""
        steering.pause(actor, batch)
        return "Paused. `manage.py resume_batch` lets it go on."
