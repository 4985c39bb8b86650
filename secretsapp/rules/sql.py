"""SQL as it is sent: statements about no model, and queries that are written once.

A statement is given none of a user's words. A query that every page asks is prepared, and asked
with other values each time: for a short answer, Django takes longer to write a query than the
database takes to answer it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import (
    BigIntegerField,
    DateTimeField,
    Expression,
    Field,
    QuerySet,
    TextChoices,
    Value,
)
from django.db.models.expressions import RawSQL
from django.db.models.sql.compiler import SQLCompiler


def execute(statement: str) -> None:
    """Do what the statement says."""
    with connection.cursor() as cursor:
        cursor.execute(statement)


def rows(query: str) -> list[Any]:
    """What the query finds."""
    with connection.cursor() as cursor:
        cursor.execute(query)
        return list(cursor.fetchall())


def listed(numbers: Iterable[int]) -> str:
    """Numbers of ours as they stand in a statement, which has only these, whatever was given."""
    return ", ".join(f"{number:d}" for number in numbers)


def one_of(numbers: Iterable[int]) -> RawSQL | list[int]:
    """Numbers of ours, for a query to ask whether a column is one of them (`…__in`).

    They stand in the statement: to give a hundred apart takes longer than to find their rows.
    """
    known = listed(numbers)
    return RawSQL(known, ()) if known else []  # noqa: S611 # nosec B611


class Given(Expression):
    """A value that is named where a query is written, and given where it is asked."""

    def __init__(self, name: str, output_field: "Field[Any, Any]") -> None:
        super().__init__(output_field=output_field)
        self.name = name

    def as_sql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, tuple[Any, ...]]:
        """A place for the value, which stands for itself until it is given."""
        return "%s", (self,)

    def of(self, values: dict[str, Any]) -> Any:
        """The value of that name, as the database takes it."""
        return self.output_field.get_db_prep_value(values[self.name], connection)


class Word(Value):
    """A word of ours that stands in the query itself.

    SQLite uses an index of some rows alone only if it knows that the query asks for no others,
    and it doesn't know that of several values that are given.
    """

    def as_sql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, tuple[Any, ...]]:
        """The word in quotes, which needs nothing else."""
        return f"'{self.value}'", ()


def words(*choices: TextChoices) -> list[Word]:
    """These choices, for a condition that a column is one of them."""
    return [Word(choice.value) for choice in choices]


PERSON, UNIVERSE = Given("person", BigIntegerField()), Given("universe", BigIntegerField())
NOW = Given("now", DateTimeField())


@dataclass(frozen=True)
class _Written:
    """A query in the words of one engine, and what makes Python's values of the columns."""

    sql: str
    parameters: tuple[Any, ...]
    converters: dict[int, tuple[list[Callable[..., Any]], Expression]]


@dataclass(frozen=True)
class Prepared:
    """A query for columns, as `make` describes it: it is called once for each engine.

    Whatever differs between two askings is a `Given` in it: a time as much as a person.
    """

    make: Callable[[], QuerySet[Any, Any]]
    _written: dict[str, _Written] = field(default_factory=dict)

    def rows(self, **values: Any) -> list[tuple[Any, ...]]:
        """What the query finds with these values."""
        sql, parameters = self.written(**values)
        with connection.cursor() as cursor:
            cursor.execute(sql, parameters)
            found = cursor.fetchall()
        written = self._written[connection.vendor]
        return _converted(found, written) if found and written.converters else found

    def written(self, **values: Any) -> tuple[str, tuple[Any, ...]]:
        """The query and its parameters, for it to stand within another."""
        written = self._written.get(connection.vendor) or self._write()
        return written.sql, tuple(
            each.of(values) if isinstance(each, Given) else each for each in written.parameters
        )

    def _write(self) -> _Written:
        compiler = self.make().query.get_compiler(connection=connection)
        sql, parameters = compiler.as_sql()
        columns = [column for column, *_ in compiler.select]
        written = _Written(sql, tuple(parameters), compiler.get_converters(columns))
        self._written[connection.vendor] = written
        return written


def _converted(rows: list[tuple[Any, ...]], written: _Written) -> list[tuple[Any, ...]]:
    """The rows with Python's values; of a thousand, it is quicker a column at a time."""
    columns: list[Iterable[Any]] = list(zip(*rows, strict=True))
    for place, (converters, column) in written.converters.items():
        for convert in converters:
            columns[place] = [convert(value, column, connection) for value in columns[place]]
    return list(zip(*columns, strict=True))
