"""`manage.py edit_universe`: what a universe is called, what it is for, and the keys to it."""

from typing import Any

from django.core.management.base import CommandParser

from secretsapp.api_keys import key_listing
from secretsapp.core.actor import Actor
from secretsapp.management.arguments import add_universe_id, universe_of, word
from secretsapp.management.base import ActingCommand
from secretsapp.management.output import Report
from secretsapp.models.universes import Environment
from secretsapp.servers import server_keys
from secretsapp.universes import managing


class Command(ActingCommand):
    """Changes the settings of a universe."""

    help = (
        "Edit the name, the environment or the API key of a universe. Another key is tested "
        "first: if it can't read the universe, nothing is changed."
    )

    def add_own_arguments(self, parser: CommandParser) -> None:
        """The universe and its settings; what is not given stays."""
        add_universe_id(parser)
        parser.add_argument("--name", metavar="TEXT", help="The name in Sealroom.")
        parser.add_argument(
            "--environment",
            type=word,
            choices=Environment.values,
            metavar="ENVIRONMENT",
            help=f"{', '.join(filter(None, Environment.values))}; '' for no environment.",
        )
        parser.add_argument("--api-key", metavar="NAME", help="The name of another stored API key.")
        parser.add_argument(
            "--server-key",
            metavar="NAME",
            help="The name of the stored API key for game servers; '' for none.",
        )

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Store the settings that were given."""
        universe = universe_of(actor, options["universe_id"])
        name, environment, api_key = options["name"], options["environment"], options["api_key"]
        managing.edit(
            actor,
            universe,
            name=universe.name if name is None else name,
            environment=universe.environment if environment is None else environment,
            api_key=None if api_key is None else key_listing.get(actor, api_key),
        )
        if options["server_key"] is not None:
            chosen = options["server_key"]
            key = key_listing.get(actor, chosen) if chosen else None
            server_keys.choose(actor, universe, key)
        return Report(
            lines=[f"Saved the settings of {universe.name} ({universe.pk})."],
            data={
                "universe": universe.pk,
                "name": universe.name,
                "environment": universe.environment,
                "api_key": universe.api_key.name,
                "server_key": universe.server_key.name if universe.server_key else "",
            },
        )
