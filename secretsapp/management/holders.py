"""Arguments that name people and teams, and how they are found."""

from typing import Any

from django.core.management.base import CommandParser

from secretsapp.access import team_listing
from secretsapp.access.terms import Holder
from secretsapp.core.actor import Actor
from secretsapp.models import User
from secretsapp.people import directory


def add_holder(parser: CommandParser) -> None:
    """The person, or the team, that a grant is of."""
    parser.add_argument(
        "holder", metavar="EMAIL|TEAM", help="The person's email address; with --team, its name."
    )
    parser.add_argument("--team", action="store_true", help="It is a team, by its name.")


def holder_of(actor: Actor, options: dict[str, Any]) -> Holder:
    """The person or team that `add_holder` read; raises NotFound."""
    if options["team"]:
        return team_listing.named(actor, options["holder"])
    return directory.get(actor, options["holder"])


def holder_data(holder: Holder) -> dict[str, Any]:
    """Whose a grant is, for JSON."""
    return {"email" if isinstance(holder, User) else "team": str(holder)}


def add_team(parser: CommandParser) -> None:
    """The team that a command is about."""
    parser.add_argument("team", metavar="TEAM", help="The name of the team, in any case.")


def add_people(parser: CommandParser, *, required: bool = True) -> None:
    """The people whom a command lets into a team or out of it."""
    parser.add_argument(
        "people",
        nargs="+" if required else "*",
        metavar="EMAIL",
        help="The email addresses of people.",
    )


def people_of(actor: Actor, options: dict[str, Any]) -> list[User]:
    """The people that `add_people` read; raises NotFound."""
    return [directory.get(actor, email) for email in options["people"]]
