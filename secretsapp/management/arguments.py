"""Arguments that several commands take, and how their text is read."""

from argparse import ArgumentTypeError
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.base import CommandError, CommandParser

from secretsapp.access.terms import Terms, Where
from secretsapp.core import input_rules
from secretsapp.core.actor import Actor
from secretsapp.core.errors import DoubtfulKey, InvalidInput, NotFound
from secretsapp.core.keyring import KEY_ID_BYTES
from secretsapp.core.roles import Role
from secretsapp.core.times import parse_end
from secretsapp.models import Place, Universe
from secretsapp.models.universes import Environment
from secretsapp.rules.keys import Ring
from secretsapp.universes import loading

LONGEST_SECONDS = 365 * 24 * 3600
LONGEST_NUMBER = 6
LONGEST_SIZE = 19


def add_universe_id(parser: CommandParser) -> None:
    """The universe that a command is about."""
    parser.add_argument(
        "universe_id", type=universe_id, metavar="UNIVERSE_ID", help="Roblox's id of the universe."
    )


def add_secret(parser: CommandParser) -> None:
    """The secret that a command is about, in its universe."""
    add_universe_id(parser)
    parser.add_argument("name", type=str.strip, metavar="NAME", help="The name of the secret.")


def add_secrets(parser: CommandParser) -> None:
    """The secrets that a command is about, one at least, in their universe."""
    add_universe_id(parser)
    parser.add_argument(
        "names", nargs="+", type=str.strip, metavar="NAME", help="The names of the secrets."
    )


def add_exactly(parser: CommandParser) -> None:
    """The word that a value which looks unintended is meant."""
    parser.add_argument(
        "--exactly",
        action="store_true",
        help="Send the value exactly as it is, even if it looks unintended.",
    )


def add_unchecked(parser: CommandParser) -> None:
    """That an API key is meant, whatever Roblox says of it."""
    parser.add_argument(
        "--unchecked",
        action="store_true",
        help="Save the key even if Roblox doesn't know it, or says that it is disabled or expired. "
        "A key that universes use must be able to read them all the same.",
    )


@contextmanager
def proposing_unchecked() -> Iterator[None]:
    """Where Roblox says that a key is no good, say how to save it anyway."""
    try:
        yield
    except DoubtfulKey as refusal:
        raise CommandError(f"{refusal} Add --unchecked to save it anyway.") from None


def add_generating(parser: CommandParser) -> None:
    """The wish that the value is made here instead of being read."""
    # Few commands make a value.
    from secretsapp.core.generating import LONGEST, SHORTEST, Alphabet  # noqa: PLC0415

    words = [alphabet.word for alphabet in Alphabet]
    parser.add_argument(
        "--generate",
        type=whole,
        metavar="LENGTH",
        help=f"Generate a value of so many characters, {SHORTEST} to {LONGEST}; none is read then.",
    )
    parser.add_argument(
        "--alphabet",
        type=word,
        choices=words,
        help=f"What a generated value is made of (default: {words[0]}).",
    )
    parser.add_argument(
        "--show",
        action="store_true",
        help="Print the generated value once it is saved, or may be. Without this, nobody sees it.",
    )


def add_email(parser: CommandParser) -> None:
    """The person that a command is about."""
    parser.add_argument("email", metavar="EMAIL", help="The person's email address.")


def add_scope(parser: CommandParser, *, required: bool = True, several: bool = False) -> None:
    """Where a role holds: one of these must be said, if it is `required`.

    Where it is `several`, more than one universe can be named.
    """
    scope = parser.add_mutually_exclusive_group(required=required)
    scope.add_argument(
        "--universe",
        action="append" if several else "store",
        type=universe_id,
        metavar="UNIVERSE_ID",
        help="The universe that the role is for." + (" Repeat it for several." if several else ""),
    )
    scope.add_argument(
        "--environment",
        type=word,
        choices=[each.value for each in Environment if each.value],
        help="All universes of this environment, including those added later.",
    )
    scope.add_argument(
        "--group",
        type=group_id,
        metavar="GROUP_ID",
        help="All universes that this Roblox group owns, including those added later.",
    )
    scope.add_argument(
        "--all", action="store_true", help="All universes, including those added later."
    )


def is_placed(options: dict[str, Any]) -> bool:
    """Whether it was said where a role holds."""
    return any(options[name] for name in ("universe", "environment", "group", "all"))


