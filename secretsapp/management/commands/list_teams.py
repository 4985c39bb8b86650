"""`manage.py list_teams`: the teams, who is in them, and what they have access to."""

from typing import Any

from secretsapp.access import team_listing
from secretsapp.core.actor import Actor
from secretsapp.core.patterns import written
from secretsapp.core.roles import ROLE_WORDS, Role
from secretsapp.core.times import sentence_time
from secretsapp.management.base import ActingCommand
from secretsapp.management.output import Report, exact_time, place_data
from secretsapp.models import Grant, Team, User


class Command(ActingCommand):
    """Lists teams."""

    help = (
        "List the teams that you can see, with their people and their access; only access in "
        "universes where you grant some is shown. Expired access is listed too."
    )

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Show every team."""
        found = team_listing.in_full(actor)
        lines = [line for each in found for line in _lines(*each)]
        return Report(
            lines=lines or ["There are no teams that you can see."],
            data={"teams": [_data(*each) for each in found]},
        )


def _lines(team: Team, people: list[User], grants: list[Grant]) -> list[str]:
    emails = ", ".join(person.email for person in people)
    return [team.name, f"  {emails or 'nobody yet'}", *(f"  {_grant(each)}" for each in grants)]


def _grant(grant: Grant) -> str:
    names = f", for {written(grant.names)}" if any(grant.names) else ""
    end = f", until {sentence_time(grant.until)}" if grant.until else ""
    return f"{ROLE_WORDS[Role(grant.role)]} of {grant.scope}{names}{end}"


def _data(team: Team, people: list[User], grants: list[Grant]) -> dict[str, Any]:
    return {
        "name": team.name,
        "note": team.note,
        "people": [person.email for person in people],
        "grants": [
            {
                "id": each.pk,
                "role": each.role,
                **place_data(each.place),
                "patterns": [name for name in each.names if name],
                "until": exact_time(each.until),
            }
            for each in grants
        ],
    }
