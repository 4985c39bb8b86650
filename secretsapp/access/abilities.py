"""What holdings give together: each permission for the most names, and for the longest."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from secretsapp.core import patterns
from secretsapp.core.patterns import EVERY_NAME
from secretsapp.core.roles import ABOUT_SECRETS, PERMISSION_VERBS, Permission
from secretsapp.models import Place
from secretsapp.rules.policy import Holding


@dataclass(frozen=True)
class Ability:
    """What someone can do with the same names until the same end, None where there is none.

    `where` is the place in words, where several are told of together.
    """

    permissions: tuple[Permission, ...]
    names: tuple[str, ...]
    until: datetime | None
    where: str = ""

    @property
    def verbs(self) -> str:
        """What it is, as a list of verbs that begins large."""
        said = ", ".join(PERMISSION_VERBS[each] for each in self.permissions)
        return said[:1].upper() + said[1:]

    @property
    def covers_every_name(self) -> bool:
        """Whether it is for every secret there."""
        return EVERY_NAME in self.names


def together(holdings: list[Holding]) -> list[Ability]:
    """What they give in one universe, which all of them reach."""
    return _abilities(holdings, ABOUT_SECRETS)


def apart(holdings: list[Holding]) -> list[Ability]:
    """What the holdings of wider places give, told of each place."""
    by_place: dict[Place, list[Holding]] = {}
    for holding in holdings:
        by_place.setdefault(holding.place, []).append(holding)
    return [
        replace(ability, where=place.words)
        for place, held in by_place.items()
        for ability in _abilities(held, Permission if place.is_everywhere else ABOUT_SECRETS)
    ]


def _abilities(holdings: list[Holding], about: Iterable[Permission]) -> list[Ability]:
    """What the holdings give, without what another gives for more names and as long."""
    found: dict[tuple[datetime | None, tuple[str, ...]], list[Permission]] = {}
    for permission in about:
        for until, names in _lasting(holdings, permission).items():
            found.setdefault((until, tuple(sorted(names))), []).append(permission)
    return [Ability(tuple(each), names, until) for (until, names), each in found.items()]


def _lasting(holdings: list[Holding], permission: Permission) -> dict[datetime | None, list[str]]:
    """The names for which the permission is given, by the end until which it is."""
    given = {(each.pattern, each.until) for each in holdings if each.gives(permission)}
    found: dict[datetime | None, list[str]] = {}
    for pattern, until in given:
        if not any(_goes_further(other, (pattern, until)) for other in given):
            found.setdefault(until, []).append(pattern)
    return found


def _goes_further(one: tuple[str, datetime | None], other: tuple[str, datetime | None]) -> bool:
    (pattern, until), (narrow, end) = one, other
    lasts = until is None or (end is not None and end <= until)
    return one != other and lasts and patterns.covers(pattern, narrow)