def scope_of(actor: Actor, options: dict[str, Any]) -> Where:
    """The place that `add_scope` read, None for all universes; raises NotFound."""
    if options["universe"]:
        return universe_of(actor, options["universe"])
    if options["environment"]:
        return Place(environment=options["environment"])
    return Place(owner=f"groups/{options['group']}") if options["group"] else None


def add_bounds(parser: CommandParser) -> None:
    """For which secrets a role is, until when and why."""
    parser.add_argument(
        "--pattern",
        action="append",
        default=[],
        metavar="NAME|PREFIX*",
        help="Only the secret with this name, or those whose names start like this. Repeat it "
        "for several.",
    )
    parser.add_argument(
        "--until",
        default="",
        metavar="DAY|TIME",
        help="When it expires, in UTC: 2026-12-03 (to the end of that day) or 2026-12-03T18:00.",
    )
    parser.add_argument(
        "--reason",
        default="",
        metavar="TEXT",
        help="Why they need it; a role that never expires needs a reason, unless it is admin.",
    )


def role_words() -> dict[str, Any]:
    """How a role is written, for the argument that is one."""
    return {"type": word, "metavar": "ROLE", "choices": [str(role) for role in Role]}


def terms_of(options: dict[str, Any]) -> Terms:
    """The role and its bounds; raises InvalidInput for an end that is no time."""
    end = parse_end(options["until"])
    return Terms(Role(options["role"]), ", ".join(options["pattern"]), end, options["reason"])


def universe_of(actor: Actor, universe_id: int) -> Universe:
    """The universe of that id; raises NotFound, which proposes a near one that they may see."""
    try:
        return loading.get(actor, universe_id)
    except NotFound as refusal:
        # What is known about similar ones is needed here alone.
        from secretsapp.universes import proposing  # noqa: PLC0415

        raise NotFound(f"{refusal}{proposing.meant(actor, universe_id)}") from None


def add_ring(parser: CommandParser) -> None:
    """The ring of keys that a command is about."""
    words = [ring.word for ring in Ring]
    parser.add_argument(
        "ring",
        choices=words,
        help="The keys at rest, those of the audit log, or those of its checkpoints.",
    )


def ring_of(options: dict[str, Any]) -> Ring:
    """The ring that `add_ring` read."""
    return next(ring for ring in Ring if ring.word == options["ring"])


def add_key_id(parser: CommandParser, *, is_optional: bool = False) -> None:
    """The id of a key of a ring; None where it may be, and is, left out."""
    parser.add_argument(
        "key_id",
        type=key_id,
        nargs="?" if is_optional else None,
        metavar="KEY_ID",
        help="The id of the key, as `list_keys` shows it.",
    )


def key_id(text: str) -> str:
    """The id in an argument. What is none may be the key itself, so it is not repeated."""
    lowered = text.strip().lower()
    if len(lowered) == 2 * KEY_ID_BYTES and set(lowered) <= set("0123456789abcdef"):
        return lowered
    raise ArgumentTypeError("a key id is 16 characters such as 9f86d081884c7d65, from list_keys")


def word(text: str) -> str:
    """One of a few words, such as a role: pages write them with a capital."""
    return text.strip().lower()


def universe_id(text: str) -> int:
    """The universe id in an argument."""
    try:
        return input_rules.parse_universe_id(text)
    except InvalidInput:
        raise ArgumentTypeError("a universe id is a whole number such as 6930499524") from None


def group_id(text: str) -> int:
    """The id of a Roblox group, which is written like that of a universe."""
    try:
        return input_rules.parse_universe_id(text)
    except InvalidInput:
        raise ArgumentTypeError("a group id is a whole number such as 1234567") from None


def whole(text: str) -> int:
    """A whole number of few digits."""
    if text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER:
        return int(text)
    raise ArgumentTypeError("write a whole number such as 32")


def size(text: str) -> int:
    """A number of events, or that of one."""
    if text.isascii() and text.isdigit() and len(text) < LONGEST_SIZE:
        return int(text)
    raise ArgumentTypeError("write a whole number such as 1024")


def seconds(text: str) -> int:
    """A whole number of seconds, from none to a year."""
    if text.isascii() and text.isdigit() and len(text) <= len(str(LONGEST_SECONDS)):
        number = int(text)
        if number <= LONGEST_SECONDS:
            return number
    raise ArgumentTypeError(f"write whole seconds, from 0 to {LONGEST_SECONDS}")
