"""Which secrets the pattern of a grant matches now, and what was probably meant where none."""

from collections import Counter
from dataclasses import dataclass

from django.db.models import QuerySet

from secretsapp.core.actor import Actor
from secretsapp.core.patterns import EVERY_NAME, parse_pattern
from secretsapp.core.roles import Permission
from secretsapp.models import Secret, Universe
from secretsapp.rules.narrowing import named, narrowed

_STAR, _JOINT = "*", "_"
# So many of the names are told, and so many names are read to suggest patterns.
NAMED, READ = 3, 500


@dataclass(frozen=True)
class Reach:
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


def reach_of(actor: Actor, universe: Universe | None, pattern: str) -> Reach:
    """What the pattern matches in the universe, or in all if None, of what the actor may list."""
    pattern = parse_pattern(pattern)
    seen = _seen(actor, universe)
    matched = seen.filter(named(pattern))
    count = matched.count()
    if not count:
        return Reach(pattern, 0, _meant(seen, pattern))
    return Reach(pattern, count, names=tuple(_names(matched)[:NAMED]))


def suggest(actor: Actor, universe: Universe | None) -> list[str]:
    """Patterns to choose from: the beginnings that several names share, and the names.

    They are of what the actor may list in the universe, or in all if None: of the first of them,
    where there are more than can be read through.
    """
    names = list(_names(_seen(actor, universe))[:READ])
    shared = Counter(name.partition(_JOINT)[0] for name in names if _JOINT in name)
    beginnings = [f"{each}{_JOINT}{_STAR}" for each, count in shared.items() if each and count > 1]
    return [*beginnings, *names]


def _seen(actor: Actor, universe: Universe | None) -> QuerySet[Secret]:
    there = Secret.objects.filter(missing_since=None)
    if universe is not None:
        there = there.filter(universe=universe)
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
