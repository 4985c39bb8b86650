"""`manage.py disconnect_sign_on`: for someone whose account at a provider isn't theirs any more."""

from typing import Any

from django.core.management.base import CommandParser

from secretsapp.core.actor import Actor
from secretsapp.management.arguments import add_email
from secretsapp.management.base import ActingCommand
from secretsapp.management.output import Report
from secretsapp.people import directory, identity_ends


class Command(ActingCommand):
    """Disconnects single sign-on."""

    help = (
        "Let no account at a provider of single sign-on sign a person in any more, and end their "
        "sessions. Without a password they need a link to set one (password_link)."
    )

    def add_own_arguments(self, parser: CommandParser) -> None:
        """The person."""
        add_email(parser)

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Disconnect all of theirs."""
        person = directory.get(actor, options["email"])
        was_connected = identity_ends.disconnect_all(actor, person)
        line = (
            f"Disconnected single sign-on of {person.email} and ended their sessions."
            if was_connected
            else f"{person.email} has no account connected. Nothing was changed."
        )
        data = {"email": person.email, "disconnected": was_connected}
        return Report(lines=[line], data=data)
