"""`manage.py password_link`: a link by which a person sets a password, once."""

from collections.abc import Sequence
from typing import Any

from django.core.management.base import CommandParser

from secretsapp.core.actor import Actor
from secretsapp.core.times import sentence_time
from secretsapp.management.arguments import add_email
from secretsapp.management.base import ActingCommand
from secretsapp.management.output import Report, exact_time
from secretsapp.models import User
from secretsapp.people import directory, ways_in
from secretsapp.people.ways_in import PasswordLink


class Command(ActingCommand):
    """Makes a link to set a password."""

    help = (
        "Print a link with which a person sets a password; older links stop working. Give it "
        "only to that person: anyone who has it can sign in as them. The link starts with "
        "SITE_URL, or else with the port on which `run` or `serve` was last started."
    )

    def add_own_arguments(self, parser: CommandParser) -> None:
        """The person."""
        add_email(parser)

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Make the link."""
        person = directory.get(actor, options["email"])
        link = ways_in.make_link(actor, person)
        return Report(
            lines=link_lines(person, link), data={"email": person.email} | link_data(link)
        )


def link_lines(person: User, link: PasswordLink) -> Sequence[str]:
    """The link alone on a line, and what it is good for."""
    end = sentence_time(link.ends_at)
    return [link.address, f"It sets the password of {person.email} once, until {end}."]


def link_data(link: PasswordLink) -> dict[str, Any]:
    """The link and its end, for scripts."""
    return {"link": link.address, "ends_at": exact_time(link.ends_at)}
