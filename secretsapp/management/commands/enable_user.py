"""`manage.py enable_user`: a disabled person's access again."""

from typing import Any

from django.core.management.base import CommandParser

from secretsapp.core.actor import Actor
from secretsapp.management.arguments import add_email
from secretsapp.management.base import ActingCommand
from secretsapp.management.output import Report
from secretsapp.people import accounts, directory


class Command(ActingCommand):
    """Enables an account."""

    help = "Enable a disabled account, with the roles it still has."

    def add_own_arguments(self, parser: CommandParser) -> None:
        """The person."""
        add_email(parser)

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Enable the account."""
        person = directory.get(actor, options["email"])
        accounts.enable(actor, person)
        return Report(
            lines=[f"Enabled the account of {person.email}."],
            data={"email": person.email, "active": True},
        )
