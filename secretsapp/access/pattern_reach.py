"""How many secrets the pattern of a grant matches now, and what was probably meant where none."""

from dataclasses import dataclass

from django.db.models import QuerySet

from secretsapp.core.actor import Actor
from secretsapp.core.patterns import EVERY_NAME, parse_pattern
from secretsapp.core.roles import Permission
from secretsapp.models import Secret, Universe
from secretsapp.rules.narrowing import named, narrowed

_STAR = "*"


@dataclass(frozen=True)
class Reach:
    """A pattern, how many secrets it matches, and a pattern near to it that matches some."""

    pattern: str
    count: int
    meant: str = ""

    @property
    def told(self) -> str:
        """How many it matches, as a sentence; empty where there is a caution, or no pattern."""
        if self.pattern == EVERY_NAME or not self.count:
            return ""
        return f"{self.pattern} matches {self.count:,} secret{'' if self.count == 1 else 's'}."

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
    def _difference(self) -> str:
        stem = self.pattern.removesuffix(_STAR)
        if not self.meant.startswith(stem):
            return "Names are case-sensitive."
        return "Without a star it is one exact name."


def reach_of(actor: Actor, universe: Universe | None, pattern: str) -> Reach:
    """What the pattern matches in the universe, or in all if None, of what the actor may list."""
    pattern = parse_pattern(pattern)
    there = Secret.objects.filter(missing_since=None)
    seen = narrowed(
        actor,
        there if universe is None else there.filter(universe=universe),
        Permission.LIST_SECRETS,
    )
    count = seen.filter(named(pattern)).count()
    return Reach(pattern, count, "" if count else _meant(seen, pattern))


def _meant(seen: QuerySet[Secret], pattern: str) -> str:
    """The name or beginning that was meant: in other case, or with the missing star."""
    stem = pattern.removesuffix(_STAR)
    near = seen.order_by("name").values_list("name", flat=True)
    if stem == pattern and (alike := near.filter(name__iexact=stem).first()):
        return alike
    beginning = near.filter(named(f"{stem}{_STAR}")).first()
    found = beginning or near.filter(name__istartswith=stem).first()
    return f"{found[: len(stem)]}{_STAR}" if found else ""
