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
        "Forget a key that nothing is under, and that does not write. Backups from before it was "
        "rotated still need it: keep a copy as long as them. Where the environment gives the "
        "keys, it says what to do there."
    )

    def add_own_arguments(self, parser: CommandParser) -> None:
        """The ring, the key, and that it is meant."""
        add_ring(parser)
        add_key_id(parser)
        parser.add_argument(
            "--yes", action="store_true", help="Say that sessions under the key may end with it."
        )

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Drop the key."""
        ring = ring_of(options)
        dropped = ring_changes.drop(actor, ring, options["key_id"], ends_sessions=options["yes"])
        return Report(
            lines=[
                f"Dropped the {ring.word} key {dropped.key_id}.",
                f"Sessions that ended with it: {dropped.sessions}.",
                "Backups from before it was rotated need it: keep a copy as long as them.",
            ],
            data={"ring": ring.word, "key_id": dropped.key_id, "sessions": dropped.sessions},
        )
