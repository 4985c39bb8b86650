"""The option that names an archive, for what is to be proved of an event that is in it."""

from pathlib import Path

from django.core.management.base import CommandParser

from secretsapp.operation.archives import reading
from secretsapp.operation.archives.reading import Events


def add_archive(parser: CommandParser) -> None:
    """The archive with the event, where it is in one."""
    parser.add_argument(
        "--archive", type=Path, metavar="FILE", help="The archive that has the event, if one has."
    )


def from_archive(path: Path | None, sequence: int) -> Events:
    """The events that a proof of that one needs from the archive, which is checked as a whole."""
    return () if path is None else reading.beside(path, sequence)
