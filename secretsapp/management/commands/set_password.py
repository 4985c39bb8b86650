"""`manage.py set_password`: another password for a person."""

from typing import Any

from django.core.management.base import CommandParser

from secretsapp.core import blanks
from secretsapp.core.actor import Actor
from secretsapp.management.arguments import add_email
from secretsapp.management.base import ActingCommand
from secretsapp.management.input import read_new_password
from secretsapp.management.output import Report
from secretsapp.people import accounts, directory


class Command(ActingCommand):
    """Sets a password."""

    help = (
        "Set a person's password and end their sessions. Pipe it in (one line ending at the "
        "end is removed) or type it twice at a hidden prompt."
    )

    def add_own_arguments(self, parser: CommandParser) -> None:
        """The person."""
        add_email(parser)

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Store the hash of the password."""
        person = directory.get(actor, options["email"])
        password = read_new_password()
        accounts.set_password(actor, person, password)
        return Report(
            lines=[f"Set the password of {person.email} and ended their sessions."],
            data={"email": person.email},
            notice=blanks.about_password(password),
        )
