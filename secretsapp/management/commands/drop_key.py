"""`manage.py drop_key`: a master or audit key that nothing needs any more is forgotten."""

from typing import Any

from django.core.management.base import CommandParser

from secretsapp.core.actor import Actor
from secretsapp.management.arguments import add_key_id, add_ring, ring_of
from secretsapp.management.base import ActingCommand
from secretsapp.management.output import Report
from secretsapp.operation import ring_changes


class Command(ActingCommand):
    """Drops a key."""

    help = (
        "Delete a key that nothing uses and that is not used for writing. Backups from "
        "before its rotation still need it: keep a copy as long as you keep them. If the "
        "keys come from the environment, this command says what to do there."
    )

    def add_own_arguments(self, parser: CommandParser) -> None:
        """The ring, the key, and that it is meant."""
        add_ring(parser)
        add_key_id(parser)
        parser.add_argument(
            "--yes", action="store_true", help="Confirm that sessions encrypted with the key end."
        )

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Drop the key."""
        ring = ring_of(options)
        dropped = ring_changes.drop(actor, ring, options["key_id"], ends_sessions=options["yes"])
        return Report(
            lines=[
                f"Dropped the {ring.word} key {dropped.key_id}.",
                f"Sessions ended: {dropped.sessions}.",
                "Backups from before its rotation need it: keep a copy as long as you keep them.",
            ],
            data={"ring": ring.word, "key_id": dropped.key_id, "sessions": dropped.sessions},
        )
