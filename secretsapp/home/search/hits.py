"""What a search finds, whatever kind it is of."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from secretsapp.home.search.marking import Piece, line_with, marked
from secretsapp.home.search.wanted import Closeness, Wanted
from secretsapp.models import Universe

# Of each way to fit so many are looked at; the closest are among them.
CANDIDATES = 200


class Kind(StrEnum):
    """What can be found, in the order in which it is shown where it is as close."""

    PAGES = "pages"
    UNIVERSES = "universes"
    SECRETS = "secrets"
    PEOPLE = "people"
    API_KEYS = "api-keys"


@dataclass(frozen=True)
class Named:
    """Something that was found: `key` is its name or id, by its kind.

    What else is known of it stands `beside`, a line each. `universe` is the one that it is in,
    or itself.
    """

    key: str | int | UUID
    name: str
    beside: str = ""
    universe: Universe | None = None


@dataclass(frozen=True)
class Hit:
    """Something that was found as it is shown: `line` is of what else it has, and may be empty."""

    named: Named
    closeness: Closeness
    name: list[Piece]
    line: list[Piece]


def closest(wanted: Wanted, found: Iterable[tuple[Named, Closeness]], *, limit: int) -> list[Hit]:
    """The closest of what was found, `limit` at most; the shorter a name, the more of it fits."""
    ordered = sorted(found, key=_order)
    return [_hit(wanted, named, closeness) for named, closeness in ordered[:limit]]


def _order(found: tuple[Named, Closeness]) -> tuple[Closeness, int, str, str]:
    named, closeness = found
    return closeness, len(named.name), named.name, named.universe.name if named.universe else ""


def _hit(wanted: Wanted, named: Named, closeness: Closeness) -> Hit:
    line = line_with(named.beside, wanted)
    return Hit(named, closeness, marked(named.name, wanted), marked(line, wanted))
