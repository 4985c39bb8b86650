"""`manage.py create_user`: an account for a person."""

from typing import Any

from django.core.management.base import CommandParser

from secretsapp.core.actor import Actor
from secretsapp.management.arguments import add_email
from secretsapp.management.base import ActingCommand
from secretsapp.management.input import read_new_password
from secretsapp.management.output import Report
from secretsapp.services import people


class Command(ActingCommand):
    """Creates an account."""

    help = (
        "Create an account. Its password is piped in, or typed twice at a hidden prompt. Without "
        "--admin it may do nothing until it is granted a role."
    )

    def add_own_arguments(self, parser: CommandParser) -> None:
        """The person, and whether it is an admin."""
        add_email(parser)
        parser.add_argument(
            "--admin", action="store_true", help="Let the person do everything everywhere."
        )

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Store the account."""
        admin: bool = options["admin"]
        password = read_new_password()
        user = people.create(actor, email=options["email"], password=password, admin=admin)
        role = "an admin" if admin else "without any role yet"
        return Report(
            lines=[f"Created the account of {user.email}, {role}."],
            data={"email": user.email, "admin": admin},
        )
