"""Secrets by their names, domains and notes, through the engine's index, and within rights."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Length

from secretsapp.core.actor import Actor
from secretsapp.core.input_rules import SECRETS_PER_UNIVERSE
from secretsapp.core.roles import Permission
from secretsapp.home.search import slips, universe_names, universe_words
from secretsapp.home.search.hits import CANDIDATES, Hit, Named, Rest, hit, order
from secretsapp.home.search.universe_words import Places
from secretsapp.home.search.wanted import NOTHING, Closeness, Wanted, closeness, run_together
from secretsapp.models import Secret, Universe
from secretsapp.rules import search_index
from secretsapp.rules.narrowing import named, narrowed
from secretsapp.rules.policy import rights_of
from secretsapp.rules.search_index import (
    BESIDE_WORDS,
    NAME_BEGINS,
    NAME_ENDS,
    SHORTEST_INDEXED,
    Holding,
    holding,
)
from secretsapp.secrets.arranging import Wanted as InList
from secretsapp.secrets.secret_view import first_line, searched_of

# Within so few universes nothing is asked of the index, which holds those of everyone: reading
# these alone is quick, and takes as long whatever there is elsewhere.
FEW_UNIVERSES, FEW_PATTERNS = 50, 5
# Whether a slip makes one fit is seen by reading: what the index found, or all of few universes.
READ_OF_INDEX = 500
READ_OF_FEW = 20 * SECRETS_PER_UNIVERSE

_COLUMNS = ("pk", "name", "domain", "note", "update_time", "missing_since", "universe_id")

_Found = tuple[Named, Closeness]
_Row = tuple[tuple[Any, ...], Closeness]


@dataclass(frozen=True)
class _Permitted:
    """The secrets on which someone has a permission, and whether to look for them in the index.

    `held` is what the index has of all of them, where it is known.
    """

    rows: QuerySet[Secret]
    is_indexed: bool
    held: tuple[Holding, ...] = ()


def find(
    actor: Actor,
    wanted: Wanted,
    *,
    limit: int,
    of_each: int | None = None,
    permission: Permission = Permission.LIST_SECRETS,
    by_universe: bool = True,
) -> list[Hit]:
    """The secrets that fit, the closest first: `limit` at most, and `of_each` universe.

    They are those on which the actor has the permission. With `by_universe` some of the words may
    stand for the universe of a secret.
    """
    permitted = _permitted(actor, permission)
    own = list(islice(_fitting(permitted, wanted), CANDIDATES))
    has_room = by_universe and len(own) < CANDIDATES
    places = universe_words.places(actor, wanted) if has_room else {}
    others = _by_universe(permitted, wanted, places)
    found = _found(actor, own, others)
    if of_each is None:
        return [_hit(wanted, places, each) for each in found[:limit]]
    return _few_of_each(wanted, places, found, of_each)[:limit]


def _found(actor: Actor, own: list[_Row], others: list[_Row]) -> list[_Found]:
    """The secrets that fit by themselves, the closest first, and then those by their universes."""
    ids = {row[-1] for row, _ in [*own, *others]}
    universes = universe_names.by_id(actor, ids)
    seen = {row[0] for row, _ in own}
    others = [each for each in others if each[0][0] not in seen][: CANDIDATES - len(own)]
    # One may have been removed since.
    by_itself, by_universe = (
        sorted(
            ((_secret(row, universes), close) for row, close in rows if row[-1] in universes),
            key=order,
        )
        for rows in (own, others)
    )
    return [*by_itself, *((secret, Closeness.BESIDE) for secret, _ in by_universe)]


def _few_of_each(wanted: Wanted, places: Places, found: list[_Found], few: int) -> list[Hit]:
    """So many of each universe as hits; the last of those says what else there is."""
    counted = Counter(secret.universe for secret, _ in found)
    shown: Counter[Universe | None] = Counter()
    hits = []
    for each in found:
        universe = each[0].universe
        shown[universe] += 1
        if shown[universe] <= few:
            is_last = shown[universe] == few < counted[universe]
            rest = _rest(wanted, places, universe, found, few) if universe and is_last else None
            hits.append(_hit(wanted, places, each, rest))
    return hits


def _hit(wanted: Wanted, places: Places, found: _Found, rest: Rest | None = None) -> Hit:
    universe = found[0].universe
    place = places.get(universe.pk) if universe else None
    return hit(wanted, *found, rest, place.said if place else NOTHING)


def _rest(
    wanted: Wanted, places: Places, universe: Universe, found: list[_Found], few: int
) -> Rest:
    """What is found in the universe beside the few of it; its list knows no words for itself."""
    text = places[universe.pk].rest.text if universe.pk in places else wanted.text
    here = [secret for secret, _ in found if secret.universe == universe]
    filtered = InList(search=text)
    is_listed = all(
        filtered.finds(searched_of(each.name, first_line(each.beside))) for each in here
    )
    count = len(here) - few if len(found) < CANDIDATES else None
    return Rest(universe, count, text, is_listed)


def _fitting(permitted: _Permitted, wanted: Wanted) -> Iterator[_Row]:
    """Each secret that fits in some way, once.

    Where all that fit are few, one query finds them; only where there are more are the closest
    asked for first, so that they are not beyond what is looked at.
    """
    every = _rows(permitted, wanted, _some_way(wanted, is_indexed=permitted.is_indexed))
    ways = _closer_ways(wanted) if len(every) == CANDIDATES else ()
    closer = (row for way in ways for row in _rows(permitted, wanted, way))
    seen = set()
    for row in chain(closer, every):
        close = _closeness(wanted, row)
        if close is not None and row[0] not in seen:
            seen.add(row[0])
            yield row, close


def _by_universe(permitted: _Permitted, wanted: Wanted, places: Places) -> list[_Row]:
    """The secrets in those places that fit what each leaves; how well is how well they fit that."""
    if not places:
        return []
    asked = (
        (holding(_anywhere(word)), [pk for pk, at in places.items() if word in at.said.words])
        for word in wanted.words
    )
    rows = search_index.matching_or_within(permitted.rows.filter(universe_id__in=places), asked)
    found = rows.order_by(Length("name")).values_list(*_COLUMNS)[:CANDIDATES]
    return [(row, _closeness(places[row[-1]].rest, row) or Closeness.BESIDE) for row in found]


def _permitted(actor: Actor, permission: Permission) -> _Permitted:
    rows = narrowed(actor, Secret.objects.order_by(), permission)
    ids = rights_of(actor).universes_with(permission)
    if ids is not None and len(ids) <= FEW_UNIVERSES:
        return _Permitted(rows.filter(universe_id__in=ids), is_indexed=False)
    return _Permitted(rows, search_index.is_kept(), tuple(_held_by_all(actor, permission)))


def _held_by_all(actor: Actor, permission: Permission) -> Iterator[Holding]:
    """That the name begins as a pattern of theirs does, if they have few, and none of all names.

    So the index doesn't lead to most of what others may see alone.
    """
    found = {each.pattern for each in rights_of(actor).holdings if each.gives(permission)}
    runs = [run_together(pattern) for pattern in found]
    if len(runs) <= FEW_PATTERNS and all(run.isascii() and run for run in runs):
        yield Holding(tuple((NAME_BEGINS + run,) for run in runs))


def _rows(permitted: _Permitted, wanted: Wanted, way: list[Holding]) -> list[tuple[Any, ...]]:
    rows = permitted.rows.filter(named(wanted.pattern))
    if way:
        asked = [*way, *permitted.held]
        rows = search_index.matching(rows, asked, is_indexed=permitted.is_indexed)
    return list(rows.values_list(*_COLUMNS)[: _limit(permitted, wanted)])


def _limit(permitted: _Permitted, wanted: Wanted) -> int:
    if not wanted.forgives:
        return CANDIDATES
    return READ_OF_INDEX if permitted.is_indexed else READ_OF_FEW


def _closeness(wanted: Wanted, row: tuple[Any, ...]) -> Closeness | None:
    """How well the secret fits; None where it doesn't, as the index only leads to what may fit."""
    _, name, domain, note, *_ = row
    close = closeness(wanted, name, f"{domain} {note}")
    # What capitals beyond ASCII are, the database says, unless it was asked for all.
    is_said = not (wanted.forgives or wanted.joined.isascii())
    return Closeness.BESIDE if close is None and is_said else close


