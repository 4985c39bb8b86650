"""`manage.py restore`: the installation anew, from a backup, in an empty database."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from secretsapp.core.actor import Actor
from secretsapp.management.base import ActingCommand
from secretsapp.management.output import Report
from secretsapp.queries import chain
from secretsapp.services import backups
from secretsapp.services.backups import Restored

_AFTERWARDS = (
    "Everybody has to sign in again. Start Sealroom; its worker finds out what became of changes "
    "that were open."
)


class Command(ActingCommand):
    """Restores a backup."""

    help = (
        "Put a backup into an empty database and check it: the keys must open it, and its audit "
        "log must verify. Put the keys in place first. All sessions, one-time codes and password "
        "links of the copy end. Never let it run beside the installation that it was copied from: "
        "the two logs begin alike and then differ, and no anchor tells which is the true one."
    )

    # There is no installation yet.
    only_when_ready = False

    def add_own_arguments(self, parser: CommandParser) -> None:
        """What to restore, and what to hold its log against."""
        parser.add_argument(
            "file", type=Path, nargs="?", metavar="FILE", help="The file that `backup` wrote."
        )
        parser.add_argument(
            "--loaded",
            action="store_true",
            help="The copy is in the database already, put there by pg_restore: do the rest.",
        )
        parser.add_argument(
            "--anchor",
            metavar="SEQ:LINK",
            help="An anchor noted before the backup was made, or printed by `backup`.",
        )

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Restore, and name the anchor of the log as it goes on from here."""
        given = options["anchor"]
        anchor = None if given is None else chain.parse_anchor(given)
        if (options["file"] is None) is not options["loaded"]:
            raise CommandError("Name the file of the backup, or say --loaded.", returncode=2)
        if options["loaded"]:
            return _report(backups.adopt(actor, anchor))
        return _report(backups.restore(actor, options["file"].absolute(), anchor))


def _report(restored: Restored) -> Report:
    contents = restored.contents
    return Report(
        lines=[
            f"Restored {contents.events} events; the audit log is whole.",
            f"Anchor of the backup: {contents.anchor}",
            f"Anchor now: {restored.head}",
            _AFTERWARDS,
        ],
        data={
            "events": contents.events,
            "backup_anchor": contents.anchor,
            "anchor": restored.head,
        },
    )
