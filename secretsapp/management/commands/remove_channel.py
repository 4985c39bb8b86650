"""`manage.py remove_channel`: a channel is forgotten."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from secretsapp.channels import keeping, listing
from secretsapp.core.actor import Actor
from secretsapp.management.base import ActingCommand
from secretsapp.management.output import Report


class Command(ActingCommand):
    """Removes a channel."""

    help = "Remove a channel: its address and the list of its deliveries are deleted."

    def add_own_arguments(self, parser: CommandParser) -> None:
        """The channel, and that it is meant."""
        parser.add_argument("name", metavar="NAME", help="The name of the channel.")
        parser.add_argument("--yes", action="store_true", help="Confirm it.")

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Remove it, once it is said to be meant."""
        channel = listing.get(actor, options["name"])
        if not options["yes"]:
            raise CommandError("Nothing was removed. Add --yes to confirm.")
        keeping.remove(actor, channel)
        return Report(
            lines=[f"Removed the channel “{channel.name}”."], data={"channel": channel.name}
        )
