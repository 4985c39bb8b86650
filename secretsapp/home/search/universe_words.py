"""Words that stand for the universe of what is wanted: by its name, or by what it is for."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from operator import add

from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Concat, Lower, Replace

from secretsapp.core.actor import Actor
from secretsapp.home.search.other_hits import visible
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
    # SQLite knows the capitals of ASCII alone, so the database leaves nothing out by others.
    fits = [
        Q(place_words__contains=_part(word)) if word.isascii() else Q(pk__isnull=False)
        for word in wanted.words
    ]
    said = reduce(add, (Case(When(fit, then=1), default=0) for fit in fits))
    rows = visible(actor).alias(place_words=_words_in_database()).alias(said=said)
    found = rows.filter(said__gt=0).order_by("-said", "name", "pk")
    columns = found.values_list("pk", "name", "environment")[:UNIVERSES]
    split = ((pk, _split(wanted, f"{name} {environment}")) for pk, name, environment in columns)
    return {pk: place for pk, place in split if place.said.words and place.rest.words}


def _words_in_database() -> Lower:
    """The words of the name and the environment, a blank on either side of each."""
    text = Concat(Value(" "), F("name"), Value(" "), F("environment"), Value(" "))
    return Lower(Replace(Replace(text, Value("_"), Value(" ")), Value("-"), Value(" ")))


def _split(wanted: Wanted, name: str) -> Place:
    text = f" {' '.join(words_of(name))} "
    said = [word for word in wanted.words if _part(word) in text]
    return Place(_only(said), _only(word for word in wanted.words if word not in said))


def _part(word: str) -> str:
    """What is in the words of a name for which the word stands."""
    return f" {word}" if len(word) >= SHORTEST_BEGINNING else f" {word} "


def _only(words: Iterable[str]) -> Wanted:
    kept = tuple(words)
    return Wanted(" ".join(kept), kept)
