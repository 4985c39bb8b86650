"""`manage.py request`: ask for a role in a universe, as a person."""

from typing import Any

from django.core.management.base import CommandParser

from secretsapp.access import requests
from secretsapp.access.answering import HOURS
from secretsapp.access.requests import Wish
from secretsapp.core.actor import Actor
from secretsapp.core.roles import ROLE_WORDS, Role
from secretsapp.management.arguments import add_universe_id, role_words, universe_of, whole
from secretsapp.management.base import ActingCommand
from secretsapp.management.output import Report, request_data


class Command(ActingCommand):
    """Asks for access."""

    help = (
        "Ask for a role in a universe, as the person named with --as. Anyone who could grant it "
        "can approve, shorten or decline the request; without an answer it lapses after 7 days."
    )

    def add_own_arguments(self, parser: CommandParser) -> None:
        """The universe, the role, for which names and how long, and why."""
        add_universe_id(parser)
        roles = ", ".join(role for role in Role if role is not Role.ADMIN)
        parser.add_argument("role", help=f"{roles}; in upper or lower case.", **role_words())
        parser.add_argument(
            "--names",
            required=True,
            help="Exact names and patterns such as PAY_*, separated by commas; * for all secrets.",
        )
        parser.add_argument(
            "--hours",
            type=whole,
            choices=HOURS,
            default=HOURS[1],
            help="How long; the default is a day.",
        )
        parser.add_argument("--reason", required=True, help="Why; it is in the audit log.")

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Store the request."""
        universe = universe_of(actor, options["universe_id"])
        wish = Wish(options["role"], options["names"], options["hours"], options["reason"])
        made = requests.ask(actor, universe, wish)
        role = ROLE_WORDS[Role(made.role)]
        sentence = f"Requested {role} in {universe.name}: {made.pk}."
        return Report(lines=[sentence], data=request_data(made))
