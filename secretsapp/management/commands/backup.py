"""`manage.py backup`: a consistent copy of the database in one file, without the keys."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from secretsapp.core.actor import Actor
from secretsapp.management.base import ActingCommand
from secretsapp.management.ending import in_order
from secretsapp.management.output import Report
from secretsapp.operation import backups
from secretsapp.operation.backups import Backup
from secretsapp.rules import keys
from secretsapp.rules.keys import Ring

_WITHOUT_KEYS = (
    "The backup is useless without these keys, which are not in it. Keep a copy of them in "
    "another place:"
)


class Command(ActingCommand):
    """Makes a backup."""

    help = (
        "Copy the database, as it is at one moment, to a new file while everyone keeps "
        "working. On SQLite the file is a database, on PostgreSQL a pg_dump archive. The "
        "keys are not in it: keep a copy of them in another place than this file, because "
        "together they decrypt every API key. Note the SHA-256 and the anchor elsewhere too: "
        "they show whether someone has changed this file. Sessions, codes and links are left "
        "out."
    )

    def add_own_arguments(self, parser: CommandParser) -> None:
        """Where to."""
        parser.add_argument("file", type=Path, metavar="FILE", help="The new file.")

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Make the copy, and say which keys it needs."""
        with in_order():
            backup = backups.make(actor, options["file"].absolute())
        contents = backup.contents
        return Report(
            lines=[
                f"Created {backup.path}: {backup.size} bytes, {contents.events} events.",
                f"Anchor: {contents.anchor}",
                f"SHA-256: {backup.sha256}",
                _WITHOUT_KEYS,
                *_needed(Ring.MASTER, contents.master_keys),
                *_needed(Ring.AUDIT, contents.audit_keys),
            ],
            data=_data(backup),
        )


def _needed(ring: Ring, key_ids: tuple[str, ...]) -> list[str]:
    return [f"  {ring.word} key {key_id}, now in {keys.source_of(ring)}" for key_id in key_ids]


def _data(backup: Backup) -> dict[str, Any]:
    return {
        "file": str(backup.path),
        "bytes": backup.size,
        "sha256": backup.sha256,
        "events": backup.contents.events,
        "anchor": backup.contents.anchor,
        "master_keys": list(backup.contents.master_keys),
        "audit_keys": list(backup.contents.audit_keys),
    }
