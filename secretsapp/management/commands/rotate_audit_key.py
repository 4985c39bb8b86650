"""`manage.py rotate_audit_key`: the audit log goes on under another key."""

from typing import Any

from django.core.management.base import CommandParser

from secretsapp.core.actor import Actor
from secretsapp.management.arguments import add_key_id
from secretsapp.management.base import ActingCommand
from secretsapp.management.output import Report
from secretsapp.operation import audit_keys


class Command(ActingCommand):
    """Rotates the audit key."""

    help = (
        "Use an audit key that was added with `add_key audit` for every event from now on, "
        "record that, and print an anchor to note elsewhere. Earlier events still need their "
        "keys, so keep those too."
    )

    def add_own_arguments(self, parser: CommandParser) -> None:
        """The key that is to write."""
        add_key_id(parser, is_optional=True)

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Rotate, and name the anchor."""
        rotation = audit_keys.rotate(actor, options["key_id"] or "")
        anchor = f"{rotation.sequence}:{rotation.link}"
        return Report(
            lines=[
                f"The audit key {rotation.key_id} authenticates events from now on.",
                "Keep the earlier keys: their events need them.",
                f"Anchor: {anchor}",
                "Note the anchor outside this database: it proves every event before it.",
            ],
            data={"audit_key": rotation.key_id, "sequence": rotation.sequence, "anchor": anchor},
        )
