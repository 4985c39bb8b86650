"""`manage.py add_universes`: several universes that one API key opens, at once."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from secretsapp.api_keys import key_listing
from secretsapp.core.actor import Actor
from secretsapp.management.arguments import universe_id, word
from secretsapp.management.base import ActingCommand
from secretsapp.management.output import Report
from secretsapp.models.universes import Environment
from secretsapp.universes import picking


class Command(ActingCommand):
    """Adds several universes."""

    help = (
        "Add universes that a stored API key can read, one after the other, and sync their "
        "secrets. One that is refused keeps no other from being added. Each has Roblox's own name. "
        "`list_group_games` prints the ids of a group's games."
    )

    def add_own_arguments(self, parser: CommandParser) -> None:
        """The universes, the key to them, and their environment."""
        parser.add_argument(
            "universe_id",
            type=universe_id,
            nargs="+",
            metavar="UNIVERSE_ID",
            help=f"Roblox's ids of the universes, {picking.ADDED_AT_ONCE} at most.",
        )
        parser.add_argument(
            "--api-key", required=True, metavar="NAME", help="The name of the stored API key."
        )
        parser.add_argument(
            "--environment",
            type=word,
            default="",
            choices=[value for value in Environment.values if value],
            help="The environment of all of them (default: no environment).",
        )

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Add each; one that is refused is a failure of the command."""
        ids = list(dict.fromkeys(options["universe_id"]))
        api_key = key_listing.get(actor, options["api_key"])
        added = picking.add_several(actor, ids, api_key=api_key, environment=options["environment"])
        here = added.universes
        report = Report(
            lines=[f"Added the universe {each.name} ({each.pk})." for each in here],
            data={
                "universes": [{"universe": each.pk, "name": each.name} for each in here],
                "refusals": added.refusals,
            },
        )
        if not added.refusals:
            return report
        self._say(report, as_json=options["as_json"])
        count = len(ids) - len(here)
        raise CommandError(f"{count} of {len(ids)} weren’t added. {' '.join(added.refusals)}")
