"""`manage.py make_checkpoint`: a signed note of how many events the audit log has, and its root."""

from typing import Any

from django.core.management.base import CommandParser

from secretsapp.core.actor import Actor
from secretsapp.log import checkpoints, cosigned, proving
from secretsapp.management.archive_option import add_archive, from_archive
from secretsapp.management.arguments import size
from secretsapp.management.base import ActingCommand
from secretsapp.management.output import Report


class Command(ActingCommand):
    """Makes a checkpoint of the audit log."""

    help = (
        "Verify what is new in the audit log, sign a checkpoint of all of it and print that: a "
        "signed note that other tools verify too (docs/audit.md). Where nothing happened since "
        "the newest one, print that again."
    )

    def add_own_arguments(self, parser: CommandParser) -> None:
        """What to print in place of a new checkpoint."""
        instead = parser.add_mutually_exclusive_group()
        instead.add_argument(
            "--key",
            action="store_true",
            help="Only print the key that verifies the newest checkpoint.",
        )
        instead.add_argument(
            "--consistency",
            type=size,
            metavar="OLD_SIZE",
            help="Only print the hashes that prove the newest checkpoint to continue the log that "
            "had so many events.",
        )
        add_archive(parser)

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Make it, or print what was asked for instead."""
        if options["consistency"] is not None:
            old_size = options["consistency"]
            beside = from_archive(options["archive"], old_size)
            hashes = proving.consistency(actor, old_size, beside)
            return Report(lines=hashes, data={"hashes": hashes})
        found = proving.newest(actor) if options["key"] else checkpoints.make(actor)
        note = cosigned.note(found)
        return Report(
            lines=[found.verifier] if options["key"] else note.splitlines(),
            data={
                "number": found.number,
                "size": found.size,
                "root": found.root,
                "note": note,
                "verifier": found.verifier,
            },
        )
