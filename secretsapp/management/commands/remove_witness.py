"""`manage.py remove_witness`: the end of a witness of the audit log."""

from typing import Any

from django.core.management.base import CommandParser

from secretsapp.core.actor import Actor
from secretsapp.log import witness_listing, witnesses
from secretsapp.management.base import ActingCommand
from secretsapp.management.output import Report


class Command(ActingCommand):
    """Removes a witness."""

    help = "Give a witness no more checkpoints. What it has cosigned stays."

    def add_own_arguments(self, parser: CommandParser) -> None:
        """Which one."""
        parser.add_argument("name", metavar="NAME", help="The name of the witness in Sealroom.")

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Remove it."""
        found = witness_listing.named(actor, options["name"])
        witnesses.remove(actor, found)
        return Report(lines=[f"Removed the witness {found.name}."], data={"witness": found.name})
