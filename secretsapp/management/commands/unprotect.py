"""`manage.py unprotect`: the changes of a universe need one person again."""

from typing import Any

from django.core.management.base import CommandParser

from secretsapp.core.actor import Actor
from secretsapp.management.arguments import add_universe_id, universe_of
from secretsapp.management.base import ActingCommand
from secretsapp.management.output import Report
from secretsapp.management.proposing import add_reason, passage_of
from secretsapp.secrets import forcing


class Command(ActingCommand):
    """Removes the protection of a universe without approval."""

    help = (
        "Remove the protection of a universe without approval, which needs --reason. With "
        "approval: `propose unprotect`."
    )

    def add_own_arguments(self, parser: CommandParser) -> None:
        """The universe, and why."""
        add_universe_id(parser)
        add_reason(parser)

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Remove it, if there is one."""
        universe = universe_of(actor, options["universe_id"])
        passage_of(universe, options)
        if universe.protected:
            forcing.unprotect(actor, universe, options["reason"])
        return Report(
            lines=[f"{universe.name} is not protected. Changes need one person."],
            data={"universe": universe.pk, "protected": False},
        )
