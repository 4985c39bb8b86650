"""`manage.py add_key`: a new key of a ring, which does not write yet."""

from typing import Any

from django.core.management.base import CommandParser

from secretsapp.core.actor import Actor
from secretsapp.management.arguments import add_ring, ring_of
from secretsapp.management.base import ActingCommand
from secretsapp.management.output import Report
from secretsapp.operation import ring_changes
from secretsapp.rules.keys import source_of


class Command(ActingCommand):
    """Adds a key."""

    help = (
        "Add a new key after the current ones, in the data directory. It is not used until "
        "you run `rotate_master_key`, `rotate_audit_key` or `rotate_checkpoint_key`, so you have "
        "time to keep a copy elsewhere. If the keys come from the environment, this command says "
        "what to do there."
    )

    def add_own_arguments(self, parser: CommandParser) -> None:
        """The ring."""
        add_ring(parser)

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Add the key, and say what comes next."""
        ring = ring_of(options)
        key_id = ring_changes.add(actor, ring)
        path = str(source_of(ring))
        return Report(
            lines=[
                f"Added the {ring.word} key {key_id} to {path}. It is not used for writing yet.",
                "Keep a copy of that file elsewhere: it can't be recreated. Then run:",
                f"manage.py rotate_{ring.word}_key {key_id}",
            ],
            data={"ring": ring.word, "key_id": key_id, "file": path},
        )
