"""`manage.py make_evidence`: chosen events of the audit log with their proofs, in one file."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from secretsapp.core.actor import Actor
from secretsapp.log import choosing, evidence
from secretsapp.log.evidence import Evidence
from secretsapp.management import filter_options
from secretsapp.management.base import ActingCommand
from secretsapp.management.output import Report
from secretsapp.management.streams import opened
from secretsapp.operation.archives import choosing as archives


class Command(ActingCommand):
    """Makes an evidence bundle."""

    help = (
        "Write an evidence bundle: the events that match, and the proofs that they are in the log, "
        f"by a new checkpoint. At most {choosing.MOST:,} events. Anyone can check it with "
        "`verify_evidence.py`, which needs nothing else of Sealroom."
    )

    def add_own_arguments(self, parser: CommandParser) -> None:
        """The file, the archive if one is meant, and the filters of the log's page."""
        parser.add_argument("file", type=Path, metavar="FILE", help="The new file.")
        parser.add_argument(
            "--archive",
            type=Path,
            metavar="FILE",
            help="Choose among the events of this archive too, started actions included.",
        )
        filter_options.add(parser)

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Make the file first, so that nothing is logged that was not kept."""
        path, make = options["file"], _making(actor, options)
        with opened(path, self.stdout, keep=False) as file:
            made = make()
            file.write_all([made.content.decode()])
        number, plural = made.checkpoint.number, "" if made.count == 1 else "s"
        said = f"Wrote {path}: {made.count} event{plural}, proved by checkpoint {number}."
        data = {"file": str(path), "events": made.count, "checkpoint": number}
        return Report(lines=[said], data=data | {"verifier": made.checkpoint.verifier})


def _making(actor: Actor, options: dict[str, Any]) -> Callable[[], Evidence]:
    """What makes the evidence, once it is clear that there are events for it."""
    archive = options["archive"]
    found = filter_options.query(options, shows_attempts=archive is not None)
    if archive is None:
        choosing.choose(actor, found.wanted)
        return partial(evidence.make, actor, found.wanted, found.text)
    chosen = archives.choose(actor, archive, found.wanted)
    return partial(evidence.make_of_archived, actor, chosen, found.text)
