"""Search over everything an actor may see: names and notes of secrets, and universes."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

from django.db.models import Q

from secretsapp.core.actor import Actor
from secretsapp.core.input_rules import NOTE_LIMIT, is_storable
from secretsapp.core.roles import Permission
from secretsapp.models import Secret, Universe
from secretsapp.rules.narrowing import narrowed
from secretsapp.universes import loading

LIMIT = 50
LIMIT_IN_UNIVERSE = 10


class Closeness(IntEnum):
    """How well something fits, the best first."""

    WHOLE_NAME = 0
    BEGINNING = 1
    WITHIN = 2
    NOTE = 3


@dataclass(frozen=True)
class Marked:
    """A text with the part that was looked for set apart; `match` is empty where it has none."""

    before: str
    match: str = ""
    after: str = ""


@dataclass(frozen=True)
class SecretHit:
    """A secret that was found by its name, or by the first line of its note."""

    name: str
    marked_name: Marked
    marked_note: Marked


@dataclass(frozen=True)
class UniverseHits:
    """What was found in one universe; its own name is marked where it was found by that.

    `more` is how many secrets were found in it beyond those shown.
    """

    universe: Universe
    marked_name: Marked
    secrets: list[SecretHit]
    more: int


@dataclass(frozen=True)
class Found:
    """What was found: `count` hits, of which `elsewhere` are in universes not shown at all."""

    groups: list[UniverseHits]
    count: int
    elsewhere: int


class _Hit(NamedTuple):
    """A hit, which sorts as it is to be shown; `place` is that of its universe among all.

    It is about the universe itself where it has no name.
    """

    closeness: Closeness
    place: int
    name: str = ""
    note: str = ""


Match = Callable[[str], re.Match[str] | None]


def find(actor: Actor, text: str) -> Found:
    """Where `text` stands in a name or note that the actor may see, capitals or not.

    Four queries at most. An empty text, and one that cannot stand anywhere, finds nothing.
    """
    if not text or len(text) > NOTE_LIMIT or not is_storable(text):
        return Found([], 0, 0)
    match = re.compile(re.escape(text), re.IGNORECASE).search
    visible = loading.visible(actor)
    hits = [*_universes(visible, text, match), *_secrets(actor, visible, text, match)]
    grouped = _grouped(sorted(hits))
    shown = list(_shown(grouped, visible, match))
    elsewhere = sum(map(len, grouped[len(shown) :]))
    return Found(shown, len(hits), elsewhere)


def _universes(visible: list[Universe], text: str, match: Match) -> Iterator[_Hit]:
    """The universes of that name or, since people paste it, of that id."""
    for place, universe in enumerate(visible):
        closeness = Closeness.WHOLE_NAME if str(universe.pk) == text else _in(universe.name, match)
        if closeness is not None:
            yield _Hit(closeness, place)


def _secrets(actor: Actor, visible: list[Universe], text: str, match: Match) -> Iterator[_Hit]:
    places = {universe.pk: place for place, universe in enumerate(visible)}
    found = Secret.objects.filter(_holding(text), universe__in=places)
    listable = narrowed(actor, found.order_by(), Permission.LIST_SECRETS)
    for universe_id, name, note in listable.values_list("universe_id", "name", "note"):
        closeness = _in(name, match)
        if closeness is None and match(_first_line(note)):
            closeness = Closeness.NOTE
        if closeness is not None:
            yield _Hit(closeness, places[universe_id], name, note)


def _holding(text: str) -> Q:
    """What the database can leave out at once; SQLite knows the capitals of ASCII alone."""
    return Q(name__icontains=text) | Q(note__icontains=text) if text.isascii() else Q()


def _in(name: str, match: Match) -> Closeness | None:
    found = match(name)
    if found is None:
        return None
    if found.group() == name:
        return Closeness.WHOLE_NAME
    return Closeness.WITHIN if found.start() else Closeness.BEGINNING


def _grouped(hits: Iterable[_Hit]) -> list[list[_Hit]]:
    """By universe, in the order of the closest hit in each."""
    by_place: dict[int, list[_Hit]] = {}
    for hit in hits:
        by_place.setdefault(hit.place, []).append(hit)
    return list(by_place.values())


def _shown(
    grouped: Iterable[list[_Hit]], visible: list[Universe], match: Match
) -> Iterator[UniverseHits]:
    """The first few of each universe, until there are enough."""
    room = LIMIT
    for group in grouped:
        if room <= 0:
            return
        universe = visible[group[0].place]
        secrets = [hit for hit in group if hit.name]
        shown = secrets[: min(room, LIMIT_IN_UNIVERSE)]
        room -= max(1, len(shown))
        yield UniverseHits(
            universe=universe,
            marked_name=_marked(universe.name, match),
            secrets=[_secret_hit(hit, match) for hit in shown],
            more=len(secrets) - len(shown),
        )


def _secret_hit(hit: _Hit, match: Match) -> SecretHit:
    return SecretHit(
        name=hit.name,
        marked_name=_marked(hit.name, match),
        marked_note=_marked(_first_line(hit.note), match),
    )


def _marked(text: str, match: Match) -> Marked:
    found = match(text)
    if found is None:
        return Marked(text)
    return Marked(text[: found.start()], found.group(), text[found.end() :])


def _first_line(note: str) -> str:
    return note.strip().partition("\n")[0].strip()
