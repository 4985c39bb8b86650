"""The schema: the database is what the migrations make, and whatever else it holds is named."""

import pytest
from django.db import connection, transaction

from secretsapp.core.errors import SchemaChanged
from secretsapp.rules import schema
from secretsapp.rules.schema import Differences
from tests.support.database import execute, on_postgres

pytestmark = [pytest.mark.django_db, pytest.mark.engine]

AS_MADE = Differences([], [])

KEPT_ON_SQLITE = "BEFORE DELETE ON django_session BEGIN SELECT RAISE(IGNORE); END"
KEPT = "BEFORE DELETE ON django_session FOR EACH ROW EXECUTE FUNCTION sealroom_refuse()"
BODY = "RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NULL; END$$"
FOREIGN_ON_SQLITE = {
    "trigger django_session.kept": f"CREATE TRIGGER kept {KEPT_ON_SQLITE}",
    "view shown": "CREATE VIEW shown AS SELECT 1",
}
FOREIGN_ON_POSTGRES = {
    "trigger django_session.kept": f"CREATE TRIGGER kept {KEPT}",
    "trigger django_session.audit_event_change": f"CREATE TRIGGER audit_event_change {KEPT}",
    "view shown": "CREATE VIEW shown AS SELECT 1",
    "operator public.=(bigint,bigint)": (
        "CREATE OPERATOR = (LEFTARG = bigint, RIGHTARG = bigint, FUNCTION = int8ne)"
    ),
    "type mood": "CREATE TYPE mood AS ENUM ('good')",
    "type pair": "CREATE TYPE pair AS (a int)",
    "schema elsewhere": "CREATE SCHEMA elsewhere",
    "setting search_path": "SET LOCAL search_path = public, pg_catalog",
    "setting session_replication_role": "SET LOCAL session_replication_role = replica",
    "view shown_before": "CREATE MATERIALIZED VIEW shown_before AS SELECT 1",
    "rule django_session.kept": "CREATE RULE kept AS ON DELETE TO django_session DO NOTHING",
    "policy django_session.hidden": "CREATE POLICY hidden ON django_session USING (false)",
    "function kept()": f"CREATE FUNCTION kept() {BODY}",
}
EVENT_TRIGGER = (
    "CREATE FUNCTION done() RETURNS event_trigger LANGUAGE plpgsql AS $$BEGIN END$$; "
    "CREATE EVENT TRIGGER always ON ddl_command_end EXECUTE FUNCTION done()"
)


def test_nothing_foreign_is_found_after_the_set_up() -> None:
    assert schema.foreign() == []


def test_what_acts_by_itself_and_is_not_ours_is_named() -> None:
    cases = FOREIGN_ON_POSTGRES if on_postgres() else FOREIGN_ON_SQLITE
    for name, statement in cases.items():
        with transaction.atomic():
            execute(statement)
            assert schema.foreign() == [name]
            with pytest.raises(SchemaChanged, match="didn't create"):
                schema.check()
            transaction.set_rollback(True)
    schema.check()


def test_on_postgresql_an_event_trigger_and_a_function_elsewhere_are_named() -> None:
    if not on_postgres():
        pytest.skip("SQLite has neither")
    execute(EVENT_TRIGGER)
    assert schema.foreign() == ["event trigger always", "function done()"]
    execute(f"CREATE SCHEMA elsewhere; CREATE FUNCTION elsewhere.sealroom_refuse() {BODY}")
    assert schema.foreign()[1:] == [
        "function done()",
        "function elsewhere.sealroom_refuse()",
        "schema elsewhere",
    ]


