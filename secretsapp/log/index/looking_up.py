"""Looks up the terms that a question to the index is about."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet, Value

from secretsapp.log.index.asking import Held
from secretsapp.models import AuditTerm


@dataclass(frozen=True)
class Sought:
    """Terms of a kind that have one of these values, or one that begins like one of these."""

    kind: str
    values: Collection[str] = ()
    beginnings: Collection[str] = ()

    def rows(self, number: int) -> QuerySet[AuditTerm, Any]:
        """Their ids, each with that number."""
        wanted = Q(value__in=[each.encode() for each in self.values])
        for beginning in self.beginnings:
            start = beginning.encode()
            # No byte of UTF-8 is this large.
            wanted |= Q(value__gte=start, value__lt=start + b"\xff")
        found = AuditTerm.objects.filter(wanted, kind=self.kind)
        return found.annotate(number=Value(number)).values_list("number", "pk")


def held(sought: Sought) -> Held:
    """Events that hold one of these terms."""
    return each_held([sought])[0]


def each_held(sought: Sequence[Sought]) -> list[Held]:
    """Events that hold one of the terms, for each of these, in one query."""
    ids: list[list[int]] = [[] for _ in sought]
    if sought:
        first, *others = [each.rows(number) for number, each in enumerate(sought)]
        for number, pk in first.union(*others, all=True) if others else first:
            ids[number].append(pk)
    return [Held(tuple(each)) for each in ids]


def held_with(kind: str, part: str) -> Held:
    """Events that hold a value with that in it, whatever its case."""
    rows = AuditTerm.objects.filter(kind=kind).values_list("pk", "value")
    sought = part.casefold()
    return Held(
        tuple(
            pk for pk, value in rows if sought in bytes(value).decode(errors="replace").casefold()
        )
    )
