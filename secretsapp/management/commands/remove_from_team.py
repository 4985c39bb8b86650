"""`manage.py remove_from_team`: someone is in a team no more."""

from typing import Any

from django.core.management.base import CommandParser

from secretsapp.access import team_listing, teams
from secretsapp.core.actor import Actor
from secretsapp.management.arguments import add_email
from secretsapp.management.base import ActingCommand
from secretsapp.management.holders import add_team
from secretsapp.management.output import Report
from secretsapp.people import directory


class Command(ActingCommand):
    """Removes a person from a team."""

    help = (
        "Remove a person from a team, which ends at once what they have through it. With --as "
        "everyone can remove themselves."
    )

    def add_own_arguments(self, parser: CommandParser) -> None:
        """The team and the person."""
        add_team(parser)
        add_email(parser)

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Let them out, or leave."""
        team = team_listing.named(actor, options["team"])
        person = directory.get(actor, options["email"])
        if person.pk == actor.person_id:
            teams.leave(actor, person, team)
        else:
            teams.remove_person(actor, team, person)
        return Report(
            lines=[f"Removed {person.email} from the team {team}."],
            data={"team": team.name, "removed": person.email},
        )
