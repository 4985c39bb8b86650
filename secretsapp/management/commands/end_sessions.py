"""`manage.py end_sessions`: signs someone out everywhere."""

from typing import Any

from django.core.management.base import CommandParser

from secretsapp.core.actor import Actor
from secretsapp.management.arguments import add_email
from secretsapp.management.base import ActingCommand
from secretsapp.management.output import Report
from secretsapp.people import directory, sessions


class Command(ActingCommand):
    """Ends sessions."""

    help = "End all sessions of a person, who can sign in again; no device is known for them then."

    def add_own_arguments(self, parser: CommandParser) -> None:
        """The person."""
        add_email(parser)

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """End them."""
        person = directory.get(actor, options["email"])
        count = sessions.end_all(actor, person)
        line = f"Ended {count or 'no'} session{'' if count == 1 else 's'} of {person.email}."
        return Report(lines=[line], data={"email": person.email, "ended": count})
