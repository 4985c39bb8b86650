"""`manage.py reset_factors`: for someone who lost their second factors."""

from typing import Any

from django.core.management.base import CommandParser

from secretsapp.core.actor import Actor
from secretsapp.management.arguments import add_email
from secretsapp.management.base import ActingCommand
from secretsapp.management.output import Report
from secretsapp.people import directory, lost_factors


class Command(ActingCommand):
    """Resets second factors."""

    help = (
        "Take the authenticator app, passkeys and recovery codes of a person who lost them, and "
        "end their sessions. Their password alone signs them in then. Make sure it is them."
    )

    def add_own_arguments(self, parser: CommandParser) -> None:
        """The person."""
        add_email(parser)

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Take them away."""
        person = directory.get(actor, options["email"])
        was_on = lost_factors.reset(actor, person)
        line = (
            f"Reset the second factors of {person.email} and ended their sessions."
            if was_on
            else f"{person.email} has no second factor. Nothing was changed."
        )
        return Report(lines=[line], data={"email": person.email, "reset": was_on})
