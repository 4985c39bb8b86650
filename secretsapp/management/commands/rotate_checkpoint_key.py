"""`manage.py rotate_checkpoint_key`: another key signs the checkpoints of the audit log."""

from typing import Any

from django.core.management.base import CommandParser

from secretsapp.core.actor import Actor
from secretsapp.management.arguments import add_key_id
from secretsapp.management.base import ActingCommand
from secretsapp.management.output import Report
from secretsapp.operation import checkpoint_keys


class Command(ActingCommand):
    """Rotates the checkpoint key."""

    help = (
        "Sign checkpoints from now on with a key that was added with `add_key checkpoint`. The "
        "first of them is signed with both keys, so that others can rely on the new one; give "
        "them its verifier key."
    )

    def add_own_arguments(self, parser: CommandParser) -> None:
        """The key that is to sign."""
        add_key_id(parser, is_optional=True)

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Rotate, and give the new verifier key."""
        made = checkpoint_keys.rotate(actor, options["key_id"] or "")
        return Report(
            lines=[
                f"The checkpoint key {made.key_id} signs from now on. Its verifier key:",
                made.verifier,
                f"Checkpoint {made.number}, which announces it:",
                "",
                *made.note.splitlines(),
            ],
            data={"checkpoint_key": made.key_id, "verifier": made.verifier, "note": made.note},
        )
