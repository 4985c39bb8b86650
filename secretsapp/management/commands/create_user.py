"""`manage.py create_user`: an account for a person."""

from typing import Any

from django.core.management.base import CommandParser

from secretsapp.core import blanks
from secretsapp.core.actor import Actor
from secretsapp.management.arguments import add_email
from secretsapp.management.base import ActingCommand
from secretsapp.management.commands.password_link import link_data, link_lines
from secretsapp.management.input import read_new_password
from secretsapp.management.output import Report
from secretsapp.people import accounts, ways_in


class Command(ActingCommand):
    """Creates an account."""

    help = (
        "Create an account. Pipe its password in, or type it twice at a hidden prompt; with "
        "--link the person sets it. Without --admin the account can do nothing until you "
        "grant it a role."
    )

    def add_own_arguments(self, parser: CommandParser) -> None:
        """The person, whether it is an admin, and who chooses the password."""
        add_email(parser)
        parser.add_argument("--name", default="", metavar="NAME", help="What the person is called.")
        parser.add_argument(
            "--admin", action="store_true", help="Grant the Admin role, which can do everything."
        )
        parser.add_argument(
            "--link",
            action="store_true",
            help="Read no password, and print a link with which the person sets one.",
        )

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Store the account, and make the link if one is wanted."""
        admin: bool = options["admin"]
        password = None if options["link"] else read_new_password()
        user = accounts.create(
            actor, email=options["email"], name=options["name"], password=password, admin=admin
        )
        role = "an admin" if admin else "without a role"
        lines = [f"Created the account of {user.email}, {role}."]
        data = {"email": user.email, "admin": admin}
        if options["link"]:
            link = ways_in.make_link(actor, user)
            lines, data = [*lines, *link_lines(user, link)], data | link_data(link)
        notice = blanks.about_password(password) if password else ""
        return Report(lines=lines, data=data, notice=notice)
