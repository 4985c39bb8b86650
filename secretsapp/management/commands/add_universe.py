"""`manage.py add_universe`: a universe whose secrets should be managed here."""

from typing import Any

from django.core.management.base import CommandParser

from secretsapp.api_keys import key_listing
from secretsapp.core.actor import Actor
from secretsapp.management.arguments import add_universe_id, word
from secretsapp.management.base import ActingCommand
from secretsapp.management.output import Report
from secretsapp.models.universes import Environment
from secretsapp.universes import managing


class Command(ActingCommand):
    """Adds a universe."""

    help = (
        "Add a universe that a stored API key can read, and sync its secrets. This calls "
        "Roblox: if the key can't read the universe, nothing is stored."
    )

    def add_own_arguments(self, parser: CommandParser) -> None:
        """The universe, the key to it, and what to call it."""
        add_universe_id(parser)
        parser.add_argument(
            "--api-key", required=True, metavar="NAME", help="The name of the stored API key."
        )
        parser.add_argument(
            "--name",
            default="",
            metavar="TEXT",
            help="The name in Sealroom (default: Roblox's own name).",
        )
        parser.add_argument(
            "--environment",
            type=word,
            default="",
            choices=[value for value in Environment.values if value],
            help="The environment of the universe (default: no environment).",
        )

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Prove the key on the universe and store it."""
        universe = managing.add(
            actor,
            universe_id=options["universe_id"],
            api_key=key_listing.get(actor, options["api_key"]),
            name=options["name"],
            environment=options["environment"],
        )
        return Report(
            lines=[f"Added the universe {universe.name} ({universe.pk})."],
            data={
                "universe": universe.pk,
                "name": universe.name,
                "environment": universe.environment,
                "owner": universe.owner,
            },
        )
