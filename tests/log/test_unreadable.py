"""Verifying a log with rows that someone edited until they cannot even be read."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError, connection

from secretsapp.core.errors import LogBroken
from secretsapp.log import stored_events, verifying
from secretsapp.models import AuditEvent
from secretsapp.rules import triggers
from tests.stage import STAGEHAND, Cast

pytestmark = [pytest.mark.django_db, pytest.mark.engine]

Run = Callable[[str, Any, bool, dict[str, Any]], Any]
Execute = Callable[[Run, str, Any, bool, dict[str, Any]], Any]

ON_SQLITE = connection.vendor == "sqlite"
EVENT, HEAD = "secretsapp_auditevent", "secretsapp_audithead"


def edit(sequence: int, column: str, value: str) -> str:
    """The statement that edits one event."""
    return f"UPDATE {EVENT} SET {column} = {value} WHERE sequence = {sequence}"


def retype(table: str, column: str, kind: str) -> str:
    """The statement that makes a column one of another type."""
    return f"ALTER TABLE {table} ALTER COLUMN {column} TYPE {kind}"


# SQLite's columns take anything; PostgreSQL's times reach further than Python's.
NO_UTF8 = "CAST(x'ff' AS TEXT)"
LATER = "strftime('%Y-%m-%d %H:%M:%S', time, '+1 hours') || substr(time, 20)"
UNREADABLE = ("detail", NO_UTF8) if ON_SQLITE else ("time", "'infinity'")

SQLITE_EVENTS = [
    (edit(7, "time", "'garbage'"), "Event 7 can't be read"),
    (edit(7, "time", "'2020-13-45 00:00:00'"), "Event 7 can't be read"),
    (edit(7, "time", "'0001-01-01 00:00:00+23:59'"), "Event 7 can't be read"),
    (edit(7, "time", "5"), "Event 7 can't be read"),
    (edit(7, "time", "x'00'"), "Event 7 can't be read"),
    (edit(7, "detail", NO_UTF8), "Event 7 can't be read"),
    (edit(7, "actor_name", NO_UTF8), "Event 7 can't be read"),
    (edit(7, "content", NO_UTF8), "Event 7 can't be read"),
    (edit(7, "mac", "x'00'"), "Event 7 can't be read"),
    (edit(7, "key_id", "x'00'"), "Event 7 can't be read"),
    (edit(7, "detail", "x'ff'"), "Event 7 was edited"),
    # What reads alike and is stored otherwise, so that no filter finds it.
    (edit(7, "time", "substr(time, 1, 26) || '+00:00'"), "Event 7 was edited: it is not stored"),
    (edit(7, "time", f"{LATER} || '+01:00'"), "Event 7 was edited: it is not stored"),
    (edit(7, "time", "replace(time, ' ', 'T')"), "Event 7 was edited: it is not stored"),
    (edit(7, "time", "time || '000'"), "Event 7 was edited: it is not stored"),
    (edit(7, "time", "CAST(time AS blob)"), "Event 7 was edited: it is not stored"),
    (edit(7, "actor_name", "CAST(actor_name AS blob)"), "Event 7 was edited"),
    (edit(7, "tag", "CAST(tag AS blob)"), "Event 7 was edited"),
    (edit(7, "universe_id", "x'ff'"), "Event 7 was edited"),
    (edit(7, "content", "x'ff'"), "Event 7 was edited"),
    (edit(7, "link", "x'ff'"), "Event 7 doesn't follow"),
    (edit(7, "format", "'x'"), "Event 7 has an unknown format"),
    (edit(7, "format", "x'ff'"), "Event 7 has an unknown format"),
    (edit(7, "sequence", "'x'"), "Event 7 is missing"),
    (edit(7, "sequence", "x'ff'"), "Event 7 is missing"),
    (edit(7, "sequence", "7.5"), "Event 7 is missing"),
    (edit(7, "sequence", NO_UTF8), "Event 7 is missing: the next one is number 8"),
    (edit(7, "sequence", "-9223372036854775808"), "Event 1 is missing"),
]
POSTGRES_EVENTS = [
    (edit(7, "time", "'infinity'"), "Event 7 can't be read"),
    (edit(7, "time", "'-infinity'"), "Event 7 can't be read"),
    (edit(7, "time", "'0044-03-15 12:00:00+00 BC'"), "Event 7 can't be read"),
    (edit(7, "sequence", "-9223372036854775808"), "Event 1 is missing"),
]
RETYPED = {
    retype(EVENT, "time", "text"): f"{EVENT}.time",
    retype(EVENT, "time", "date"): f"{EVENT}.time",
    retype(EVENT, "mac", "bytea USING mac::bytea"): f"{EVENT}.mac",
    retype(HEAD, "sequence", "text"): f"{HEAD}.sequence",
    retype(HEAD, "link", "bytea USING link::bytea"): f"{HEAD}.link",
}
SQLITE_HEADS = [
    (f"UPDATE {HEAD} SET sequence = 'x'", "can't be read"),
    (f"UPDATE {HEAD} SET sequence = x'ff'", "can't be read"),
    (f"UPDATE {HEAD} SET sequence = {NO_UTF8}", "can't be read"),
    (f"UPDATE {HEAD} SET link = {NO_UTF8}", "can't be read"),
    (f"UPDATE {HEAD} SET link = x'ff'", "doesn't match"),
]
POSTGRES_HEADS = [
    (f"UPDATE {HEAD} SET link = 'x'", "doesn't match"),
    (f"UPDATE {HEAD} SET sequence = -1", "doesn't match"),
]


def tamper(*statements: str) -> None:
    """Run statements as someone would who can take the triggers off and put them back."""
    triggers.remove()
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
    triggers.install()


def broken() -> str:
    """What verifying says of the log."""
    with pytest.raises(LogBroken) as refusal:
        verifying.verify(STAGEHAND)
    assert refusal.value.__cause__ is None
    return str(refusal.value)


@pytest.mark.parametrize(("statement", "words"), SQLITE_EVENTS if ON_SQLITE else POSTGRES_EVENTS)
def test_an_event_that_cannot_be_read_is_named(cast: Cast, statement: str, words: str) -> None:
    tamper(statement)
    assert broken().startswith(words)


@pytest.mark.parametrize(("statement", "words"), SQLITE_HEADS if ON_SQLITE else POSTGRES_HEADS)
def test_a_head_that_cannot_be_read_is_told(cast: Cast, statement: str, words: str) -> None:
    tamper(statement)
    sentence = broken()
    assert sentence.startswith("The head of the")
    assert words in sentence


@pytest.mark.parametrize("statement", RETYPED)
def test_on_postgresql_a_column_of_another_type_is_named(cast: Cast, statement: str) -> None:
    if ON_SQLITE:
        pytest.skip("a column of SQLite's takes anything, whatever its type")
    tamper(statement)
    assert broken().startswith("The database has objects that Sealroom didn't create: ")
    assert f"column {RETYPED[statement]} (changed)" in broken()


def test_an_unreadable_event_before_the_first_is_found(cast: Cast) -> None:
    last = AuditEvent.objects.count()
    columns = [str(field.column) for field in AuditEvent._meta.fields]
    edited = {"sequence": "-5", UNREADABLE[0]: UNREADABLE[1]}
    values = [edited.get(column, column) for column in columns]
    tamper(
        f"INSERT INTO {EVENT} ({', '.join(columns)}) "
        f"SELECT {', '.join(values)} FROM {EVENT} WHERE sequence = 1"
    )
    assert broken().startswith(f"Event {last + 1} is missing, and an event out of order")


@pytest.mark.parametrize("chunk", [2, 3, 2000])
def test_the_first_break_is_named_also_before_an_unreadable_event(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, chunk: int
) -> None:
    monkeypatch.setattr(stored_events, "CHUNK", chunk)
    tamper(edit(8, *UNREADABLE), edit(9, *UNREADABLE))
    assert broken().startswith("Event 8 can't be read")
    tamper(edit(4, "tag", "'person.signed_in'"))
    assert broken().startswith("Event 4 was edited")


def failing(part: str, *, times: int = 10**6) -> Execute:
    """Lets the next so many statements with that part fail, as where the database is away."""
    left = [times]

    def execute(run: Run, statement: str, values: Any, many: bool, context: dict[str, Any]) -> Any:
        if part in statement and left[0]:
            left[0] -= 1
            raise OperationalError("away")
        return run(statement, values, many, context)

    return execute


def test_a_database_that_does_not_answer_is_no_broken_log(cast: Cast) -> None:
    away = failing('FROM "secretsapp_audit')
    with connection.execute_wrapper(away), pytest.raises(OperationalError):
        verifying.verify(STAGEHAND)


def test_a_database_that_fails_once_is_read_again(cast: Cast) -> None:
    with connection.execute_wrapper(failing('FROM "secretsapp_audit', times=1)):
        assert verifying.verify(STAGEHAND).events == AuditEvent.objects.count()


def test_events_that_can_only_be_read_one_by_one_are_whole_all_the_same(cast: Cast) -> None:
    with connection.execute_wrapper(failing('ORDER BY "')):
        assert verifying.verify(STAGEHAND).events == AuditEvent.objects.count()
