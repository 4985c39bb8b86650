"""`manage.py list_group_games`: the games of a Roblox group, with the ids of their universes."""

from typing import Any

from django.core.management.base import CommandParser

from secretsapp.core.actor import Actor
from secretsapp.core.references import parse_group
from secretsapp.management.base import ActingCommand
from secretsapp.management.output import Report, table
from secretsapp.universes import picking

_HEADINGS = ("ID", "NAME", "IN SEALROOM")


class Command(ActingCommand):
    """Lists a group's games."""

    help = (
        "List the games that Roblox shows of a group to anyone, with the ids of their universes. "
        "No API key is sent. Games that aren't public may be missing."
    )

    def add_own_arguments(self, parser: CommandParser) -> None:
        """The group."""
        parser.add_argument("group", metavar="GROUP", help="The group's id, or its link.")

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Ask Roblox for the list."""
        choices = picking.games_of(actor, parse_group(options["group"]))
        rows = [
            (str(each.game.universe_id), each.game.name, "yes" if each.is_here else "no")
            for each in choices
        ]
        games = [
            {"universe": each.game.universe_id, "name": each.game.name, "is_here": each.is_here}
            for each in choices
        ]
        return Report(
            lines=table(_HEADINGS, rows) if rows else ["Roblox lists no games of this group."],
            data={"games": games},
        )
