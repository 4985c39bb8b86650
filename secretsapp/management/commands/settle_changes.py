"""`manage.py settle_changes`: what became of changes whose outcome is open."""

from typing import Any

from django.core.management.base import CommandParser

from secretsapp.core.actor import Actor
from secretsapp.management.arguments import seconds
from secretsapp.management.base import ActingCommand
from secretsapp.management.output import Report, settled_line
from secretsapp.models import Change
from secretsapp.secrets import settling


class Command(ActingCommand):
    """Settles open changes."""

    help = (
        "Find out the outcome of open changes by reading Roblox. No write is ever repeated. "
        "`work` does the same every minute."
    )

    def add_own_arguments(self, parser: CommandParser) -> None:
        """How long a change must have been open."""
        parser.add_argument(
            "--older-than",
            type=seconds,
            default=settling.SETTLE_AFTER_SECONDS,
            metavar="SECONDS",
            help="Skip changes that started less than this many seconds ago (default: "
            "%(default)s).",
        )

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Settle what can be settled."""
        settled = settling.settle(actor, older_than_seconds=options["older_than"])
        return Report(
            lines=[settled_line(change) for change in settled] or ["Nothing to settle."],
            data={"settled": [_data(change) for change in settled]},
        )


def _data(change: Change) -> dict[str, Any]:
    return {
        "change": str(change.pk),
        "kind": change.kind,
        "universe": change.universe_id,
        "name": change.name,
        "state": str(change.state),
        "reason": change.reason,
    }
