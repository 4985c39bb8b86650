"""`manage.py create_user`: an account for a person."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from secretsapp.access.pattern_reach import reach_of
from secretsapp.access.terms import AS_ADMIN, FirstGrant
from secretsapp.core import blanks
from secretsapp.core.actor import Actor
from secretsapp.core.roles import ROLE_WORDS, Role
from secretsapp.management.arguments import (
    add_bounds,
    add_email,
    add_scope,
    is_placed,
    role_words,
    scope_of,
    terms_of,
)
from secretsapp.management.base import ActingCommand
from secretsapp.management.commands.password_link import link_data, link_lines
from secretsapp.management.input import read_new_password
from secretsapp.management.output import Report
from secretsapp.people import accounts, ways_in


class Command(ActingCommand):
    """Creates an account."""

    help = (
        "Create an account. Pipe its password in, or type it twice at a hidden prompt; with "
        "--link the person sets it. Without --admin or --role the account can do nothing until "
        "you grant it a role. --role needs --universe, --environment, --group or --all; both the "
        "account and the role are stored, or neither."
    )

    def add_own_arguments(self, parser: CommandParser) -> None:
        """The person, whether it is an admin, and who chooses the password."""
        add_email(parser)
        parser.add_argument("--name", default="", metavar="NAME", help="What the person is called.")
        role = parser.add_mutually_exclusive_group()
        role.add_argument(
            "--admin", action="store_true", help="Grant the Admin role, which can do everything."
        )
        role.add_argument("--role", help="Grant this role, in upper or lower case.", **role_words())
        add_scope(parser, required=False)
        add_bounds(parser)
        parser.add_argument(
            "--link",
            action="store_true",
            help="Read no password, and print a link with which the person sets one.",
        )

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Store the account with its role, and make the link if one is wanted."""
        first = _first_grant(actor, options)
        reach = reach_of(actor, first.universe, first.terms.names) if first else None
        password = None if options["link"] else read_new_password()
        user = accounts.create(
            actor, email=options["email"], name=options["name"], password=password, first=first
        )
        lines = [f"Created the account of {user.email}, {_role(first)}."]
        is_admin = first is not None and first.terms.role is Role.ADMIN
        data = {"email": user.email, "admin": is_admin}
        if options["role"]:
            data["role"] = options["role"]
        if options["link"]:
            link = ways_in.make_link(actor, user)
            lines, data = [*lines, *link_lines(user, link)], data | link_data(link)
        told, cautions = (reach.told, [reach.caution]) if reach else ("", [])
        if password:
            cautions.append(blanks.about_password(password))
        lines[1:1] = filter(None, [told])
        return Report(lines=lines, data=data, notice="\n".join(filter(None, cautions)))


def _first_grant(actor: Actor, options: dict[str, Any]) -> FirstGrant | None:
    """The role that is wanted; what bounds one without naming it is refused."""
    placed = is_placed(options)
    if options["role"] and placed:
        return FirstGrant(scope_of(actor, options), terms_of(options))
    if options["role"]:
        raise CommandError(
            "Nothing was created: --role needs --universe, --environment, --group or --all."
        )
    if placed or any(options[name] for name in ("pattern", "until", "reason")):
        raise CommandError("Nothing was created: add --role to say what they can do there.")
    return AS_ADMIN if options["admin"] else None


def _role(first: FirstGrant | None) -> str:
    if first is None:
        return "without a role"
    if first.terms.role is Role.ADMIN:
        return "an admin"
    return f"{ROLE_WORDS[first.terms.role]} of {first.where}"
