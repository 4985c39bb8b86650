"""What a search finds, whatever kind it is of."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from secretsapp.core.times import parse_roblox_time
from secretsapp.home.search.marking import Piece, line_with, marked
from secretsapp.home.search.wanted import NOTHING, Closeness, Wanted
from secretsapp.models import Universe

# Of each way to fit so many are looked at; the closest are among them.
CANDIDATES = 200


class Kind(StrEnum):
    """What can be found, in the order in which it is shown where it is as close."""

    PAGES = "pages"
    UNIVERSES = "universes"
    SECRETS = "secrets"
    ACTIONS = "actions"
    PEOPLE = "people"
    TEAMS = "teams"
    API_KEYS = "api-keys"


@dataclass(frozen=True)
class Named:
    """Something that was found: `key` is its name or id, by its kind.

    What else is known of it stands `beside`, a line each. `universe` is the one that it is in,
    or itself. `secret` is the name of the one that it is, or is done to; of one that was found
    there are also its `host` and its `update_time`, as Roblox writes them, and whether it
    `is_missing` there by now.
    """

    key: str | int | UUID
    name: str
    beside: str = ""
    universe: Universe | None = None
    secret: str = ""
    host: str = ""
    update_time: str = ""
    is_missing: bool = False

    @property
    def updated_at(self) -> datetime | None:
        """When Roblox says it was last changed, if it says so."""
        return parse_roblox_time(self.update_time)


@dataclass(frozen=True)
class Rest:
    """More that was found in one universe: how many, if that is known.

    `is_listed` says whether the filter of the universe's own list finds the same by that `text`.
    """

    universe: Universe
    count: int | None
    text: str
    is_listed: bool


@dataclass(frozen=True)
class Hit:
    """Something that was found as it is shown: `line` and `host`, which may be empty, beside it.

    `rest` is what else was found in its universe, if it is the last of that which is shown.
    `where` is the name of its universe, and `is_by_environment` says whether it was found by what
    that is for.
    """

    named: Named
    closeness: Closeness
    name: list[Piece]
    line: list[Piece]
    host: list[Piece]
    where: list[Piece]
    is_by_environment: bool = False
    rest: Rest | None = None


def closest(wanted: Wanted, found: Iterable[tuple[Named, Closeness]], *, limit: int) -> list[Hit]:
    """The closest of what was found, `limit` at most; the shorter a name, the more of it fits."""
    return [hit(wanted, *each) for each in sorted(found, key=order)[:limit]]


def order(found: tuple[Named, Closeness]) -> tuple[Closeness, int, str, str]:
    """By what those that were found are sorted."""
    named, closeness = found
    return closeness, len(named.name), named.name, named.universe.name if named.universe else ""


def hit(
    wanted: Wanted,
    named: Named,
    closeness: Closeness,
    rest: Rest | None = None,
    said: Wanted = NOTHING,
) -> Hit:
    """Something that was found, with what was looked for set apart in it.

    `said` is what of it stands for the universe.
    """
    name, line = marked(named.name, wanted), marked(line_with(named.beside, wanted), wanted)
    where, environment = (
        (named.universe.name, named.universe.environment) if named.universe else ("", "")
    )
    return Hit(
        named,
        closeness,
        name,
        line,
        marked(named.host, wanted),
        marked(where, said),
        is_by_environment=any(environment.startswith(word) for word in said.words),
        rest=rest,
    )
