"""Words that stand for the universe of what is wanted: by its name, or by what it is for."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from secretsapp.core.actor import Actor
from secretsapp.home.search import universe_names
from secretsapp.home.search.universe_names import Known
from secretsapp.home.search.wanted import Wanted, words_of

# In so many universes is looked, those first for which the most words stand.
UNIVERSES = 30
# Fewer letters stand for a whole word only.
SHORTEST_BEGINNING = 3


@dataclass(frozen=True)
class Place:
    """What of what is wanted stands for a universe, and what for something in it."""

    said: Wanted
    rest: Wanted


Places = dict[int, Place]


def places(actor: Actor, wanted: Wanted) -> Places:
    """The universes that the actor may see and some of the words stand for, but not all, by id."""
    if len(wanted.words) < 2 or wanted.pattern or wanted.forgives:
        return {}
    found = sorted(_said(actor, wanted))[:UNIVERSES]
    split = ((known.pk, _split(wanted, _text(known))) for _, _, known in found)
    return {pk: place for pk, place in split if place.said.words and place.rest.words}


def _said(actor: Actor, wanted: Wanted) -> Iterator[tuple[int, str, Known]]:
    """The universes for which some words stand; what is before them sorts by how many these are."""
    parts = [_part(word) for word in wanted.words]
    for known in universe_names.seen(actor):
        text = _text(known)
        said = sum(part in text for part in parts)
        if said:
            yield -said, known.name, known


def _text(known: Known) -> str:
    """The words of the name and the environment, a blank on either side of each."""
    return f" {' '.join(words_of(f'{known.name} {known.environment}'))} "


def _split(wanted: Wanted, text: str) -> Place:
    said = [word for word in wanted.words if _part(word) in text]
    return Place(_only(said), _only(word for word in wanted.words if word not in said))


def _part(word: str) -> str:
    """What is in the words of a name for which the word stands."""
    return f" {word}" if len(word) >= SHORTEST_BEGINNING else f" {word} "


def _only(words: Iterable[str]) -> Wanted:
    kept = tuple(words)
    return Wanted(" ".join(kept), kept)
