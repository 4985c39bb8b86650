"""Which secrets the patterns of a grant match now, and what was probably meant where none."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from secretsapp.access.terms import Where, place_of
from secretsapp.core.actor import Actor
from secretsapp.core.patterns import EVERY_NAME, parse_patterns
from secretsapp.core.roles import Permission
from secretsapp.models import Secret, Universe
from secretsapp.rules.narrowing import any_named, named, narrowed, secrets_anywhere
from secretsapp.rules.policy import in_wide

_STAR, _JOINT = "*", "_"
# So many of the names are told, so many secrets are read to suggest patterns, and so many names.
NAMED, READ, OFFERED = 3, 1000, 500


@dataclass(frozen=True)
class Matched:
    """A pattern, how many secrets it matches, the first of their names, and what may be meant.

    `meant` is a pattern near to it that matches some.
    """

    pattern: str
    count: int
    meant: str = ""
    names: tuple[str, ...] = ()

    @property
    def told(self) -> str:
        """How many it matches, as a sentence; empty where there is a caution, or no pattern."""
        if self.pattern == EVERY_NAME or not self.count:
            return ""
        said = f"{self.pattern} matches {self.count:,} secret{'' if self.count == 1 else 's'}"
        return f"{said}{self._named}."

    @property
    def caution(self) -> str:
        """That it matches none, and what to do; empty where it matches some."""
        if self.pattern == EVERY_NAME or self.count:
            return ""
        said = f"{self.pattern} matches no secret now."
        if not self.meant:
            return f"{said} It only covers secrets created later with such a name."
        return f"{said} {self._difference} Did you mean {self.meant}?"

    @property
    def _named(self) -> str:
        """The names, or the first of them; nothing where the pattern is the name."""
        if self.names == (self.pattern,):
            return ""
        more = self.count > len(self.names) == NAMED
        return f": {', '.join(self.names)}{' …' if more else ''}"

    @property
    def _difference(self) -> str:
        stem = self.pattern.removesuffix(_STAR)
        if not self.meant.startswith(stem):
            return "Names are case-sensitive."
        return "Without a star it is one exact name."


@dataclass(frozen=True)
class Reach:
    """What each pattern of a grant matches, and how many secrets all of them do."""

    matched: tuple[Matched, ...]
    count: int

    @property
    def told(self) -> str:
        """How many they match, as a sentence; empty where there is none, or no pattern."""
        if len(self.matched) == 1:
            return self.matched[0].told
        if not self.count:
            return ""
        secrets = f"{self.count:,} secret{'' if self.count == 1 else 's'}"
        return f"These {len(self.matched)} names and patterns match {secrets}."

    @property
    def caution(self) -> str:
        """What is amiss with those that match none; empty where each matches some."""
        return " ".join(filter(None, [each.caution for each in self.matched]))


def reach_of(actor: Actor, where: Where, names: str) -> Reach:
    """What the names and patterns match in the place, of what the actor may list.

    Raises InvalidInput for what is no pattern.
    """
    seen, found = _seen(actor, where), parse_patterns(names)
    matched = tuple(_matched(seen, pattern) for pattern in found)
    if len(matched) == 1:
        return Reach(matched, matched[0].count)
    return Reach(matched, seen.filter(any_named(found)).count())


def _matched(seen: QuerySet[Secret], pattern: str) -> Matched:
    matched = seen.filter(named(pattern))
    count = matched.count()
    if not count:
        return Matched(pattern, 0, _meant(seen, pattern))
    return Matched(pattern, count, names=tuple(_names(matched)[:NAMED]))


def suggest(actor: Actor, where: Where, offered: Sequence[Universe] = ()) -> list[str]:
    """Patterns to choose from: the beginnings that several names share, and the names.

    They are of what the actor may list in the place, or of several that are offered: of the first
    of them, where there are more than can be read through.
    """
    seen = _of_universes(actor, offered) if offered else _seen(actor, where)
    first = seen.order_by("pk").values_list("name", flat=True)[:READ]
    names = sorted(set(first))[:OFFERED]
    shared = Counter(name.partition(_JOINT)[0] for name in names if _JOINT in name)
    beginnings = [f"{each}{_JOINT}{_STAR}" for each, count in shared.items() if each and count > 1]
    return [*beginnings, *names]


def _seen(actor: Actor, where: Where) -> QuerySet[Secret]:
    there, place = Q(missing_since=None), place_of(where)
    if isinstance(where, Universe):
        return _of_universes(actor, [where])
    if place.is_wide:
        there &= Q(universe__in=in_wide([place]).values("pk"))
    return secrets_anywhere(actor, Permission.LIST_SECRETS).filter(there)


def _of_universes(actor: Actor, universes: Sequence[Universe]) -> QuerySet[Secret]:
    there = Secret.objects.filter(universe__in=universes, missing_since=None)
    return narrowed(actor, there, Permission.LIST_SECRETS)


def _names(secrets: QuerySet[Secret]) -> QuerySet[Secret, str]:
    return secrets.order_by("name").values_list("name", flat=True).distinct()


def _meant(seen: QuerySet[Secret], pattern: str) -> str:
    """The name or beginning that was meant: in other case, or with the missing star."""
    stem = pattern.removesuffix(_STAR)
    near = seen.order_by("name").values_list("name", flat=True)
    if stem == pattern and (alike := near.filter(name__iexact=stem).first()):
        return alike
    beginning = near.filter(named(f"{stem}{_STAR}")).first()
    found = beginning or near.filter(name__istartswith=stem).first()
    return f"{found[: len(stem)]}{_STAR}" if found else ""
