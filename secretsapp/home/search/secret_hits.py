"""Secrets by their names, domains and notes, through the engine's index, and within rights."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db.models import QuerySet

from secretsapp.core.actor import Actor
from secretsapp.core.input_rules import SECRETS_PER_UNIVERSE
from secretsapp.core.roles import Permission
from secretsapp.home.search import slips
from secretsapp.home.search.hits import CANDIDATES, Hit, Named, closest
from secretsapp.home.search.wanted import Closeness, Wanted, closeness
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

# Within so few universes nothing is asked of the index, which holds those of everyone: reading
# these alone is quick, and takes as long whatever there is elsewhere.
FEW_UNIVERSES = 20
# Whether a slip makes one fit is seen by reading: what the index found, or all of few universes.
READ_OF_INDEX = 500
READ_OF_FEW = FEW_UNIVERSES * SECRETS_PER_UNIVERSE

_COLUMNS = ("pk", "name", "domain", "note", "universe_id")


@dataclass(frozen=True)
class _Listable:
    """The secrets that someone may list, and whether to look for them in the index."""

    rows: QuerySet[Secret]
    is_indexed: bool


def find(actor: Actor, wanted: Wanted, *, limit: int) -> list[Hit]:
    """The secrets that fit, the closest first, `limit` at most."""
    found = list(islice(_fitting(_listable(actor), wanted), CANDIDATES))
    universes = Universe.objects.only("name", "environment").in_bulk({row[-1] for row, _ in found})
    # One may have been removed since.
    there = ((row, close) for row, close in found if row[-1] in universes)
    secrets = ((_secret(wanted, row, universes), close) for row, close in there)
    return closest(wanted, secrets, limit=limit)


def _fitting(listable: _Listable, wanted: Wanted) -> Iterator[tuple[list[Any], Closeness]]:
    """Each secret that fits in some way, once; the next way is only asked for if need be."""
    seen = set()
    for way in _ways(wanted, is_indexed=listable.is_indexed):
        for pk, *row in _rows(listable, wanted, way):
            close = _closeness(wanted, row)
            if close is not None and pk not in seen:
                seen.add(pk)
                yield row, close


def _listable(actor: Actor) -> _Listable:
    rows = narrowed(actor, Secret.objects.order_by(), Permission.LIST_SECRETS)
    ids = rights_of(actor).universes_with(Permission.LIST_SECRETS)
    if ids is not None and len(ids) <= FEW_UNIVERSES:
        return _Listable(rows.filter(universe_id__in=ids), is_indexed=False)
    return _Listable(rows, is_indexed=search_index.is_kept())


def _rows(listable: _Listable, wanted: Wanted, way: list[Holding]) -> list[Any]:
    rows = listable.rows.filter(named(wanted.pattern))
    if way:
        rows = search_index.matching(rows, way, is_indexed=listable.is_indexed)
    return list(rows.values_list(*_COLUMNS)[: _limit(listable, wanted)])


def _limit(listable: _Listable, wanted: Wanted) -> int:
    if not wanted.forgives:
        return CANDIDATES
    return READ_OF_INDEX if listable.is_indexed else READ_OF_FEW


def _closeness(wanted: Wanted, row: list[Any]) -> Closeness | None:
    """How well the secret fits; that it does is what the database said, but where a slip is."""
    name, domain, note, _ = row
    close = closeness(wanted, name, f"{domain} {note}")
    return Closeness.BESIDE if close is None and not wanted.forgives else close


def _secret(wanted: Wanted, row: list[Any], universes: dict[int, Universe]) -> Named:
    name, domain, note, universe_id = row
    fits = any(word in domain.lower() for word in wanted.words)
    beside = f"{note}\n{domain}" if fits else note
    return Named(name, name, beside, universes[universe_id])


def _ways(wanted: Wanted, *, is_indexed: bool) -> Iterator[list[Holding]]:
    """The ways to fit, the closest first, so that what is closest is not beyond what is looked at.

    A word that is too short for the index is looked for where words begin.
    """
    if wanted.forgives:
        yield [slips.holding(word) for word in wanted.words] if is_indexed else []
    elif wanted.pattern:
        yield [holding(NAME_BEGINS + wanted.joined)]
    else:
        yield from _ways_of_name(wanted.joined)
        yield [holding(BESIDE_WORDS + word) for word in wanted.words]
        yield [holding(_anywhere(word)) for word in wanted.words]


def _ways_of_name(run: str) -> Iterator[list[Holding]]:
    """The whole name run together, and its beginning, which the index marks.

    No documented name has a dot in it, and PostgreSQL would read every secret of that domain.
    """
    if run.isalnum():
        yield [holding(NAME_BEGINS + run + NAME_ENDS)]
        if len(run) > 1:
            yield [holding(NAME_BEGINS + run)]


def _anywhere(word: str) -> str:
    return word if len(word) >= SHORTEST_INDEXED else BESIDE_WORDS + word
