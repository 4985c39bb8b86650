"""`manage.py revoke`: the end of a person's role."""

from typing import Any

from django.core.management.base import CommandParser

from secretsapp.access import grants
from secretsapp.access.terms import place_of, scope_words
from secretsapp.core.actor import Actor
from secretsapp.core.roles import Role
from secretsapp.management.arguments import add_email, add_scope, role_words, scope_of
from secretsapp.management.base import ActingCommand
from secretsapp.management.output import Report, place_data
from secretsapp.people import directory


class Command(ActingCommand):
    """Revokes a role."""

    help = (
        "Revoke a person's roles in a universe, an environment, a group's universes or all "
        "universes; with --role only that one."
    )

    def add_own_arguments(self, parser: CommandParser) -> None:
        """The person, where the role holds, and which it is."""
        add_email(parser)
        add_scope(parser)
        parser.add_argument("--role", help="Revoke only this role.", **role_words())

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Delete the grants."""
        person = directory.get(actor, options["email"])
        where = scope_of(actor, options)
        role = Role(options["role"]) if options["role"] else None
        grants.revoke_all(actor, person, where, role=role)
        return Report(
            lines=[f"Revoked the role of {person.email} in {scope_words(where)}."],
            data={"email": person.email} | place_data(place_of(where)),
        )
