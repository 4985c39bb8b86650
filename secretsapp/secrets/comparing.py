"""The same names in many universes: where each is, where it is missing, and where it differs."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from django.utils import timezone

from secretsapp.core.actor import Actor
from secretsapp.core.due_states import ASKING, DueDates
from secretsapp.core.input_rules import is_documented_name
from secretsapp.core.roles import Permission
from secretsapp.core.times import parse_roblox_time
from secretsapp.models import Absence, Secret, Universe
from secretsapp.rules.narrowing import narrowed
from secretsapp.rules.paging import Page, cut_list
from secretsapp.rules.policy import Rights, rights_of
from secretsapp.secrets import arranging, compared_names
from secretsapp.secrets.compared_names import APART, Beside
from secretsapp.secrets.compared_universes import Sight
from secretsapp.secrets.secret_view import searchable

# So many cells are on a page, as far as there are that many names, and not too few.
CELLS, FEWEST_NAMES, MOST_NAMES = 800, 20, 100


class Difference(StrEnum):
    """How a name in one universe is unlike the same name in the others."""

    MISSING = "missing"
    DELETED = "deleted"
    CHANGED = "changed"
    OPEN = "open"
    OLDER = "older"
    OTHER_HOST = "other_host"
    DUE = "due"


class Fix(StrEnum):
    """What is to be done about it, as far as the actor may: nothing, or a page that leads on."""

    NOTHING = ""
    LOOK = "look"
    ROTATE = "rotate"
    CREATE = "create"


@dataclass(frozen=True)
class Wanted:
    """Which names are compared: those that are found, and all of them or only what differs."""

    search: str = ""
    shows_all: bool = False
    number: int = 1


class Cell(NamedTuple):
    """A name in a universe. Without `is_seen` the actor may not know whether it is there.

    `domain` and `updated_at` are those of a secret that Roblox lists. `absence` says who said that
    it is rightly missing.
    """

    universe: Universe
    name: str
    is_seen: bool
    is_there: bool = False
    domain: str = ""
    updated_at: datetime | None = None
    differences: tuple[Difference, ...] = ()
    absence: Absence | None = None
    fix: Fix = Fix.NOTHING


@dataclass(frozen=True)
class Row:
    """A name across all of the universes, in their order."""

    name: str
    cells: list[Cell]


@dataclass(frozen=True)
class Comparison:
    """A page of names; `same` is how many that are found are the same in all of the universes."""

    universes: Sequence[Universe]
    page: Page[Row]
    same: int


class _Listed(NamedTuple):
    """A secret as the mirror has it."""

    universe_id: int
    name: str
    domain: str
    update_time: str
    drifted_at: datetime | None
    missing_since: datetime | None
    is_covered: bool
    due_on: date | None
    due_soon_on: date | None
    snoozed_until: date | None

    def is_due(self, today: date) -> bool:
        """Whether it is soon due, due or overdue, by the policies that cover it."""
        days = (self.due_on, self.due_soon_on, self.snoozed_until)
        return DueDates(self.is_covered, *days).state(today) in ASKING


def compare(
    actor: Actor, universes: Sequence[Universe], wanted: Wanted, size: int = 0
) -> Comparison:
    """A page of the names that the actor may list in these universes, in four queries.

    The page has `size` names, or as many as fit.
    """
    rights, ids = rights_of(actor), [universe.pk for universe in universes]
    found = compared_names.summaries(actor, ids)
    known, sight = compared_names.beside(actor, ids), Sight(rights, universes)
    differing = compared_names.differing(found, sight, known)
    # What is only being created is listed nowhere yet.
    differing |= {name for _, name in known.open}
    every_name = {each.name for each in found} | differing
    named = _named(every_name, wanted.search)
    shown = named if wanted.shows_all else [name for name in named if name in differing]
    page = cut_list(shown, wanted.number, size or _names_of(len(universes)))
    rows = _rows(actor, universes, page.items, sight, known)
    return Comparison(
        universes=universes,
        page=page.of(rows),
        same=sum(1 for name in named if name not in differing),
    )


def _names_of(universes: int) -> int:
    """How many names are on a page, beside so many universes."""
    return min(MOST_NAMES, max(FEWEST_NAMES, CELLS // max(1, universes)))


def _named(names: Iterable[str], search: str) -> list[str]:
    """Those that are looked for, as in a list of secrets, by name."""
    wanted = arranging.Wanted(search=search)
    found = [name for name in names if wanted.finds(searchable(name))] if search else names
    return sorted(found, key=lambda name: (name.lower(), name))


def _rows(
    actor: Actor,
    universes: Sequence[Universe],
    names: Sequence[str],
    sight: Sight,
    known: Beside,
) -> Iterator[Row]:
    listed, rights = _listed(actor, universes, names), rights_of(actor)
    for name in names:
        among = _Among(listed.get(name, {}))
        yield Row(
            name,
            [
                _cell(universe, name, among, known, rights)
                if sight.allows(universe.pk, name)
                else Cell(universe, name, is_seen=False)
                for universe in universes
            ],
        )


def _listed(
    actor: Actor, universes: Sequence[Universe], names: Sequence[str]
) -> dict[str, dict[int, _Listed]]:
    """What the mirror has of these names, by name and universe."""
    rows = Secret.objects.filter(universe__in=universes, name__in=names).order_by()
    seen = narrowed(actor, rows, Permission.LIST_SECRETS)
    found: dict[str, dict[int, _Listed]] = {}
    for row in seen.values_list(*_Listed._fields):
        each = _Listed(*row)
        found.setdefault(each.name, {})[each.universe_id] = each
    return found


class _Among:
    """A name among all of the universes: what one of them is compared with."""

    def __init__(self, listed: Mapping[int, _Listed]) -> None:
        there = [each for each in listed.values() if not each.missing_since]
        times = {each.universe_id: parse_roblox_time(each.update_time) for each in there}
        hosts = Counter(each.domain for each in there)
        self.listed, self.times = listed, times
        self._today = timezone.now().date()
        self._newest = max(filter(None, times.values()), default=None)
        # Of hosts that are as frequent, each differs from the other.
        most = [host for host, count in hosts.items() if count == max(hosts.values())]
        self._host = most[0] if len(most) == 1 else None

    def differences(self, each: _Listed) -> Iterator[Difference]:
        """How a secret that is listed is unlike the others."""
        updated_at = self.times.get(each.universe_id)
        if each.drifted_at:
            yield Difference.CHANGED
        if updated_at and self._newest and self._newest - updated_at > APART:
            yield Difference.OLDER
        if each.domain != self._host:
            yield Difference.OTHER_HOST
        if each.is_due(self._today):
            yield Difference.DUE


def _cell(universe: Universe, name: str, among: _Among, known: Beside, rights: Rights) -> Cell:
    each, key = among.listed.get(universe.pk), (universe.pk, name)
    is_there = each is not None and not each.missing_since
    found = [Difference.OPEN] if key in known.open else []
    if each is not None:
        found += among.differences(each) if is_there else [Difference.DELETED]
    elif key not in known.absent and not found:
        found.append(Difference.MISSING)
    return Cell(
        universe=universe,
        name=name,
        is_seen=True,
        is_there=is_there,
        domain=each.domain if each else "",
        updated_at=among.times.get(universe.pk),
        differences=tuple(found),
        absence=known.absent.get(key),
        fix=_fix(rights, universe, name, found, is_listed=each is not None),
    )


def _fix(
    rights: Rights, universe: Universe, name: str, found: Sequence[Difference], *, is_listed: bool
) -> Fix:
    """Where the cell leads; a secret that was changed outside is looked at before it is rotated."""
    if is_listed:
        is_only_old = bool(found) and {*found} <= {Difference.OLDER, Difference.DUE}
        is_rotatable = is_only_old and is_documented_name(name)
        may_rotate = is_rotatable and rights.allows(Permission.ROTATE_SECRET, universe.pk, name)
        return Fix.ROTATE if may_rotate else Fix.LOOK
    may_create = is_documented_name(name) and Difference.OPEN not in found
    if may_create and rights.allows(Permission.CREATE_SECRET, universe.pk, name):
        return Fix.CREATE
    return Fix.NOTHING