def _secret(row: tuple[Any, ...], universes: dict[int, Universe]) -> Named:
    _, name, domain, note, update_time, missing_since, universe_id = row
    return Named(
        name,
        name,
        note,
        universes[universe_id],
        secret=name,
        host=domain,
        update_time=update_time,
        is_missing=missing_since is not None,
    )


def _some_way(wanted: Wanted, *, is_indexed: bool) -> list[Holding]:
    """What each secret holds that fits in any way.

    A word that is too short for the index is looked for where words begin.
    """
    if wanted.forgives:
        return [slips.holding(word) for word in wanted.words] if is_indexed else []
    if wanted.pattern:
        return [holding(NAME_BEGINS + wanted.joined)]
    ways = [tuple(map(_anywhere, wanted.words))]
    if wanted.joined.isalnum() and min(map(len, wanted.words)) < SHORTEST_INDEXED:
        ways.append((NAME_BEGINS + wanted.joined,))
    return [Holding(tuple(ways))]


def _closer_ways(wanted: Wanted) -> Iterator[list[Holding]]:
    """The ways to fit better, the closest first: the name whole, its beginning, whole words.

    No documented name has a dot in it, and PostgreSQL would read every secret of that domain.
    """
    if wanted.forgives or wanted.pattern:
        return
    if wanted.joined.isalnum():
        yield [holding(NAME_BEGINS + wanted.joined + NAME_ENDS)]
        if len(wanted.joined) > 1:
            yield [holding(NAME_BEGINS + wanted.joined)]
    yield [holding(BESIDE_WORDS + word) for word in wanted.words]


def _anywhere(word: str) -> str:
    return word if len(word) >= SHORTEST_INDEXED else BESIDE_WORDS + word
