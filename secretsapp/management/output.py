"""What a command has to say: lines for people, and the same as JSON for scripts."""

import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, OutputWrapper

from secretsapp.core.errors import OutcomeUnknown
from secretsapp.core.plaintext import Plaintext
from secretsapp.models import AccessRequest, Change, Place

if TYPE_CHECKING:
    from secretsapp.api_keys.key_ends import KeyEnd

COLUMN_GAP = "  "


@dataclass(frozen=True)
class Report:
    """The result of a command: `lines` are for people, `data` for scripts.

    `notice` is a sentence about the result that does not belong to it; it goes to standard error.
    """

    lines: Sequence[str]
    data: Mapping[str, Any] = field(default_factory=dict)
    notice: str = ""


def printable(text: str) -> str:
    """The text without anything that could steer a terminal: names come from elsewhere too."""
    return "".join(character if character.isprintable() else "?" for character in text)


class Patient(OutputWrapper):
    """Standard output or error, whose reader may have gone, as `head` does.

    What a command is doing is to be finished all the same.
    """

    def write(  # type: ignore[override]  # as in the class above
        self,
        msg: str = "",
        style_func: Callable[[str], str] | None = None,
        ending: str | None = None,
    ) -> None:
        """Write as Django does, or let it go."""
        with suppress(BrokenPipeError):
            super().write(msg, style_func, ending)

    def flush(self) -> None:
        """Hand on what was written, or let it go."""
        with suppress(BrokenPipeError):
            super().flush()


def hand_on_output() -> None:
    """Hand on what was printed, and drop what no one reads any more.

    Otherwise Python would do the first when it ends, and complain of the second.
    """
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BrokenPipeError:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, stream.fileno())
            os.close(nowhere)


def table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Lines of columns that are as wide as their widest cell."""
    cells = [headings, *rows]
    widths = [max(len(row[column]) for row in cells) for column in range(len(headings))]
    return [_line(row, widths) for row in cells]


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    padded = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
    return COLUMN_GAP.join(padded).rstrip()


def short_time(time: datetime | None) -> str:
    """A time in UTC to the minute, or a dash where there is none."""
    return f"{time.astimezone(UTC):%Y-%m-%d %H:%M}" if time else "–"


def exact_time(time: datetime | None) -> str | None:
    """A time for scripts: ISO 8601 in UTC, or None where there is none."""
    return time.astimezone(UTC).isoformat() if time else None


def change_report(
    change: Change, sentence: str, notice: str = "", shown: Plaintext | None = None
) -> Report:
    """What became of a change to a secret, and what there is to know of it all the same.

    `shown` is a generated value that the person wants to see, which is printed here alone.
    """
    value = {} if shown is None else {"value": shown.expose().decode("ascii")}
    return Report(
        lines=[sentence, *value.values()],
        notice=notice,
        data={
            "change": str(change.pk),
            "kind": str(change.kind),
            "universe": change.universe_id,
            "name": change.name,
            "domain": change.domain,
            "state": str(change.state),
            **value,
        },
    )


@contextmanager
def showing_anyway(
    command: BaseCommand, value: Plaintext, options: Mapping[str, Any]
) -> Iterator[None]:
    """Print a generated value that is to be shown although it isn't known whether it was saved.

    Someone may need it: if Roblox took it, no one could find out what it is.
    """
    try:
        yield
    except OutcomeUnknown:
        if options["show"]:
            shown = value.expose().decode("ascii")
            told = json.dumps({"value": shown, "state": "unknown"}) if options["as_json"] else shown
            command.stdout.write(told)
        raise


def renewal(end: "KeyEnd") -> str:
    """What to do about an API key that expires soon or has expired; empty where there is time."""
    return f"{end.to_do}: `manage.py replace_api_key`." if end.to_do else ""


def settled_line(change: Change) -> str:
    """What was found out about a change whose outcome was open."""
    reason = f" ({change.reason})" if change.reason else ""
    return f"{change.kind} {change.name} in {change.universe.name}: {change.state}{reason}"


def place_data(place: Place) -> dict[str, Any]:
    """Where a grant holds, for JSON: the universe's id, or what others lie in; else nothing."""
    data: dict[str, Any] = {"universe": place.universe_id}
    if place.environment:
        data["environment"] = place.environment
    if place.owner:
        data["owner"] = place.owner
    return data


def request_data(request: AccessRequest) -> dict[str, Any]:
    """A request for access, for JSON."""
    return {
        "id": str(request.pk),
        "email": request.person.email,
        "role": request.role,
        **place_data(request.place),
        "patterns": [name for name in request.names.split(", ") if name],
        "hours": request.hours,
        "reason": request.reason,
        "state": "lapsed" if request.has_lapsed else request.state,
        "made_at": exact_time(request.made_at),
    }
