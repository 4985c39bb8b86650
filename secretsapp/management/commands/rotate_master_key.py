"""`manage.py rotate_master_key`: everything stored, under another master key."""

from typing import Any

from django.core.management.base import CommandParser

from secretsapp.core.actor import Actor
from secretsapp.management.arguments import add_key_id
from secretsapp.management.base import ActingCommand
from secretsapp.management.output import Report
from secretsapp.operation import master_keys
from secretsapp.operation.encrypted import Kind
from secretsapp.operation.master_keys import Rotation


class Command(ActingCommand):
    """Rotates the master key."""

    help = (
        "Use a master key that was added with `add_key master`, and re-encrypt everything "
        "stored with it, all or none. Without an id, use the current first key. Drop the "
        "old key only after that."
    )

    def add_own_arguments(self, parser: CommandParser) -> None:
        """The key that is to write, and whether to try it only."""
        add_key_id(parser, is_optional=True)
        parser.add_argument(
            "--dry-run", action="store_true", help="Decrypt everything, but store nothing."
        )

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Encrypt again what is under another key."""
        dry_run: bool = options["dry_run"]
        rotation = master_keys.rotate(actor, options["key_id"] or "", dry_run=dry_run)
        done = "would be re-encrypted" if dry_run else "re-encrypted"
        counted = [
            f"{moved.reencrypted} of {moved.count} {kind}"
            for kind, moved in rotation.of.items()
            if moved.count or kind is Kind.API_KEYS
        ]
        return Report(
            lines=[f"{' and '.join(counted)} {done} with the master key {rotation.key_id}."],
            data={
                "master_key": rotation.key_id,
                "dry_run": dry_run,
                **_data(rotation),
            },
        )


def _data(rotation: Rotation) -> dict[str, int]:
    """How many there are of each kind, and how many were moved."""
    found: dict[str, int] = {}
    for kind, moved in rotation.of.items():
        name = kind.lower().replace(" ", "_")
        is_first = kind is Kind.API_KEYS
        found[name] = moved.count
        found["reencrypted" if is_first else f"{name}_reencrypted"] = moved.reencrypted
    return found
