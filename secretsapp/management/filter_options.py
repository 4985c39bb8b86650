"""The filters of the audit log as options: each is named as in an address, and reads the same."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from django.core.management.base import CommandParser

from secretsapp.log import filters
from secretsapp.log.filters import Query

ON = "on"
# How the options are told in `--help`, in the order of an address.
HELP: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "q": ("WORDS", "Words that the event begins with each, of those that pages search."),
        "universe": ("UNIVERSE_ID", "The universe, also one that was removed."),
        "environment": ("NAME", "The environment of the universe, or `none`."),
        "person": ("EMAIL", "Who did it: an address, part of a name, `command` or `system`."),
        "about": ("EMAIL", "To whom it was done: an address, or part of a name."),
        "door": ("DOOR", "How they came in: browser, shell or worker."),
        "address": ("ADDRESS", "The IP address, or its beginning and a star."),
        "secret": ("NAME", "The secret, or the beginning of its name and a star."),
        "event": ("TAG", "The event, or the beginning of its tag, such as secret.rotate."),
        "result": ("RESULT", "The result, such as succeeded, failed, refused or unknown."),
        "since": ("TIME", "The time: 1h, 24h, 7d, 30d or today."),
        "from": ("DAY", "The first day, such as 2026-12-03, also with a clock time."),
        "to": ("DAY", "The last day."),
        "zone": ("ZONE", "Whose days these are, such as Europe/Berlin; else UTC."),
        "change": ("ID", "The id of a change, of which all events are found."),
        "session": ("ID", "The id of a session in a browser, as its events have it."),
        "request": ("ID", "The id of a request, or of one run of a command."),
    }
)


def add(parser: CommandParser) -> None:
    """Add an option for each filter."""
    group = parser.add_argument_group("filters", "Without one, all events are meant.")
    for name, (metavar, words) in HELP.items():
        group.add_argument(f"--{name}", dest=_key(name), default="", metavar=metavar, help=words)
    group.add_argument(
        "--attempts",
        dest=_key("attempts"),
        action="store_const",
        const=ON,
        default="",
        help="Also started actions that have an outcome.",
    )


def query(options: Mapping[str, Any], *, shows_attempts: bool = False) -> Query:
    """What the options look for; raises InvalidInput.

    With `shows_attempts` started actions are among it, whatever the options say.
    """
    asked = {name: options[_key(name)] for name in filters.NAMES}
    return filters.parse(asked | ({"attempts": ON} if shows_attempts else {}))


def _key(name: str) -> str:
    """Apart from what commands call their own options."""
    return f"filter_{name}"
