"""`manage.py retry_batch`: try again what failed and can be sent as it is."""

from typing import Any

from django.core.management.base import CommandParser

from secretsapp.batches import progress, steering
from secretsapp.core.actor import Actor
from secretsapp.management.base import ActingCommand
from secretsapp.management.batch_following import add_batch, data_of
from secretsapp.management.output import Report


class Command(ActingCommand):
    """Tries again what failed."""

    help = (
        "Try again what failed in a batch and can be sent as it is. Only the person who asked for "
        "it can; `manage.py work` sends it."
    )

    def add_own_arguments(self, parser: CommandParser) -> None:
        """The batch."""
        add_batch(parser)

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Do it, and say what that means."""
        batch = progress.get(actor, options["batch"]).batch
        count = steering.retry(actor, batch)
        return Report(
            lines=[f"{count} of {batch.size} wait for their turn again."],
            data=data_of(progress.get(actor, batch.pk)),
        )
