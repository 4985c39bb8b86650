"""`manage.py restore`: the installation again, from a backup, in an empty database."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from secretsapp.core.actor import Actor
from secretsapp.log import verifying
from secretsapp.management.base import ActingCommand
from secretsapp.management.ending import in_order
from secretsapp.management.output import Report
from secretsapp.operation import backups
from secretsapp.operation.backups import Restored
from secretsapp.operation.copies import files

_NOT_PROVEN = (
    "This doesn't cover accounts, rights and passwords: they are as in the backup, so access "
    "that was revoked since then is back."
)
_AFTERWARDS = (
    "Everyone must sign in again. Start Sealroom; its worker finds out the outcome of open changes."
)


class Command(ActingCommand):
    """Restores a backup."""

    help = (
        "Restore a backup into an empty database and check it: the keys must decrypt it, and "
        "its audit log must verify. A backup is a program: only restore a file you trust, "
        "and give its SHA-256. On PostgreSQL a changed file can do everything the database "
        "user can, before anything is checked. Put the keys in place first. All sessions, "
        "one-time codes and password links of the copy end. Never run it beside the "
        "installation it was copied from: the two logs start the same and then differ, and "
        "no anchor shows which one is real."
    )

    # There is no installation yet.
    only_when_ready = False

    def add_own_arguments(self, parser: CommandParser) -> None:
        """What to restore, and what to hold its log against."""
        parser.add_argument(
            "file", type=Path, nargs="?", metavar="FILE", help="The file that `backup` created."
        )
        parser.add_argument(
            "--loaded",
            action="store_true",
            help="You have already loaded the copy with pg_restore: do the rest. Needs --anchor.",
        )
        parser.add_argument(
            "--anchor",
            metavar="SEQ:LINK",
            help="An anchor noted before the backup, or printed by `backup`.",
        )
        parser.add_argument(
            "--sha256",
            metavar="HEX",
            help="The SHA-256 that `backup` printed: a file with another one is refused "
            "before it is used.",
        )

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Restore, and name the anchor of the log as it goes on from here."""
        anchor = None if options["anchor"] is None else verifying.parse_anchor(options["anchor"])
        sha256 = None if options["sha256"] is None else files.parse_sha256(options["sha256"])
        if (options["file"] is None) is not options["loaded"]:
            raise CommandError("Give the backup file, or --loaded.", returncode=2)
        with in_order():
            if options["file"]:
                file = options["file"].absolute()
                return _report(backups.restore(actor, file, anchor, sha256))
            if anchor is None or sha256 is not None:
                raise CommandError("With --loaded, give --anchor but not --sha256.", returncode=2)
            return _report(backups.adopt(actor, anchor))


def _report(restored: Restored) -> Report:
    contents = restored.contents
    return Report(
        lines=[
            f"Restored {contents.events} events; the audit log is intact.",
            _NOT_PROVEN,
            f"Active admins now: {', '.join(restored.admins) or 'no one'}",
            f"Anchor of the backup: {contents.anchor}",
            f"Anchor now: {restored.head}",
            _AFTERWARDS,
        ],
        data={
            "events": contents.events,
            "backup_anchor": contents.anchor,
            "anchor": restored.head,
            "admins": list(restored.admins),
        },
    )
