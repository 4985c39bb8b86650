"""`manage.py delete_team`: the end of a team and of its access."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from secretsapp.access import team_listing, teams
from secretsapp.core.actor import Actor
from secretsapp.management.base import ActingCommand
from secretsapp.management.holders import add_team
from secretsapp.management.output import Report


class Command(ActingCommand):
    """Deletes a team."""

    help = "Delete a team. Its access ends at once; the accounts of its people stay."

    def add_own_arguments(self, parser: CommandParser) -> None:
        """The team, and that it is meant."""
        add_team(parser)
        parser.add_argument("--yes", action="store_true", help="Confirm it.")

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Delete it, once it is said to be meant."""
        team = team_listing.named(actor, options["team"])
        if not options["yes"]:
            raise CommandError(
                f"Nothing was deleted: everyone in the team {team} would lose what they have "
                "through it. Add --yes to confirm."
            )
        teams.delete(actor, team)
        return Report(lines=[f"Deleted the team {team}."], data={"team": team.name})
