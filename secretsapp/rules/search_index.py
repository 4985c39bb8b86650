"""The engine's own index of what secrets are found by: FTS5 on SQLite, pg_trgm on PostgreSQL.

Both index every three characters in a row, so any part of a name is found. `setup` puts it in
place, and the engine keeps it with the rows, in the same transaction, no matter who writes them. It
only makes a search quick: without it the same rows are found by reading all of them.
"""

from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from django.db import DatabaseError, connection, transaction
from django.db.models import Func, Q, QuerySet, TextField

from secretsapp.models import Secret
from secretsapp.rules.sql import execute, rows

# What PostgreSQL's index is made by.
EXTENSION = "pg_trgm"
# Where the name, run together, begins and ends in the text of a secret, and what is on either
# side of a word. They are so long that a single letter with them is in the index. PostgreSQL's
# knows letters alone: without some it would lead to each text with such a word.
NAME_BEGINS, NAME_ENDS = "^zq", "qz$"
BESIDE_WORDS = "  "
# Fewer characters in a row are in neither index.
SHORTEST_INDEXED = 3

# What a secret is found by, in one lower-case text, with two blanks for each that stands here:
# `^zqpayapikeyqz$ pay api key api.stripe.com the note `.
# Where this changes, the number in the names below does, and the next `setup` makes a new index.
_TEXT = (
    "lower('^zq' || replace(replace(replace(<row>.name, '_', ''), '-', ''), ' ', '') || 'qz$' || "
    "replace(replace(replace(replace(' ' || <row>.name || ' ' || <row>.domain || ' ' || "
    "<row>.note || ' ', '_', ' '), '-', ' '), <newline>, ' '), ' ', '  '))"
)


def _with_text(statement: str, row: str = "secretsapp_secret", newline: str = "char(10)") -> str:
    """The statement with the text of a secret of that row in its place."""
    text = _TEXT.replace("<row>", row).replace("<newline>", newline)
    return statement.replace("<text>", text)


_INDEX = "secretsapp_secret_text_3"
_NEWLINE_ON_POSTGRES = "chr(10)"
_TRIGGERS = (
    _with_text(
        "CREATE TRIGGER secretsapp_secret_text_3_insert AFTER INSERT ON secretsapp_secret BEGIN "
        "INSERT INTO secretsapp_secret_text_3 (rowid, text) VALUES (new.id, <text>); END",
        "new",
    ),
    _with_text(
        "CREATE TRIGGER secretsapp_secret_text_3_update "
        "AFTER UPDATE OF name, domain, note ON secretsapp_secret BEGIN "
        "UPDATE secretsapp_secret_text_3 SET text = <text> WHERE rowid = new.id; END",
        "new",
    ),
    (
        "CREATE TRIGGER secretsapp_secret_text_3_delete AFTER DELETE ON secretsapp_secret BEGIN "
        "DELETE FROM secretsapp_secret_text_3 WHERE rowid = old.id; END"
    ),
)
_FTS5 = "CREATE VIRTUAL TABLE secretsapp_secret_text_3 USING fts5(text, tokenize='trigram')"
_FILL = _with_text(
    "INSERT INTO secretsapp_secret_text_3 (rowid, text) SELECT id, <text> FROM secretsapp_secret"
)
_GIN = _with_text(
    "CREATE INDEX secretsapp_secret_text_3 ON secretsapp_secret USING gin ((<text>) gin_trgm_ops)",
    newline=_NEWLINE_ON_POSTGRES,
)
# What there is of the index, of this version or another: triggers before the table.
_ON_SQLITE = (
    "SELECT type, name FROM sqlite_master WHERE name GLOB 'secretsapp_secret_text_*' "
    "AND (type = 'trigger' OR sql GLOB 'CREATE VIRTUAL TABLE *') ORDER BY type DESC"
)
_ON_POSTGRES = (
    "SELECT 'index', indexname FROM pg_indexes WHERE schemaname = current_schema() "
    "AND starts_with(indexname, 'secretsapp_secret_text_')"
)
_TRIGGERS_OF_SECRETS = (
    "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'secretsapp_secret'"
)
_DIFFERING = _with_text(
    "SELECT (SELECT count(*) FROM secretsapp_secret LEFT JOIN secretsapp_secret_text_3 AS held "
    "ON held.rowid = secretsapp_secret.id WHERE held.text IS NOT <text>) + "
    "(SELECT count(*) FROM secretsapp_secret_text_3 "
    "WHERE rowid NOT IN (SELECT id FROM secretsapp_secret))"
)
_FIRST_WITH_TRIGRAMS = (3, 34, 0)


@dataclass(frozen=True)
class Holding:
    """That the text of a secret holds all parts of one of `ways`, in lower case.

    Each part has SHORTEST_INDEXED characters at least.
    """

    ways: tuple[tuple[str, ...], ...]


def holding(part: str) -> Holding:
    """That the text holds that one part."""
    return Holding(((part,),))


def matching(
    secrets: QuerySet[Secret], wanted: Sequence[Holding], *, is_indexed: bool
) -> QuerySet[Secret]:
    """Those of the secrets whose text holds all that is wanted.

    Without the index nothing is read but the rows that `secrets` reaches, and how long it takes
    tells of no others.
    """
    if is_indexed and not _is_postgres():
        return _asked_of_fts5(secrets, wanted)
    found = _with_search_text(secrets, is_indexed=is_indexed)
    for each in wanted:
        found = found.filter(_any_of(each))
    return found


