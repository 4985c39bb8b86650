"""`manage.py remove_policy`: a rotation policy no longer holds."""

from typing import Any

from django.core.management.base import CommandParser

from secretsapp.core.actor import Actor
from secretsapp.due.policies import remove_policy
from secretsapp.management.base import ActingCommand
from secretsapp.management.due_options import add_covered, covered_of, where_words
from secretsapp.management.output import Report


class Command(ActingCommand):
    """Removes a rotation policy."""

    help = "Remove the rotation policy of a place. A wider one holds then, if there is one."

    def add_own_arguments(self, parser: CommandParser) -> None:
        """Where it holds."""
        add_covered(parser)

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Remove it."""
        covered = covered_of(actor, options)
        remove_policy(actor, covered)
        return Report(
            lines=[f"Removed the policy of {where_words(covered)}."],
            data={
                "universe": covered.universe.pk if covered.universe else None,
                "environment": covered.environment,
                "secret": covered.name,
                "removed": True,
            },
        )
