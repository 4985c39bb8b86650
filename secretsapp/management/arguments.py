"""Arguments that several commands take, and how their text is read."""

from argparse import ArgumentTypeError
from typing import Any

from django.core.management.base import CommandParser

from secretsapp.core import rules
from secretsapp.core.actor import Actor
from secretsapp.core.errors import InvalidInput
from secretsapp.models import Universe
from secretsapp.queries import universes

LONGEST_SECONDS = 365 * 24 * 3600


def add_universe_id(parser: CommandParser) -> None:
    """The universe that a command is about."""
    parser.add_argument(
        "universe_id", type=universe_id, metavar="UNIVERSE_ID", help="Roblox's id of the universe."
    )


def add_secret(parser: CommandParser) -> None:
    """The secret that a command is about, in its universe."""
    add_universe_id(parser)
    parser.add_argument("name", metavar="NAME", help="The name of the secret.")


def add_email(parser: CommandParser) -> None:
    """The person that a command is about."""
    parser.add_argument("email", metavar="EMAIL", help="The person's e-mail address.")


def add_scope(parser: CommandParser) -> None:
    """One universe or all of them: one of the two must be said."""
    scope = parser.add_mutually_exclusive_group(required=True)
    scope.add_argument(
        "--universe",
        type=universe_id,
        metavar="UNIVERSE_ID",
        help="The universe that the role is for.",
    )
    scope.add_argument("--all", action="store_true", help="All universes, present and to come.")


def scope_of(actor: Actor, options: dict[str, Any]) -> Universe | None:
    """The universe that `add_scope` read, or None for all; raises NotFound."""
    return None if options["all"] else universes.get(actor, options["universe"])


def universe_id(text: str) -> int:
    """The universe id in an argument."""
    try:
        return rules.parse_universe_id(text)
    except InvalidInput:
        raise ArgumentTypeError("a universe id is a whole number such as 6930499524") from None


def seconds(text: str) -> int:
    """A whole number of seconds, from none to a year."""
    if text.isascii() and text.isdigit() and len(text) <= len(str(LONGEST_SECONDS)):
        number = int(text)
        if number <= LONGEST_SECONDS:
            return number
    raise ArgumentTypeError(f"write whole seconds, from 0 to {LONGEST_SECONDS}")
