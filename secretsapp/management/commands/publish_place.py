"""`manage.py publish_place`: a place file becomes a new version of a place."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from secretsapp.core import place_files
from secretsapp.core.actor import Actor
from secretsapp.core.errors import OutcomeUnknown
from secretsapp.core.place_files import PlaceFile
from secretsapp.management.arguments import add_universe_id, universe_of
from secretsapp.management.base import ActingCommand
from secretsapp.management.output import Report
from secretsapp.models import Publication
from secretsapp.models.servers import PublicationState
from secretsapp.servers import publishing


class Command(ActingCommand):
    """Publishes a place."""

    help = (
        "Send a place file that Studio saved, .rbxl or .rbxlx with at most 10 MiB, as a new "
        "version of a place. Servers that run keep their version until they restart."
    )

    def add_own_arguments(self, parser: CommandParser) -> None:
        """Which place, which file, what becomes of it, and that it is meant."""
        add_universe_id(parser)
        parser.add_argument("place_id", type=int, metavar="PLACE_ID", help="The ID of the place.")
        parser.add_argument("file", metavar="FILE", help="The place file.")
        parser.add_argument(
            "--saved",
            action="store_true",
            help="Only save the version; players don't get it (default: publish it).",
        )
        parser.add_argument("--yes", action="store_true", help="Confirm it.")

    def act(self, actor: Actor, options: dict[str, Any]) -> Report:
        """Send it, once it is said to be meant."""
        universe = universe_of(actor, options["universe_id"])
        publishing.check_may(actor, universe)
        publishing.refuse_protected(universe)
        file, is_published = _read(options["file"]), not options["saved"]
        if not options["yes"]:
            what = "would be published to players" if is_published else "would be saved"
            raise CommandError(
                f"Nothing was sent. {file.size:,} bytes {what} as place {options['place_id']} of "
                f"{universe.name}. Add --yes to confirm."
            )
        row = publishing.publish(
            actor, universe, place_id=options["place_id"], file=file, is_published=is_published
        )
        return _report(row)


def _read(path: str) -> PlaceFile:
    """The file, if it is one that can be sent; of one that is too large only a part is read."""
    try:
        with Path(path).open("rb") as opened:
            return place_files.read(opened.read(place_files.MOST_BYTES + 1))
    except (OSError, ValueError) as problem:
        said = getattr(problem, "strerror", None) or type(problem).__name__
        raise CommandError(f"Nothing was sent: {path} can't be opened ({said}).") from None


def _report(row: Publication) -> Report:
    if row.state != PublicationState.SUCCEEDED:
        raise OutcomeUnknown(
            "The version was sent, but no usable answer came back, so the outcome is unknown. "
            "Look at the place's version history before you send it again."
        )
    number = "" if row.version is None else f" {row.version}"
    deed = "Published" if row.is_published else "Saved"
    return Report(
        lines=[f"{deed} version{number} of place {row.place_id} of {row.universe.name}."],
        data={"publication": str(row.pk), "place": row.place_id, "version": row.version},
    )
