"""Holds the database against what the migrations make: nothing more, nothing less, nothing else.

An index may hide rows, a constraint keep an account from being disabled, a view show others than
there are. What the migrations make is written down, for each engine in a file of its own, which
`python -m tests.schema` makes and a test holds it to.
"""

from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from django.db import connection

from secretsapp.core.errors import SchemaChanged
from secretsapp.rules import search_index, triggers
from secretsapp.rules.schema import postgres, sqlite

NAMED = 5
LONGEST_NAME = 120


class Differences(NamedTuple):
    """What is there and should not be, or is otherwise; and what is missing. Each by its name."""

    foreign: list[str]
    missing: list[str]

    def told(self, place: str) -> str:
        """What is found in that place, in a sentence or two; empty where nothing is."""
        told = []
        if self.foreign:
            told.append(f"{place} has objects that Sealroom didn't create: {_named(self.foreign)}.")
        if self.missing:
            where = "It" if told else place
            told.append(
                f"{where} is missing objects that Sealroom created: {_named(self.missing)}."
            )
        return " ".join(told)


def check() -> None:
    """Raise SchemaChanged unless the database is as the migrations make it; the guards apart.

    Of a database in which not every migration was applied nothing can be said.
    """
    told = compare().told("The database")
    if told:
        raise SchemaChanged(
            f"{told} It can change what is written and read. Fix it or restore a backup, and "
            "find out who did it."
        )


def check_indexes() -> None:
    """Raise SchemaChanged where an index of SQLite's does not hold what its table does.

    Someone who can write to the file can take a condition out of its definition again. It reads
    the whole database. PostgreSQL lets no one but its superuser do that.
    """
    damage = sqlite.damage() if connection.vendor == "sqlite" else ""
    if damage:
        raise SchemaChanged(
            f"SQLite reports that the database is damaged: {damage}. Rows may be hidden or "
            "shown wrong. Restore a backup, and find out what happened."
        )


def compare() -> Differences:
    """The differences between the database and what the migrations make."""
    found, expected = describe(), _expected(connection.vendor)
    surplus, absent = _names(found - expected), _names(expected - found)
    changed = [name for name in surplus if name in absent]
    added = [name for name in surplus if name not in absent]
    return Differences(
        foreign=foreign() + added + [f"{name} (changed)" for name in changed],
        # The next set-up makes the index of the search, where the engine has one.
        missing=[name for name in absent if name not in changed and not search_index.is_of(name)],
    )


def foreign() -> list[str]:
    """What the database would do by itself and Sealroom did not put there, each by its name."""
    ours = {("trigger", f"{table}.{name}") for name, table in triggers.places().items()}
    ours |= {("function", f"{name}()") for name in triggers.functions()}
    ours.add(("extension", search_index.EXTENSION))
    engine = postgres if connection.vendor == "postgresql" else sqlite
    return [f"{kind} {name}" for kind, name in engine.foreign() if (kind, name) not in ours]


def describe() -> frozenset[str]:
    """Each part of the database in a line; nothing in it depends on the order of columns."""
    engine = postgres if connection.vendor == "postgresql" else sqlite
    return frozenset(engine.describe())


@cache
def _expected(vendor: str) -> frozenset[str]:
    """What the migrations make on that engine, as it is written down."""
    written_down = files(__name__).joinpath(f"{vendor}.txt")
    return frozenset(written_down.read_text("utf-8").splitlines())


def _names(lines: Iterable[str]) -> list[str]:
    return sorted({line.partition(": ")[0] for line in lines})


def _named(names: list[str]) -> str:
    shown = ", ".join(" ".join(name.split())[:LONGEST_NAME] for name in names[:NAMED])
    return f"{shown} and {len(names) - NAMED} more" if len(names) > NAMED else shown
