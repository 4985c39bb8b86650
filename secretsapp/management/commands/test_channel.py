"""`manage.py test_channel`: whether a real message arrives."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from secretsapp.channels import listing, testing
from secretsapp.core.actor import Actor
from secretsapp.management.base import ActingCommand
from secretsapp.management.output import Report


class Command(ActingCommand):
    """Tests a channel."""

    help = "Send a test to a channel, by the way of every message, and say what was answered."

    def add_own_arguments(self, parser: CommandParser) -> None:
        """The channel."""
        parser.add_argument("name", metavar="NAME", help="The name of the channel.")

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Send it; what does not arrive is a failure of the command."""
        channel = listing.get(actor, options["name"])
        outcome = testing.send_test(actor, channel)
        if not outcome.is_sent:
            raise CommandError(f"The test of “{channel.name}” failed: {outcome.words}")
        return Report(
            lines=[f"Sent a test to “{channel.name}”: {outcome.words}"],
            data={"channel": channel.name, "answer": outcome.words},
        )
