"""`manage.py rotate_master_key`: everything stored, under the master key that is first now."""

from typing import Any

from django.core.management.base import CommandParser

from secretsapp.core.actor import Actor
from secretsapp.management.base import ActingCommand
from secretsapp.management.output import Report
from secretsapp.services import master_keys


class Command(ActingCommand):
    """Rotates the master key."""

    help = (
        "Encrypt every stored API key under the first of MASTER_KEYS, all or none. Put the new "
        "key in front, restart, run this, and drop the old key only afterwards."
    )

    def add_own_arguments(self, parser: CommandParser) -> None:
        """Whether to try it only."""
        parser.add_argument(
            "--dry-run", action="store_true", help="Open everything, and store nothing."
        )

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Encrypt again what is under another key."""
        dry_run: bool = options["dry_run"]
        rotation = master_keys.rotate(actor, dry_run=dry_run)
        done = "would be encrypted again" if dry_run else "encrypted again"
        counts = f"{rotation.reencrypted} of {rotation.api_keys} API keys"
        return Report(
            lines=[f"{counts} {done} under the master key {rotation.key_id}."],
            data={
                "api_keys": rotation.api_keys,
                "reencrypted": rotation.reencrypted,
                "master_key": rotation.key_id,
                "dry_run": dry_run,
            },
        )
