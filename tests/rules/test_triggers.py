"""The triggers: the engine itself refuses every change to what the log holds."""

import pytest
from django.db import DatabaseError, transaction

from secretsapp.models import AuditEvent, AuditHead
from secretsapp.people import sign_ins
from secretsapp.rules import triggers
from tests.stage import Cast
from tests.support.database import execute, on_postgres
from tests.support.watch import Watch

pytestmark = [pytest.mark.django_db, pytest.mark.engine]

COLUMNS = ", ".join(f'"{field.column}"' for field in AuditEvent._meta.concrete_fields)
OTHERS = ", ".join(
    f'"{field.column}"' for field in AuditEvent._meta.concrete_fields if not field.primary_key
)
EVENTS, HEADS = "secretsapp_auditevent", "secretsapp_audithead"
SUBTREES, CHECKPOINTS = "secretsapp_auditsubtree", "secretsapp_checkpoint"
ARCHIVES = "secretsapp_auditarchive"

COPIED_TO = (
    f"INSERT INTO {EVENTS} (sequence, {OTHERS}) "
    f"SELECT {{}}, {OTHERS} FROM {EVENTS} WHERE sequence = 1"
)
OVER_A_CONFLICT = (
    f"INSERT INTO {EVENTS} ({COLUMNS}) SELECT {COLUMNS} FROM {EVENTS} WHERE sequence = 1 "
    "ON CONFLICT (sequence) DO UPDATE SET actor_name = 'someone else'"
)

ON_BOTH = [
    f"UPDATE {EVENTS} SET actor_name = 'someone else'",
    f"UPDATE {EVENTS} SET actor_name = actor_name WHERE sequence = 1",
    f"UPDATE {EVENTS} SET sequence = sequence + 1000",
    f"DELETE FROM {EVENTS}",
    f"DELETE FROM {EVENTS} WHERE sequence = (SELECT max(sequence) FROM {EVENTS})",
    # An event over an existing one, one behind a gap, and one before the first.
    f"INSERT INTO {EVENTS} ({COLUMNS}) SELECT {COLUMNS} FROM {EVENTS} WHERE sequence = 1",
    COPIED_TO.format(f"(SELECT max(sequence) + 2 FROM {EVENTS})"),
    COPIED_TO.format("0"),
    f"UPDATE {HEADS} SET sequence = sequence - 1",
    f"UPDATE {HEADS} SET sequence = sequence",
    f"UPDATE {HEADS} SET sequence = sequence + 2",
    f"UPDATE {HEADS} SET sequence = 0",
    f"UPDATE {HEADS} SET link = 'another'",
    f"UPDATE {HEADS} SET id = 2",
    f"DELETE FROM {HEADS}",
    f"INSERT INTO {HEADS} (id, sequence, link) VALUES (1, 0, 'another')",
    f"INSERT INTO {HEADS} (id, sequence, link) VALUES (2, 0, 'another')",
]
ON_SQLITE = [
    f"INSERT OR REPLACE INTO {EVENTS} ({COLUMNS}) SELECT {COLUMNS} FROM {EVENTS}",
    f"REPLACE INTO {EVENTS} ({COLUMNS}) SELECT {COLUMNS} FROM {EVENTS} WHERE sequence = 1",
    f"UPDATE OR REPLACE {EVENTS} SET sequence = 1 WHERE sequence = 2",
    f"INSERT OR REPLACE INTO {HEADS} (id, sequence, link) VALUES (1, 0, 'another')",
    OVER_A_CONFLICT,
]
ON_POSTGRES = [
    OVER_A_CONFLICT,
    f"INSERT INTO {HEADS} VALUES (1, 0, 'x') ON CONFLICT (id) DO UPDATE SET sequence = 0",
    f"TRUNCATE {EVENTS}",
    f"TRUNCATE {HEADS}",
    f"TRUNCATE {EVENTS}, {HEADS} CASCADE",
]

# The triggers' own words, or those of a constraint that was there before them.
REFUSED = "audit events are only ever inserted|duplicate key|check constraint"


def assert_refused(statement: str) -> None:
    """The engine refuses the statement, and the log is as it was."""
    before = list(AuditEvent.objects.values_list()), list(AuditHead.objects.values_list())
    with pytest.raises(DatabaseError, match=REFUSED), transaction.atomic():
        execute(statement)
    after = list(AuditEvent.objects.values_list()), list(AuditHead.objects.values_list())
    assert before == after


@pytest.mark.parametrize("statement", ON_BOTH)
def test_the_log_is_only_ever_appended_to(cast: Cast, statement: str) -> None:
    assert_refused(statement)


@pytest.mark.parametrize("place", range(len(ON_SQLITE)))
def test_the_engines_own_ways_around_are_closed_too(cast: Cast, place: int) -> None:
    assert_refused((ON_POSTGRES if on_postgres() else ON_SQLITE)[place])


