"""`manage.py export_audit`: the events of the log that match, as a file or as they come."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from secretsapp.core.actor import Actor
from secretsapp.core.errors import InvalidInput
from secretsapp.log import exporting
from secretsapp.log.export_texts import Form
from secretsapp.log.exporting import Asked, Piece
from secretsapp.log.filters import Query
from secretsapp.management import filter_options
from secretsapp.management.arguments import word
from secretsapp.management.base import ActingCommand
from secretsapp.management.ending import quietly
from secretsapp.management.output import Report
from secretsapp.management.streams import Sink, opened


class Command(ActingCommand):
    """Exports the audit log."""

    help = (
        "Print the events of the audit log that match every filter, oldest first, as CSV or as "
        "JSON with an object a line (NDJSON). The export is an event itself. docs/reference.md "
        "describes the columns."
    )

    def add_own_arguments(self, parser: CommandParser) -> None:
        """The filters, the form, and where to."""
        filter_options.add(parser)
        parser.add_argument(
            "--format",
            type=word,
            choices=[form.value for form in Form],
            default=Form.CSV.value,
            help="How to write them (default: csv).",
        )
        parser.add_argument(
            "--follow",
            action="store_true",
            help="Go on with events as they come, until interrupted. Implies --attempts.",
        )
        parser.add_argument(
            "--output", type=Path, metavar="FILE", help="Write to this new file instead."
        )

    def run(self, options: dict[str, Any]) -> None:
        """Refuse what says two things at once."""
        if options["as_json"]:
            raise InvalidInput("The events themselves are printed. Use --format ndjson for JSON.")
        super().run(options)

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Print what there is, and with --follow what comes."""
        form = Form(options["format"])
        # Nobody knows yet what comes of what is only just begun.
        query = filter_options.query(options, shows_attempts=options["follow"])
        with opened(options["output"], self.stdout, keep=options["follow"]) as sink:
            found, pieces = exporting.export(actor, Asked(query.text, query.wanted), form)
            if options["follow"]:
                with quietly():
                    sink.write_all(_texts(pieces))
                    _follow(actor, query, form, sink, found.up_to)
                return Report(lines=[])
            sink.write_all(_texts(pieces))
        where = f" to {options['output']}" if options["output"] else ""
        return Report(lines=[], notice=f"Exported {found.words}{where}.")


def _texts(pieces: Iterable[Piece]) -> Iterator[str]:
    return (piece.text for piece in pieces)


def _follow(actor: Actor, query: Query, form: Form, sink: Sink, last: int) -> None:
    while not sink.is_closed():
        last, pieces = exporting.following(actor, query.wanted, form, last)
        sink.write_all(_texts(pieces))
