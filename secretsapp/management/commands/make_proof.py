"""`manage.py make_proof`: the proof that one event is in the log, for other people's tools."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from secretsapp.core.actor import Actor
from secretsapp.log import proving
from secretsapp.management.archive_option import add_archive, from_archive
from secretsapp.management.arguments import size
from secretsapp.management.base import ActingCommand
from secretsapp.management.output import Report


class Command(ActingCommand):
    """Proves that an event is in the audit log."""

    help = (
        "Write the proof that an event is in the audit log (a .tlog-proof) and the entry that it "
        "is about: 32 bytes, the event's content hash. docs/audit.md says how others verify them."
    )

    def add_own_arguments(self, parser: CommandParser) -> None:
        """The event, and the two files."""
        parser.add_argument("sequence", type=size, metavar="SEQUENCE", help="The event's number.")
        add_archive(parser)
        parser.add_argument("--proof", type=Path, required=True, help="The new file for the proof.")
        parser.add_argument("--entry", type=Path, required=True, help="The new file for the entry.")

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Make both files."""
        number = options["sequence"]
        found = proving.inclusion(actor, number, from_archive(options["archive"], number))
        proof, entry = options["proof"], options["entry"]
        _write(proof, found.text.encode())
        try:
            _write(entry, found.entry)
        except CommandError:
            proof.unlink()
            raise
        return Report(
            lines=[f"Wrote {proof} and {entry}."], data={"proof": str(proof), "entry": str(entry)}
        )


def _write(path: Path, content: bytes) -> None:
    try:
        with path.open("xb") as opened:
            opened.write(content)
    except OSError as error:
        raise CommandError(f"{path} can't be written: {error.strerror}.") from None