def test_the_same_statements_pass_without_the_triggers(cast: Cast) -> None:
    triggers.remove()
    execute(f"UPDATE {EVENTS} SET actor_name = 'someone else'")
    execute(f"DELETE FROM {EVENTS}")
    execute(f"UPDATE {HEADS} SET sequence = 0")
    assert not AuditEvent.objects.exists()


def test_appending_goes_on_behind_the_triggers(cast: Cast) -> None:
    watch = Watch()
    sign_ins.record_sign_in(cast["viewer"].actor, cast["viewer"].user)
    assert watch.tags == ["person.signed_in"]


def test_none_is_missing_after_the_set_up() -> None:
    assert triggers.missing() == []
    triggers.install()
    assert triggers.missing() == []


def names() -> list[str]:
    """The names of the triggers of this engine."""
    triggers.remove()
    absent = triggers.missing()
    triggers.install()
    return absent


def table_of(name: str) -> str:
    """The table that the trigger of that name is on."""
    beginning = name.rpartition("_")[0]
    return {
        "audit_head": HEADS,
        "audit_subtree": SUBTREES,
        "audit_archive": ARCHIVES,
        "checkpoint": CHECKPOINTS,
    }.get(beginning, EVENTS)


def drop(name: str) -> None:
    """Drop one trigger."""
    execute(f"DROP TRIGGER {name}" + (f" ON {table_of(name)}" if on_postgres() else ""))


def test_each_absent_one_is_named() -> None:
    every = names()
    assert len(every) == 15
    for name in every:
        drop(name)
        assert triggers.missing() == [name]
        triggers.install()


def test_all_are_named_when_none_is_there() -> None:
    every = names()
    for name in every:
        drop(name)
    assert triggers.missing() == every


def altered(name: str) -> list[str]:
    """Statements that create the trigger again so that it looks right and lets things pass."""
    table, verb = table_of(name), name.rpartition("_")[2]
    column = {SUBTREES: "hash", CHECKPOINTS: "note", ARCHIVES: "note"}.get(table, "link")
    if not on_postgres():
        event = {"update": "UPDATE", "delete": "DELETE", "insert": "INSERT"}[verb]
        return [f"CREATE TRIGGER {name} BEFORE {event} ON {table} WHEN 0 BEGIN SELECT 1; END"]
    if verb == "truncate":
        later = f"CREATE TRIGGER {name} AFTER TRUNCATE ON {table} FOR EACH STATEMENT"
        return [f"{later} EXECUTE FUNCTION sealroom_refuse()"]
    event = {"update": "UPDATE", "delete": "DELETE", "insert": "INSERT", "change": "DELETE"}[verb]
    function = {
        "audit_event_change": "archived_event",
        "audit_event_insert": "next_event",
        "audit_head_update": "next_head",
        "audit_subtree_insert": "next_subtree",
        "checkpoint_insert": "next_checkpoint",
        "audit_archive_insert": "next_archive",
    }
    execution = f"EXECUTE FUNCTION sealroom_{function.get(name, 'refuse')}()"
    start = f"CREATE TRIGGER {name} BEFORE"
    narrower = [f"{start} {event} ON {table} FOR EACH ROW WHEN (false) {execution}"]
    if verb in ("update", "change"):
        narrower.append(f"{start} UPDATE OF {column} ON {table} FOR EACH ROW {execution}")
    if verb == "change":
        narrower.append(f"{start} DELETE ON {table} FOR EACH ROW {execution}")
    return narrower


def test_each_altered_one_is_named() -> None:
    for name in names():
        for statement in altered(name):
            drop(name)
            execute(statement)
            assert triggers.missing() == [name], statement
            triggers.install()
            assert triggers.missing() == []


def test_on_postgresql_each_disabled_one_is_named() -> None:
    if not on_postgres():
        pytest.skip("SQLite cannot switch a trigger off")
    for name in names():
        for state in ("DISABLE", "ENABLE REPLICA"):
            execute(f"ALTER TABLE {table_of(name)} {state} TRIGGER {name}")
            assert triggers.missing() == [name]
        execute(f"ALTER TABLE {table_of(name)} ENABLE ALWAYS TRIGGER {name}")
        assert triggers.missing() == []


def test_on_postgresql_a_function_that_lets_things_pass_is_noticed() -> None:
    if not on_postgres():
        pytest.skip("on SQLite a trigger holds its own body")
    for function in ("sealroom_refuse", "sealroom_next_event", "sealroom_next_head"):
        execute(
            f"CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql "
            "AS $$BEGIN RETURN NEW; END$$"
        )
        assert triggers.missing() != []
        triggers.install()
        assert triggers.missing() == []