def matching_or_within(
    secrets: QuerySet[Secret], wanted: Iterable[tuple[Holding, Collection[int]]]
) -> QuerySet[Secret]:
    """Those of the secrets whose text holds each that is wanted, or that are in its universes.

    It reads every row that `secrets` reaches.
    """
    found = _with_search_text(secrets, is_indexed=False)
    for each, universes in wanted:
        found = found.filter(_any_of(each) | Q(universe_id__in=universes))
    return found


def _with_search_text(secrets: QuerySet[Secret], *, is_indexed: bool) -> QuerySet[Secret]:
    text = Func(template=_text_of_rows(is_indexed=is_indexed), output_field=TextField())
    return secrets.alias(search_text=text)


def _asked_of_fts5(secrets: QuerySet[Secret], wanted: Iterable[Holding]) -> QuerySet[Secret]:
    """SQLite: the table of the index leads to the secrets, and stops where enough are found.

    It is a table of the engine's and no model's, which the ORM can only be told so.
    """
    asked = " AND ".join(f"({_alternatives(each)})" for each in wanted)
    return secrets.extra(  # noqa: S610 # nosec B610
        tables=[_INDEX],
        # With the plus no secret is looked up in the index, which takes as long as finding all.
        where=[f"secretsapp_secret.id = +{_INDEX}.rowid", f"{_INDEX} MATCH %s"],
        params=[asked],
    )


def _alternatives(wanted: Holding) -> str:
    return " OR ".join(f"({' AND '.join(map(_phrase, parts))})" for parts in wanted.ways)


def _phrase(part: str) -> str:
    return '"{}"'.format(part.replace('"', '""'))


def _text_of_rows(*, is_indexed: bool) -> str:
    """The text as SQL; PostgreSQL looks up in its index only what is written as there."""
    statement = "<text>" if is_indexed else "(<text> || '')"
    return _with_text(statement, newline=_NEWLINE_ON_POSTGRES if _is_postgres() else "char(10)")


def _any_of(wanted: Holding) -> Q:
    found = Q()
    for parts in wanted.ways:
        every = Q()
        for part in parts:
            every &= _spelled(part)
        found |= every
    return found


def _spelled(part: str) -> Q:
    found = Q()
    for spelling in _spellings(part):
        found |= Q(search_text__contains=spelling)
    return found


def _spellings(part: str) -> set[str]:
    """The part and, as an engine may know the capitals of ASCII alone, with its own beyond that."""
    capitals = [letter if letter.isascii() else letter.upper() for letter in part]
    return {part, "".join(capitals), "".join(capitals[:1]) + part[1:]}


def install() -> None:
    """Put the index in place, filled from the rows, unless it is right or the engine has none."""
    if is_kept() and not differing():
        return
    with transaction.atomic():
        remove()
        if _is_postgres():
            _install_on_postgres()
        elif _has_fts5():
            for statement in (_FTS5, *_TRIGGERS, _FILL):
                execute(statement)


def _install_on_postgres() -> None:
    """Leave it out where the extension is neither there nor may be created."""
    with suppress(DatabaseError), transaction.atomic():
        execute(f"CREATE EXTENSION IF NOT EXISTS {EXTENSION}")
        execute(_GIN)


def remove() -> None:
    """Take the index out, of this version or another; nothing is lost by it.

    An SQLite without FTS5 can only leave the table, and nothing writes it then.
    """
    for kind, name in rows(_found()):
        if kind != "table" or _has_fts5():
            execute(f"DROP {kind.upper()} {connection.ops.quote_name(name)}")


def remove_outdated() -> None:
    """Take out the index of another version, which nothing here keeps or asks."""
    if any(not name.startswith(_INDEX) for _, name in rows(_found())):
        remove()


def is_kept() -> bool:
    """Whether the index is there and the engine keeps it."""
    if _is_postgres():
        return ("index", _INDEX) in rows(_ON_POSTGRES)
    found = {definition for (definition,) in rows(_TRIGGERS_OF_SECRETS)}
    return _has_fts5() and found >= set(_TRIGGERS)


def is_trigger_of_ours(definition: str) -> bool:
    """Whether that is how a trigger of SQLite's that keeps the index is defined."""
    return definition in _TRIGGERS


def is_of(name: str) -> bool:
    """Whether the part of the database of that name, such as `table a.b`, is of the index."""
    return name.rpartition(".")[2].startswith(_INDEX)


def _found() -> str:
    return _ON_POSTGRES if _is_postgres() else _ON_SQLITE


def differing() -> int:
    """For how many secrets an index that is kept is wrong; PostgreSQL's own cannot be."""
    return 0 if _is_postgres() else int(rows(_DIFFERING)[0][0])


def _has_fts5() -> bool:
    """Whether this SQLite has FTS5, which may be left out of one, and its trigrams."""
    if connection.get_database_version() < _FIRST_WITH_TRIGRAMS:
        return False
    return bool(rows("SELECT 1 FROM pragma_module_list WHERE name = 'fts5'"))


def _is_postgres() -> bool:
    return connection.vendor == "postgresql"
