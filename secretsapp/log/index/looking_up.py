"""Looks up the terms that a question to the index is about."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db import connection

from secretsapp.log.index.asking import Held
from secretsapp.models import AuditTerm

_TERMS = AuditTerm._meta.db_table


@dataclass(frozen=True)
class Sought:
    """Terms of a kind that have one of these values, or one that begins like one of these."""

    kind: str
    values: Collection[str] = ()
    beginnings: Collection[str] = ()

    def asked(self, number: int) -> tuple[str, list[bytes]]:
        """The query for their ids, each with that number, and what is given to it."""
        values = [each.encode() for each in self.values]
        found = [f"value IN ({', '.join(['%s'] * len(values))})"] if values else []
        for beginning in self.beginnings:
            found.append("value >= %s AND value < %s")
            # No byte of UTF-8 is this large.
            values += [beginning.encode(), beginning.encode() + b"\xff"]
        # Every word of it is a name of ours.
        query = f"SELECT {number:d}, id FROM {_TERMS} WHERE kind = '{self.kind}'"  # noqa: S608 # nosec B608
        return f"{query} AND ({' OR '.join(found)})", values


def held(sought: Sought) -> Held:
    """Events that hold one of these terms."""
    return each_held([sought])[0]


def each_held(sought: Sequence[Sought]) -> list[Held]:
    """Events that hold one of the terms, for each of these, in one query."""
    ids: list[list[int]] = [[] for _ in sought]
    asked = [
        each.asked(number) for number, each in enumerate(sought) if each.values or each.beginnings
    ]
    if asked:
        # It is asked several times for each page, so it isn't put together by the ORM.
        with connection.cursor() as cursor:
            query = " UNION ALL ".join(part for part, _ in asked)
            cursor.execute(query, [value for _, values in asked for value in values])
            for number, pk in cursor.fetchall():
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
