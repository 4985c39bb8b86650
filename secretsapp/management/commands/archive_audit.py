"""`manage.py archive_audit`: moves old events of the audit log to a file."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from secretsapp.core.actor import Actor
from secretsapp.log import archive_planning
from secretsapp.management.base import ActingCommand
from secretsapp.management.ending import in_order
from secretsapp.management.output import Report
from secretsapp.operation.archives import making

_KEEP = (
    "Keep this file, and a copy of it in another place: these events are nowhere else but in "
    "backups. Keep the audit keys too, as long as the file: they verify it."
)


class Command(ActingCommand):
    """Makes an archive of the audit log."""

    help = (
        "Move the events before a day from the audit log to a new file: a signed, compressed "
        "archive. It is read back and verified before any event is deleted. Events of the last "
        "30 days stay, and so does what is still open. `verify_audit --archive FILE` verifies it."
    )

    def add_own_arguments(self, parser: CommandParser) -> None:
        """How far, why, and where to."""
        parser.add_argument("file", type=Path, metavar="FILE", help="The new file.")
        parser.add_argument(
            "--before",
            required=True,
            metavar="DATE",
            help="Archive events before this day (UTC), such as 2026-01-31.",
        )
        parser.add_argument("--reason", required=True, help="Why; the log keeps the reason.")

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Make the archive, and say what it holds."""
        before = archive_planning.parse_day(options["before"])
        with in_order():
            path = options["file"].absolute()
            made = making.make(actor, before, path, reason=options["reason"])
        head = made.head
        return Report(
            lines=[
                f"Archived events {head.first} to {head.last}: {made.path}, {made.size} bytes.",
                f"SHA-256: {made.sha256}",
                _KEEP,
            ],
            data={
                "file": str(made.path),
                "bytes": made.size,
                "sha256": made.sha256,
                "number": head.number,
                "first": head.first,
                "last": head.last,
            },
        )
