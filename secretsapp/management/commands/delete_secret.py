"""`manage.py delete_secret`: a secret goes for good."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from secretsapp.core.actor import Actor
from secretsapp.management.arguments import add_secret, universe_of
from secretsapp.management.base import ActingCommand
from secretsapp.management.output import Report, change_report
from secretsapp.management.proposing import add_reason, passage_of
from secretsapp.secrets import changes


class Command(ActingCommand):
    """Deletes a secret."""

    help = "Delete a secret at Roblox. This can't be undone: games that use it will fail."

    def add_own_arguments(self, parser: CommandParser) -> None:
        """The secret, and that it is meant."""
        add_secret(parser)
        add_reason(parser)
        parser.add_argument("--yes", action="store_true", help="Confirm it.")

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Delete the secret, once it is said to be meant."""
        universe = universe_of(actor, options["universe_id"])
        if not options["yes"]:
            raise CommandError("Nothing was deleted: this can't be undone. Add --yes to confirm.")
        passage = passage_of(universe, options)
        change = changes.delete(
            actor=actor, universe=universe, name=options["name"], passage=passage
        )
        return change_report(change, f"Deleted {change.name} in {universe.name}.")
