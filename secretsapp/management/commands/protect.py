"""`manage.py protect`: the changes of a universe need two people."""

from typing import Any

from django.core.management.base import CommandParser

from secretsapp.core.actor import Actor
from secretsapp.management.arguments import add_universe_id, universe_of
from secretsapp.management.base import ActingCommand
from secretsapp.management.output import Report
from secretsapp.universes import protection


class Command(ActingCommand):
    """Protects a universe."""

    help = (
        "Protect a universe: creating, rotating and deleting its secrets are proposals from now "
        "on, which another person must approve."
    )

    def add_own_arguments(self, parser: CommandParser) -> None:
        """The universe."""
        add_universe_id(parser)

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Protect it, and say where nobody could approve anything."""
        universe = universe_of(actor, options["universe_id"])
        protection.protect(actor, universe)
        return Report(
            lines=[f"{universe.name} is protected. Changes need two people from now on."],
            data={"universe": universe.pk, "protected": True},
            notice=protection.caution(universe),
        )
