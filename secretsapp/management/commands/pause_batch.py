"""`manage.py pause_batch`: send nothing more of a batch for now."""

from typing import Any

from django.core.management.base import CommandParser

from secretsapp.batches import progress, steering
from secretsapp.core.actor import Actor
from secretsapp.management.base import ActingCommand
from secretsapp.management.batch_following import add_batch, data_of
from secretsapp.management.output import Report


class Command(ActingCommand):
    """Pauses a batch."""

    help = "Send nothing more of a batch until `resume_batch`. What is under way comes to its end."

    def add_own_arguments(self, parser: CommandParser) -> None:
        """The batch."""
        add_batch(parser)

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Do it, and say what that means."""
        batch = progress.get(actor, options["batch"]).batch
        steering.pause(actor, batch)
        return Report(
            lines=["Paused. `manage.py resume_batch` lets it go on."],
            data=data_of(progress.get(actor, batch.pk)),
        )