# What each statement leaves: what is there and should not be, and what is missing. None is what
# leaves something else on each engine.
Left = tuple[list[str], list[str]] | None
ON_BOTH: dict[str, Left] = {
    'CREATE TABLE "kept" ("id" integer)': (["column kept.id", "table kept"], []),
    "CREATE UNIQUE INDEX one_inactive ON secretsapp_user (is_active) WHERE NOT is_active": (
        ["index secretsapp_user.one_inactive"],
        [],
    ),
    "CREATE INDEX more ON secretsapp_auditevent (tag)": (["index secretsapp_auditevent.more"], []),
    "DROP INDEX event_of_tag": ([], ["index secretsapp_auditevent.event_of_tag"]),
    "DROP INDEX event_of_tag; CREATE INDEX event_of_tag ON secretsapp_auditevent (tag, sequence) "
    "WHERE sequence < 5": (["index secretsapp_auditevent.event_of_tag (changed)"], []),
    "DROP INDEX grant_by_text": ([], ["index secretsapp_grant.grant_by_text"]),
    "ALTER TABLE secretsapp_user ADD COLUMN more integer CHECK (is_active)": None,
    "ALTER TABLE secretsapp_user DROP COLUMN last_active_at": (
        [],
        ["column secretsapp_user.last_active_at"],
    ),
    "ALTER TABLE secretsapp_user RENAME COLUMN name TO called": (
        ["column secretsapp_user.called"],
        ["column secretsapp_user.name"],
    ),
}
ALTER_USER = "ALTER TABLE secretsapp_user"
ON_POSTGRES: dict[str, Left] = {
    f"{ALTER_USER} ADD CONSTRAINT active CHECK (is_active) NOT VALID": (
        ["constraint secretsapp_user.active"],
        [],
    ),
    f"{ALTER_USER} ALTER COLUMN name TYPE text": (["column secretsapp_user.name (changed)"], []),
    f"{ALTER_USER} ALTER COLUMN name SET DEFAULT 'x'": (
        ["column secretsapp_user.name (changed)"],
        [],
    ),
    f"{ALTER_USER} ALTER COLUMN name DROP NOT NULL": (
        ["column secretsapp_user.name (changed)"],
        [],
    ),
    f"{ALTER_USER} FORCE ROW LEVEL SECURITY": (["table secretsapp_user (changed)"], []),
    "ALTER TABLE django_session SET UNLOGGED": (["table django_session (changed)"], []),
    "ALTER SEQUENCE secretsapp_user_id_seq INCREMENT -1": (
        ["sequence secretsapp_user_id_seq (changed)"],
        [],
    ),
    "ALTER TABLE secretsapp_grant DROP CONSTRAINT admin_is_everywhere": (
        [],
        ["constraint secretsapp_grant.admin_is_everywhere"],
    ),
    "CREATE TABLE more () INHERITS (secretsapp_keyproof)": None,
    "CREATE SCHEMA elsewhere; CREATE TABLE elsewhere.secretsapp_user (id bigint)": (
        ["column elsewhere.secretsapp_user.id", "schema elsewhere"],
        [],
    ),
}


def differences_after(statement: str) -> Differences:
    """What is found after the statement, which is then taken back."""
    with transaction.atomic():
        for part in statement.split("; "):
            execute(part)
        found = schema.compare()
        transaction.set_rollback(True)
    return found


def test_what_the_migrations_make_is_what_is_written_down() -> None:
    written = schema.describe()
    assert schema.compare() == AS_MADE, "Run `python -m tests.schema` on this engine."
    assert {line for line in written if line.startswith("table secretsapp_user")}


@pytest.mark.parametrize("statement", [*ON_BOTH, *(ON_POSTGRES if on_postgres() else ())])
def test_each_other_definition_is_named(statement: str) -> None:
    found = differences_after(statement)
    expected = (ON_BOTH | ON_POSTGRES)[statement]
    if expected is None:
        assert found.foreign
    else:
        foreign, missing = expected
        assert (set(foreign) <= set(found.foreign), found.missing) == (True, missing)
    assert schema.compare() == AS_MADE


def rebuilt(table: str, change: tuple[str, str]) -> None:
    """Make an SQLite table again with something of its definition replaced."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT sql FROM sqlite_master WHERE name = %s", [table])
        (definition,) = cursor.fetchone()
    assert change[0] in definition
    execute(f"DROP TABLE {table}")
    execute(definition.replace(*change))


@pytest.mark.parametrize(
    ("change", "name"),
    [
        (("bool NOT NULL, ", "bool NOT NULL CHECK (is_active), "), "is_active (changed)"),
        (("NULL UNIQUE", "NULL COLLATE nocase UNIQUE"), "email (changed)"),
        (("NOT NULL UNIQUE", "NOT NULL UNIQUE ON CONFLICT REPLACE"), "email (changed)"),
        (("last_active_at", "gone_at"), "gone_at"),
        (("bool NOT NULL)", "bool NOT NULL, CHECK (is_active))"), "CHECK"),
        (("bool NOT NULL)", "bool NOT NULL, CONSTRAINT always CHECK (is_active))"), "always"),
        (("bool NOT NULL)", "bool NOT NULL, more AS (id) STORED)"), "more"),
        (("bool NOT NULL)", "bool NOT NULL /* , */)"), "connects_by_address (changed)"),
        ((" AUTOINCREMENT", ""), "id (changed)"),
    ],
)
def test_on_sqlite_each_part_of_a_tables_definition_counts(
    change: tuple[str, str], name: str
) -> None:
    if on_postgres():
        pytest.skip("PostgreSQL keeps the parts of a definition apart")
    rebuilt("secretsapp_user", change)
    assert any(found.endswith(f"secretsapp_user.{name}") for found in schema.compare().foreign)


def test_on_sqlite_the_order_of_columns_does_not_count() -> None:
    if on_postgres():
        pytest.skip("PostgreSQL is asked for each column by its name")
    name, active = '"name" varchar(100) NOT NULL', '"is_active" bool NOT NULL'
    rebuilt("secretsapp_user", (f"{name}, {active}", f"{active}, {name}"))
    assert [found for found in schema.compare().missing if found[:6] != "index "] == []
    assert schema.compare().foreign == []


def test_many_differences_are_told_in_a_bounded_sentence() -> None:
    names = [f"view {number} \n{'x' * 500}" for number in range(9)]
    told = Differences(names, []).told("The database")
    assert told.endswith(" and 4 more.")
    assert len(told) < 800
    assert "\n" not in told
