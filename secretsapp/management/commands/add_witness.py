"""`manage.py add_witness`: someone who is given each checkpoint of the audit log."""

from typing import Any

from django.core.management.base import CommandParser

from secretsapp.core.actor import Actor
from secretsapp.log import witnesses
from secretsapp.management.base import ActingCommand
from secretsapp.management.output import Report


class Command(ActingCommand):
    """Adds a witness."""

    help = (
        "Give each checkpoint of the audit log to a witness (C2SP tlog-witness) and keep what it "
        "cosigns. Its operator needs the log's verifier key: `manage.py make_checkpoint --key`."
    )

    def add_own_arguments(self, parser: CommandParser) -> None:
        """What it is called, where it is, and its key."""
        parser.add_argument("name", metavar="NAME", help="The name of the witness in Sealroom.")
        parser.add_argument("address", metavar="ADDRESS", help="Its submission prefix, https://….")
        parser.add_argument("key", metavar="KEY", help="Its verifier key: name+id+key.")

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Store it; the worker asks it."""
        made = witnesses.add(
            actor, name=options["name"], address=options["address"], key=options["key"]
        )
        return Report(
            lines=[f"Added the witness {made.name}. The worker gives it the next checkpoint."],
            data={"witness": made.name, "address": made.address},
        )
