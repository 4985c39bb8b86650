"""`manage.py create_team`: a named set of people."""

from typing import Any

from django.core.management.base import CommandParser

from secretsapp.access import teams
from secretsapp.core.actor import Actor
from secretsapp.management.base import ActingCommand
from secretsapp.management.holders import add_people, add_team, people_of
from secretsapp.management.output import Report


class Command(ActingCommand):
    """Creates a team."""

    help = (
        "Create a team, of these people if any are named. It has no access until you grant it some "
        "with `grant --team`."
    )

    def add_own_arguments(self, parser: CommandParser) -> None:
        """What it is called, what for, and who is in it."""
        add_team(parser)
        add_people(parser, required=False)
        parser.add_argument("--note", default="", metavar="TEXT", help="What the team is for.")

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Store the team."""
        people = people_of(actor, options)
        team = teams.create(actor, name=options["team"], note=options["note"], people=people)
        emails = sorted({person.email for person in people})
        return Report(
            lines=[f"Created the team {team}, with {', '.join(emails) or 'nobody in it yet'}."],
            data={"team": team.name, "people": emails},
        )
