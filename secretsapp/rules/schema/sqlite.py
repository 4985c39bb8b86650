"""Describes an SQLite database, each part of it in a line: what it is and how it is defined."""

from collections.abc import Iterator

from secretsapp.rules import search_index
from secretsapp.rules.sql import rows

# What is in the file of statistics, and of numbers that were given out, is SQLite's own.
_DESCRIBED = """\
SELECT type, name, tbl_name, sql FROM sqlite_master
WHERE type NOT IN ('trigger', 'view')
AND name NOT IN ('sqlite_sequence', 'sqlite_stat1', 'sqlite_stat4')
"""
_FOREIGN = (
    "SELECT type, CASE type WHEN 'view' THEN name ELSE tbl_name || '.' || name END, sql "
    "FROM sqlite_master WHERE type IN ('trigger', 'view') ORDER BY 1, 2"
)


def describe() -> Iterator[str]:
    """A line for each column, constraint and index; those of a table in any order."""
    for kind, name, table, definition in rows(_DESCRIBED):
        beginning = f'CREATE TABLE "{name}" ('
        if kind == "table" and str(definition).startswith(beginning):
            yield f"table {name}"
            yield from _parts(name, definition.removeprefix(beginning))
        else:
            yield f"{kind} {table}.{name}: {definition}"


def _parts(table: str, definition: str) -> Iterator[str]:
    """The definitions of a table's columns and constraints, as they are written.

    They are joined again by commas, so the same parts are the same table.
    """
    depth, beginning = 0, 0
    for place, character in enumerate(definition):
        depth += (character == "(") - (character == ")")
        if (character == "," and not depth) or depth < 0:
            yield _line(table, definition[beginning:place].strip())
            beginning = place + 1
            if depth < 0:
                break
    if definition[beginning:]:
        yield _line(table, definition[beginning:])


def _line(table: str, part: str) -> str:
    is_constraint = part.startswith("CONSTRAINT ")
    name = part.removeprefix("CONSTRAINT ").split(" ", 1)[0].strip('"')
    return f"{'constraint' if is_constraint else 'column'} {table}.{name}: {part}"


def damage() -> str:
    """The first place where an index, or the file, does not fit a table; empty where all do."""
    [found] = rows("PRAGMA integrity_check(1)")
    return "" if found == ("ok",) else " ".join(str(found[0]).split())


def foreign() -> list[tuple[str, str]]:
    """The kind and name of what acts by itself: triggers and views, but for those of the search."""
    found = rows(_FOREIGN)
    return [(kind, name) for kind, name, sql in found if not search_index.is_trigger_of_ours(sql)]
