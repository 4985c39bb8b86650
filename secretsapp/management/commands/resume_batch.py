"""`manage.py resume_batch`: let a paused batch go on."""

from secretsapp.batches import steering
from secretsapp.core.actor import Actor
from secretsapp.management.batch_following import SteeringCommand
from secretsapp.models import Batch


class Command(SteeringCommand):
    """Lets a paused batch go on."""

    help = (
        "Let a paused batch go on. Only the person who asked for it can; `manage.py work` sends it."
    )

    def steer(self, actor: Actor, batch: Batch) -> str:
        """Lets a paused batch go on."""
        steering.go_on(actor, batch)
        return "It goes on. Follow it with `manage.py show_batch --follow`."
