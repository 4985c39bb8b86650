"""`manage.py show_batch`: how far a batch is, and what failed."""

from typing import Any

from django.core.management.base import CommandParser

from secretsapp.batches import progress
from secretsapp.core.actor import Actor
from secretsapp.management.base import ActingCommand
from secretsapp.management.batch_following import add_batch, follow, report_of
from secretsapp.management.output import Report


class Command(ActingCommand):
    """Shows a batch."""

    help = "Show how far a batch is and what failed; with --follow until it ends."

    def add_own_arguments(self, parser: CommandParser) -> None:
        """The batch, and whether it is to be followed."""
        add_batch(parser)
        parser.add_argument(
            "--follow",
            action="store_true",
            help="Go on until it ends or is paused, and help to send it meanwhile.",
        )

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Show it."""
        view = progress.get(actor, options["batch"])
        if options["follow"]:
            return follow(self, actor, view.batch)
        return report_of(view)
