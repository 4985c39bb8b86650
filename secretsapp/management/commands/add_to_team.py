"""`manage.py add_to_team`: people let into a team."""

from typing import Any

from django.core.management.base import CommandParser

from secretsapp.access import team_listing, teams
from secretsapp.core.actor import Actor
from secretsapp.management.base import ActingCommand
from secretsapp.management.holders import add_people, add_team, people_of
from secretsapp.management.output import Report


class Command(ActingCommand):
    """Adds people to a team."""

    help = (
        "Add people to a team, all of them or none. They have its access at once, so all of that "
        "must lie within your own."
    )

    def add_own_arguments(self, parser: CommandParser) -> None:
        """The team and the people."""
        add_team(parser)
        add_people(parser)

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Let them in."""
        team = team_listing.named(actor, options["team"])
        added = teams.add_people(actor, team, people_of(actor, options))
        emails = [person.email for person in added]
        return Report(
            lines=[f"Added {', '.join(emails)} to the team {team}."],
            data={"team": team.name, "added": emails},
        )
