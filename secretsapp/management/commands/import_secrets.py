"""`manage.py import_secrets`: many values from .env, JSON or CSV, as a batch."""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from secretsapp.batches import importing, making
from secretsapp.batches.importing import ImportRow, Preview
from secretsapp.core.actor import Actor
from secretsapp.core.errors import InvalidInput
from secretsapp.core.imports import reading
from secretsapp.core.imports.decoding import MOST_BYTES
from secretsapp.core.imports.reading import NO_HOST
from secretsapp.core.imports.rows import Form
from secretsapp.management.arguments import universe_id, universe_of, word
from secretsapp.management.base import ActingCommand
from secretsapp.management.batch_following import follow
from secretsapp.management.input import is_at_terminal
from secretsapp.management.output import Report, printable, short_time, table

STANDARD_INPUT = "-"
HEADINGS = ("LINE", "NAME", "BYTES", "UNIVERSE", "WHAT", "CHANGED", "ALLOWED HOST")
_DOES = {"create": "new", "rotate": "will be rotated"}


class Command(ActingCommand):
    """Imports secrets."""

    help = (
        "Create and rotate many secrets by a file of names and values. Prints what each row would "
        "do, and never a value; docs/import.md says how a file is read. It becomes a batch, which "
        "is followed to its end."
    )

    def add_own_arguments(self, parser: CommandParser) -> None:
        """The file, where it goes, and what is meant."""
        parser.add_argument("file", metavar="FILE", help="The file, or - for standard input.")
        parser.add_argument(
            "--universe",
            action="append",
            required=True,
            type=universe_id,
            metavar="UNIVERSE_ID",
            help="The universe that it goes into. Repeat it for several.",
        )
        parser.add_argument(
            "--domain",
            help="The allowed host of new secrets for which none is known, * for any host, or '' "
            "for no requests. Secrets that are rotated keep theirs.",
        )
        parser.add_argument(
            "--format",
            type=word,
            choices=[form.value for form in Form],
            help="How to read it (default: as it looks).",
        )
        parser.add_argument("--reason", default="", metavar="TEXT", help="Why, for the log.")
        _add_what_is_meant(parser)

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Print the preview, and make the batch once it is said to be meant."""
        content = _content(options["file"])
        read = reading.read(content, Form(options["format"]) if options["format"] else None)
        places = [universe_of(actor, each) for each in dict.fromkeys(options["universe"])]
        found = importing.preview(actor, reading=read, universes=places)
        if options["dry_run"]:
            return Report(list(_lines(found)), _data(found))
        for line in _lines(found):
            self.stderr.write(printable(line))
        wanted = importing.choose(
            found,
            numbers={row.number for row in _taken(found, options)},
            hosts={row.number: row.proposed_as_typed for row in found.rows},
            host=NO_HOST if options["domain"] == "" else options["domain"] or "",
        )
        self._ask(len(wanted), options)
        return follow(self, actor, making.make(actor, wanted=wanted, reason=options["reason"]))

    def _ask(self, changes: int, options: dict[str, Any]) -> None:
        """Ask whether it is meant, where someone is there to answer."""
        if options["yes"] or not is_at_terminal():
            return
        self.stderr.write(f"Send {changes:,} changes? Type yes: ", ending="")
        self.stderr.flush()
        if sys.stdin.readline().strip().lower() != "yes":
            raise CommandError("Nothing was sent.")


def _add_what_is_meant(parser: CommandParser) -> None:
    parser.add_argument(
        "--exactly",
        action="store_true",
        help="Import rows that are asked about as they are, even if they look unintended.",
    )
    parser.add_argument(
        "--skip",
        action="store_true",
        help="Leave out the rows that are refused or asked about. Without this they stop all.",
    )
    parser.add_argument("--dry-run", action="store_true", help="Only print what it would do.")
    parser.add_argument("--yes", action="store_true", help="Don't ask on a terminal.")


def _content(file: str) -> bytes:
    """As much of the file as can be one; raises InvalidInput where it can't be read."""
    try:
        if file == STANDARD_INPUT:
            return _piped()
        with Path(file).open("rb") as opened:
            return opened.read(MOST_BYTES + 1)
    except OSError as problem:
        said = problem.strerror or type(problem).__name__
        raise InvalidInput(f"Nothing was read: {file} can't be opened ({said}).") from None


def _piped() -> bytes:
    if sys.stdin is None or is_at_terminal():
        raise InvalidInput("Nothing was read: pipe the file in, or name it.")
    return sys.stdin.buffer.read(MOST_BYTES + 1)


def _taken(found: Preview, options: dict[str, Any]) -> list[ImportRow]:
    """The rows that are imported; raises CommandError where others stop all."""
    taken = [row for row in found.rows if row.is_clear or (options["exactly"] and _is_asked(row))]
    left = len(found.rows) - len(taken)
    if left and not options["skip"]:
        raise CommandError(
            f"Nothing was sent: {left} of {len(found.rows)} rows are refused or asked about. Fix "
            "them, add --skip to leave them out, or --exactly if what is asked about is meant."
        )
    return taken


def _is_asked(row: ImportRow) -> bool:
    """Whether it can be imported if it is meant; of several values no one can be meant so."""
    return bool(row.possible) and not row.row.rivals


def _lines(found: Preview) -> Iterator[str]:
    yield from found.notes
    yield from table(HEADINGS, [cells for row in found.rows for cells in _cells(row)])
    for row in found.rows:
        for sentence in _sentences(row):
            yield f"Line {row.row.line}: {sentence}"


def _cells(row: ImportRow) -> Iterator[Sequence[str]]:
    begin = (str(row.row.line), row.row.shown_name or "–", str(row.length) if row.length else "–")
    if row.row.fault:
        yield (*begin, "–", "refused", "–", "–")
    for outcome in row.outcomes:
        for universe, changed in outcome.places:
            does = "refused" if outcome.refused else _DOES[outcome.kind]
            if outcome.needs_approval and not outcome.refused:
                does = f"{does}, as a proposal"
            is_new = outcome.kind == "create" and not outcome.refused
            host = row.proposed_as_typed or "to be chosen" if is_new else "–"
            yield (*begin, universe.name, does, short_time(changed), host)


def _sentences(row: ImportRow) -> Iterator[str]:
    if row.row.fault:
        yield row.row.fault
    yield from dict.fromkeys(outcome.refused for outcome in row.outcomes if outcome.refused)
    if row.row.rivals:
        yield (
            f"line {', '.join(map(str, row.row.rivals))} has the same name with another value. "
            "Remove one of them."
        )
    yield from (*row.doubts, *row.notes)


def _data(found: Preview) -> dict[str, Any]:
    return {"notes": list(found.notes), "rows": [_data_of(row) for row in found.rows]}


def _data_of(row: ImportRow) -> dict[str, Any]:
    return {
        "line": row.row.line,
        "name": row.row.shown_name,
        "bytes": row.length,
        "fault": row.row.fault,
        "asked": row.doubts,
        "notes": row.notes,
        "rivals": list(row.row.rivals),
        "allowed_host": row.proposed,
        "outcomes": [
            {
                "universe": universe.pk,
                "kind": str(outcome.kind),
                "refused": outcome.refused,
                "proposal": outcome.needs_approval,
            }
            for outcome in row.outcomes
            for universe, _ in outcome.places
        ],
    }
