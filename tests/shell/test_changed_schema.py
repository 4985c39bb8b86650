"""What the database was made to do behind Sealroom's back is told at each door, and named."""

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from secretsapp.models import AuditEvent, User
from secretsapp.rules import schema
from secretsapp.rules.schema import Differences
from tests.shell import looking
from tests.stage import Cast
from tests.support.database import execute, on_postgres

pytestmark = [pytest.mark.django_db, pytest.mark.engine]

USER = "secretsapp_user"
ADDED_ON_BOTH = {
    f"index {USER}.kept": f"CREATE UNIQUE INDEX kept ON {USER} (is_active) WHERE NOT is_active",
    "table kept": 'CREATE TABLE "kept" ("id" integer)',
    "index secretsapp_auditevent.event_of_tag (changed)": (
        "DROP INDEX event_of_tag; "
        "CREATE INDEX event_of_tag ON secretsapp_auditevent (tag, sequence) WHERE sequence < 3"
    ),
}
ADDED_ON_POSTGRES = {
    f"constraint {USER}.kept": f"ALTER TABLE {USER} ADD CONSTRAINT kept CHECK (is_active)",
    "operator public.=(bigint,bigint)": (
        "CREATE OPERATOR = (LEFTARG = bigint, RIGHTARG = bigint, FUNCTION = int8ne)"
    ),
    f"rule {USER}.kept": f"CREATE RULE kept AS ON UPDATE TO {USER} DO INSTEAD NOTHING",
}
ADDED_ON_SQLITE = {
    f"column {USER}.kept": f"ALTER TABLE {USER} ADD COLUMN kept integer CHECK (is_active)",
}
ADDED = ADDED_ON_BOTH | (ADDED_ON_POSTGRES if on_postgres() else ADDED_ON_SQLITE)


@pytest.mark.parametrize("name", ADDED)
def test_each_door_names_what_sealroom_did_not_put_there(cast: Cast, name: str) -> None:
    for statement in ADDED[name].split("; "):
        execute(statement)
    before = AuditEvent.objects.count()
    told = "The database has objects that Sealroom didn't create: "
    for sentence in (*looking.refusals().values(), looking.found("log guards")):
        assert sentence.startswith(told)
        assert name in sentence
    assert looking.failed() == ["schema"]
    assert AuditEvent.objects.count() == before


def test_each_door_names_what_is_missing(cast: Cast) -> None:
    execute("DROP INDEX user_email_unique")
    told = f"The database is missing objects that Sealroom created: index {USER}.user_email_unique."
    for sentence in (*looking.refusals().values(), looking.found("log guards")):
        assert sentence.startswith(told)
    assert looking.failed() == ["schema"]


def test_on_sqlite_an_index_that_hides_rows_and_looks_right_is_told(cast: Cast) -> None:
    if on_postgres():
        pytest.skip("only PostgreSQL's superuser could change its catalogue")
    [definition] = defined("event_of_tag")
    execute("DROP INDEX event_of_tag")
    execute(f"{definition} WHERE sequence < 3")
    redefine("event_of_tag", definition)
    assert AuditEvent.objects.filter(tag="person.created").count() == 0
    assert schema.compare() == Differences([], [])
    told = "SQLite reports that the database is damaged: "
    assert looking.refusal("verify_audit").startswith(told)
    assert looking.found("indexes").startswith(told)


def defined(name: str) -> list[str]:
    """The definition of that name in an SQLite database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT sql FROM sqlite_master WHERE name = %s", [name])
        return [str(sql) for (sql,) in cursor.fetchall()]


def redefine(name: str, definition: str) -> None:
    """Say in SQLite's own table that it was defined so."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA writable_schema=ON")
        cursor.execute("UPDATE sqlite_master SET sql = %s WHERE name = %s", [definition, name])
        cursor.execute("PRAGMA writable_schema=RESET")


def test_tables_of_another_version_are_told_as_that(cast: Cast) -> None:
    recorder = MigrationRecorder(connection)
    newest = max(name for app, name in recorder.applied_migrations() if app == "secretsapp")
    recorder.record_unapplied("secretsapp", newest)
    older = (
        f"The tables are from an older version of Sealroom: {newest} has not been "
        "applied. Run `manage.py"
    )
    assert looking.refusal("verify_audit").startswith(older)
    assert looking.refusal("work", "--once").startswith(older)
    assert looking.failed() == ["migrations"]
    recorder.record_applied("secretsapp", newest)
    recorder.record_applied("secretsapp", "9999_later")
    newer = (
        "The tables are from a newer version of Sealroom (9999_later), and this one "
        "could damage them."
    )
    assert looking.refusal("verify_audit").startswith(newer)
    assert looking.refusal("work", "--once").startswith(newer)
    assert looking.refusal("setup").startswith(newer)
    assert looking.failed() == ["migrations"]


def test_nothing_is_told_of_a_database_as_it_was_made(cast: Cast) -> None:
    assert looking.refusal("setup") == looking.refusal("verify_audit") == ""
    assert looking.found("log guards") == looking.found("indexes") == ""
    assert looking.failed() == []
    assert User.objects.exists()
