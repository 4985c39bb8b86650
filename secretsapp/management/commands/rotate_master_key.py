"""`manage.py rotate_master_key`: everything stored, under another master key."""

from typing import Any

from django.core.management.base import CommandParser

from secretsapp.core.actor import Actor
from secretsapp.management.arguments import add_key_id
from secretsapp.management.base import ActingCommand
from secretsapp.management.output import Report
from secretsapp.operation import master_keys


class Command(ActingCommand):
    """Rotates the master key."""

    help = (
        "Use a master key that was added with `add_key master`, and re-encrypt every stored "
        "API key with it, all or none. Without an id, use the current first key. Drop the "
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
        counts = f"{rotation.reencrypted} of {rotation.api_keys} API keys"
        if rotation.channels:
            counts += f" and {rotation.channels_reencrypted} of {rotation.channels} channels"
        return Report(
            lines=[f"{counts} {done} with the master key {rotation.key_id}."],
            data={
                "api_keys": rotation.api_keys,
                "reencrypted": rotation.reencrypted,
                "channels": rotation.channels,
                "channels_reencrypted": rotation.channels_reencrypted,
                "master_key": rotation.key_id,
                "dry_run": dry_run,
            },
        )
