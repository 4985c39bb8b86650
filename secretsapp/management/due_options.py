"""What the commands about due dates share: where a policy holds, and days."""

from argparse import ArgumentTypeError
from datetime import date
from typing import Any

from django.core.management.base import CommandError, CommandParser

from secretsapp.core.actor import Actor
from secretsapp.due.policies import Covered
from secretsapp.management.arguments import universe_id, universe_of, word
from secretsapp.models.universes import Environment
from secretsapp.secrets import secret_view


def add_covered(parser: CommandParser) -> None:
    """Where a policy holds: one of these must be said."""
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--all", action="store_true", help="All universes.")
    where.add_argument(
        "--environment",
        type=word,
        choices=[each.value for each in Environment if each.value],
        help="All universes of this environment.",
    )
    where.add_argument(
        "--universe", type=universe_id, metavar="UNIVERSE_ID", help="This universe alone."
    )
    parser.add_argument("--secret", metavar="NAME", help="Only this secret of the universe.")


def covered_of(actor: Actor, options: dict[str, Any]) -> Covered:
    """The place that `add_covered` read; raises NotFound for what the actor can't see."""
    name = (options["secret"] or "").strip()
    if name and not options["universe"]:
        raise CommandError("Name the universe of the secret too: --universe UNIVERSE_ID.")
    if not options["universe"]:
        return Covered(environment=options["environment"] or "")
    universe = universe_of(actor, options["universe"])
    return Covered(universe, secret_view.get(actor, universe, name).secret.name if name else "")


def where_words(covered: Covered) -> str:
    """That place in a sentence."""
    if covered.universe:
        name = covered.universe.name
        return f"{covered.name} in {name}" if covered.name else f"the secrets of {name}"
    words = Environment(covered.environment).label if covered.environment else "all universes"
    return f"the secrets of {words}"


def day(text: str) -> date:
    """A day in an argument."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise ArgumentTypeError("write a day such as 2026-12-03") from None
