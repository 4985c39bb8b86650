"""`manage.py change_address`: another email address for someone's account."""

from typing import Any

from django.core.management.base import CommandParser

from secretsapp.core.actor import Actor
from secretsapp.management.arguments import add_email
from secretsapp.management.base import ActingCommand
from secretsapp.management.output import Report
from secretsapp.people import address_change, directory


class Command(ActingCommand):
    """Changes an email address."""

    help = (
        "Give an account another email address. Its access, sessions and second factors stay; "
        "links that were mailed to the old address stop working. If mail is set up, the person is "
        "told at the old address. Make sure that the new one is theirs: who reads its mail can "
        "set the password. If someone else reads the old one, run end_sessions too."
    )

    def add_own_arguments(self, parser: CommandParser) -> None:
        """The person, and the new address."""
        add_email(parser)
        parser.add_argument("new", metavar="NEW", help="The new email address.")

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Change it."""
        person = directory.get(actor, options["email"])
        before = person.email
        changed = address_change.change(actor, person, options["new"])
        return Report(
            lines=[f"Changed the address of {before} to {changed.email}."],
            data={"before": before, "email": changed.email},
        )
