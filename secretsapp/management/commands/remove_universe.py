"""`manage.py remove_universe`: a universe is removed from Sealroom."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from secretsapp.core.actor import Actor
from secretsapp.management.arguments import add_universe_id, universe_of
from secretsapp.management.base import ActingCommand
from secretsapp.management.output import Report
from secretsapp.universes import managing


class Command(ActingCommand):
    """Removes a universe."""

    help = (
        "Remove a universe from Sealroom, with the roles in it and the notes on its secrets. "
        "The secrets stay at Roblox, and the events stay in the audit log."
    )

    def add_own_arguments(self, parser: CommandParser) -> None:
        """The universe, and that it is meant."""
        add_universe_id(parser)
        parser.add_argument("--yes", action="store_true", help="Confirm it.")

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Remove the universe, once it is said to be meant."""
        universe = universe_of(actor, options["universe_id"])
        if not options["yes"]:
            raise CommandError(
                "Nothing was removed: the roles in the universe and the notes on its secrets "
                "can't be recovered. Add --yes to confirm."
            )
        managing.remove(actor, universe)
        return Report(
            lines=[f"Removed {universe.name} ({universe.pk}). Its secrets are still at Roblox."],
            data={"universe": universe.pk, "name": universe.name},
        )
