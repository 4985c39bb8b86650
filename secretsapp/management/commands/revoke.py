"""`manage.py revoke`: the end of a role."""

from typing import Any

from django.core.management.base import CommandParser

from secretsapp.access import grants
from secretsapp.access.terms import place_of, scope_words
from secretsapp.core.actor import Actor
from secretsapp.core.roles import Role
from secretsapp.management.arguments import add_scope, role_words, scope_of
from secretsapp.management.base import ActingCommand
from secretsapp.management.holders import add_holder, holder_data, holder_of
from secretsapp.management.output import Report, place_data


class Command(ActingCommand):
    """Revokes a role."""

    help = (
        "Revoke the roles of a person, or with --team of a team, in a universe, an environment, a "
        "group's universes or all universes; with --role only that one."
    )

    def add_own_arguments(self, parser: CommandParser) -> None:
        """Whose it is, where the role holds, and which it is."""
        add_holder(parser)
        add_scope(parser)
        parser.add_argument("--role", help="Revoke only this role.", **role_words())

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Delete the grants."""
        holder = holder_of(actor, options)
        where = scope_of(actor, options)
        role = Role(options["role"]) if options["role"] else None
        grants.revoke_all(actor, holder, where, role=role)
        return Report(
            lines=[f"Revoked the role of {holder} in {scope_words(where)}."],
            data=holder_data(holder) | place_data(place_of(where)),
        )
