"""`manage.py make_evidence`: chosen events of the audit log with their proofs, in one file."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from secretsapp.core.actor import Actor
from secretsapp.log import choosing, evidence
from secretsapp.management import filter_options
from secretsapp.management.base import ActingCommand
from secretsapp.management.output import Report
from secretsapp.management.streams import opened


class Command(ActingCommand):
    """Makes an evidence bundle."""

    help = (
        "Write an evidence bundle: the events that match, and the proofs that they are in the log, "
        f"by a new checkpoint. At most {choosing.MOST:,} events. Anyone can check it with "
        "`verify_evidence.py`, which needs nothing else of Sealroom."
    )

    def add_own_arguments(self, parser: CommandParser) -> None:
        """The file, and the filters of the log's page."""
        parser.add_argument("file", type=Path, metavar="FILE", help="The new file.")
        filter_options.add(parser)

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Make the file first, so that nothing is logged that was not kept."""
        found, path = filter_options.query(options), options["file"]
        choosing.choose(actor, found.wanted)
        with opened(path, self.stdout, keep=False) as file:
            made = evidence.make(actor, found.wanted, found.text)
            file.write_all([made.content.decode()])
        number, plural = made.checkpoint.number, "" if made.count == 1 else "s"
        said = f"Wrote {path}: {made.count} event{plural}, proved by checkpoint {number}."
        data = {"file": str(path), "events": made.count, "checkpoint": number}
        return Report(lines=[said], data=data | {"verifier": made.checkpoint.verifier})
