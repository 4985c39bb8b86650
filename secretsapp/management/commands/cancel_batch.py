"""`manage.py cancel_batch`: send nothing more of a batch."""

from typing import Any

from django.core.management.base import CommandParser

from secretsapp.batches import progress, steering
from secretsapp.core.actor import Actor
from secretsapp.management.base import ActingCommand
from secretsapp.management.batch_following import add_batch, data_of
from secretsapp.management.output import Report


class Command(ActingCommand):
    """Cancels what a batch has not begun."""

    help = (
        "Cancel what a batch has not begun, and wipe every value that still waits. What is under "
        "way comes to its end."
    )

    def add_own_arguments(self, parser: CommandParser) -> None:
        """The batch."""
        add_batch(parser)

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Do it, and say what that means."""
        batch = progress.get(actor, options["batch"]).batch
        count = steering.cancel(actor, batch)
        return Report(
            lines=[f"Cancelled {count} of {batch.size}. Their values are wiped."],
            data=data_of(progress.get(actor, batch.pk)),
        )
