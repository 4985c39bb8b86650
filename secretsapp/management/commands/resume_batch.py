"""`manage.py resume_batch`: let a paused batch go on."""

from typing import Any

from django.core.management.base import CommandParser

from secretsapp.batches import progress, steering
from secretsapp.core.actor import Actor
from secretsapp.management.base import ActingCommand
from secretsapp.management.batch_following import add_batch, data_of
from secretsapp.management.output import Report


class Command(ActingCommand):
    """Lets a paused batch go on."""

    help = (
        "Let a paused batch go on. Only the person who asked for it can; `manage.py work` sends it."
    )

    def add_own_arguments(self, parser: CommandParser) -> None:
        """The batch."""
        add_batch(parser)

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Do it, and say what that means."""
        batch = progress.get(actor, options["batch"]).batch
        steering.go_on(actor, batch)
        return Report(
            lines=["It goes on. Follow it with `manage.py show_batch --follow`."],
            data=data_of(progress.get(actor, batch.pk)),
        )
