"""What people can do as a table, as JSON, or as comma-separated text."""

from collections.abc import Iterable
from typing import Any

from django.core.management.base import CommandParser

from secretsapp.access.exporting import Source
from secretsapp.management.output import Report, exact_time, short_time, table

_HEADINGS = ("PERSON", "UNIVERSE", "ROLE", "NAMES", "EXPIRES (UTC)", "WHERE", "TEAM", "GRANTED BY")


def add_csv(parser: CommandParser) -> None:
    """That it is exported, which is logged."""
    parser.add_argument(
        "--csv",
        action="store_true",
        help="Print it as comma-separated text with exact times, and log that it was exported.",
    )


def report_of(sources: Iterable[Source], nothing: str) -> Report:
    """The rows for people and for scripts; a sentence where there are none."""
    found = list(sources)
    lines = table(_HEADINGS, [_row(each) for each in found]) if found else [nothing]
    return Report(lines=lines, data={"access": [_data(each) for each in found]})


def _row(source: Source) -> tuple[str, ...]:
    return (
        source.person,
        source.universe,
        source.role,
        source.names,
        short_time(source.until) if source.until else "never",
        source.where,
        source.through or "–",
        source.given_by,
    )


def _data(source: Source) -> dict[str, Any]:
    times = {"until": exact_time(source.until), "given_at": exact_time(source.given_at)}
    return vars(source) | times
