"""`manage.py revoke`: the end of a person's role."""

from typing import Any

from django.core.management.base import CommandParser

from secretsapp.access import grants
from secretsapp.core.actor import Actor
from secretsapp.management.arguments import add_email, add_scope, scope_of
from secretsapp.management.base import ActingCommand
from secretsapp.management.output import Report
from secretsapp.people import directory


class Command(ActingCommand):
    """Revokes a role."""

    help = "Revoke a person's role in a universe, or in all universes."

    def add_own_arguments(self, parser: CommandParser) -> None:
        """The person and where the role holds."""
        add_email(parser)
        add_scope(parser)

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Delete the grant."""
        person = directory.get(actor, options["email"])
        universe = scope_of(actor, options)
        grants.revoke(actor, person, universe)
        where = universe.name if universe else "all universes"
        return Report(
            lines=[f"Revoked the role of {person.email} in {where}."],
            data={"email": person.email, "universe": universe.pk if universe else None},
        )
