"""`manage.py disable_user`: the end of a person's access."""

from typing import Any

from django.core.management.base import CommandParser

from secretsapp.core.actor import Actor
from secretsapp.management.arguments import add_email
from secretsapp.management.base import ActingCommand
from secretsapp.management.output import Report
from secretsapp.people import accounts, directory


class Command(ActingCommand):
    """Disables an account."""

    help = (
        "Disable a person's account and end their sessions at once. The account and its "
        "history stay."
    )

    def add_own_arguments(self, parser: CommandParser) -> None:
        """The person."""
        add_email(parser)

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Disable the account."""
        person = directory.get(actor, options["email"])
        accounts.disable(actor, person)
        return Report(
            lines=[f"Disabled the account of {person.email}."],
            data={"email": person.email, "active": False},
        )
