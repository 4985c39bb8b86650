"""The database triggers that let audit events, and what proves them, only ever be inserted.

The one door is an archive: a row of it says up to which event they may be deleted. It is only
inserted as well, each behind the last, within what a checkpoint has signed, and never for events
that are younger than thirty days.

`setup` installs them after migrating, because SQLite drops a table's triggers silently when a
migration rebuilds the table.
"""

from django.db import connection

from secretsapp.rules.sql import execute, rows

_REFUSAL = "audit events are only ever inserted, each behind the last"

_NO_NEXT_ARCHIVE = (
    "NEW.number <> (SELECT COALESCE(MAX(number) + 1, 1) FROM secretsapp_auditarchive) "
    "OR NEW.first <> (SELECT COALESCE(MAX(last) + 1, 1) FROM secretsapp_auditarchive) "
    "OR NEW.last < NEW.first "
    "OR NEW.last > (SELECT COALESCE(MAX(size), 0) FROM secretsapp_checkpoint)"
)
_TOO_YOUNG_ON_SQLITE = (
    "OR COALESCE((SELECT time FROM secretsapp_auditevent WHERE sequence = NEW.last), 'z') "
    "> strftime('%Y-%m-%d %H:%M:%S', 'now', '-30 days')"
)
_TOO_YOUNG_ON_POSTGRES = (
    "OR COALESCE((SELECT time FROM secretsapp_auditevent WHERE sequence = NEW.last), now()) "
    "> now() - interval '30 days'"
)

_SQLITE = {
    "audit_event_update": "BEFORE UPDATE ON secretsapp_auditevent",
    "audit_event_delete": (
        "BEFORE DELETE ON secretsapp_auditevent WHEN OLD.sequence > "
        "(SELECT COALESCE(MAX(last), 0) FROM secretsapp_auditarchive)"
    ),
    "audit_event_insert": (
        "BEFORE INSERT ON secretsapp_auditevent WHEN NEW.sequence IS NOT "
        "(SELECT sequence + 1 FROM secretsapp_audithead WHERE id = 1)"
    ),
    "audit_head_update": (
        "BEFORE UPDATE ON secretsapp_audithead "
        "WHEN NEW.id IS NOT OLD.id OR NEW.sequence IS NOT OLD.sequence + 1"
    ),
    "audit_head_delete": "BEFORE DELETE ON secretsapp_audithead",
    "audit_head_insert": (
        "BEFORE INSERT ON secretsapp_audithead WHEN EXISTS (SELECT 1 FROM secretsapp_audithead)"
    ),
    "audit_subtree_update": "BEFORE UPDATE ON secretsapp_auditsubtree",
    "audit_subtree_delete": "BEFORE DELETE ON secretsapp_auditsubtree",
    "audit_subtree_insert": (
        "BEFORE INSERT ON secretsapp_auditsubtree WHEN NEW.place IS NOT (SELECT "
        "COALESCE(MAX(place) + 1, 0) FROM secretsapp_auditsubtree WHERE level = NEW.level)"
    ),
    "checkpoint_update": "BEFORE UPDATE ON secretsapp_checkpoint",
    "checkpoint_delete": "BEFORE DELETE ON secretsapp_checkpoint",
    "checkpoint_insert": (
        "BEFORE INSERT ON secretsapp_checkpoint WHEN NEW.number IS NOT "
        "(SELECT COALESCE(MAX(number) + 1, 1) FROM secretsapp_checkpoint) "
        "OR NEW.size <= (SELECT COALESCE(MAX(size), 0) FROM secretsapp_checkpoint)"
    ),
    "audit_archive_update": "BEFORE UPDATE ON secretsapp_auditarchive",
    "audit_archive_delete": "BEFORE DELETE ON secretsapp_auditarchive",
    "audit_archive_insert": " ".join(
        (
            "BEFORE INSERT ON secretsapp_auditarchive WHEN",
            _NO_NEXT_ARCHIVE,
            _TOO_YOUNG_ON_SQLITE,
        )
    ),
}

_POSTGRES_FUNCTIONS = {
    "sealroom_refuse": f"BEGIN RAISE EXCEPTION '{_REFUSAL}'; END",
    "sealroom_next_event": (
        "BEGIN IF NEW.sequence IS DISTINCT FROM "
        "(SELECT sequence + 1 FROM secretsapp_audithead WHERE id = 1) THEN RAISE EXCEPTION "
        "'audit events are only ever inserted, each behind the last'; END IF; RETURN NEW; END"
    ),
    "sealroom_next_head": (
        "BEGIN IF NEW.id IS DISTINCT FROM OLD.id "
        "OR NEW.sequence IS DISTINCT FROM OLD.sequence + 1 THEN RAISE EXCEPTION "
        "'audit events are only ever inserted, each behind the last'; END IF; RETURN NEW; END"
    ),
    "sealroom_next_subtree": (
        "BEGIN IF NEW.place IS DISTINCT FROM (SELECT COALESCE(MAX(place) + 1, 0) "
        "FROM secretsapp_auditsubtree WHERE level = NEW.level) THEN RAISE EXCEPTION "
        "'audit events are only ever inserted, each behind the last'; END IF; RETURN NEW; END"
    ),
    "sealroom_next_checkpoint": (
        "BEGIN IF NEW.number IS DISTINCT FROM "
        "(SELECT COALESCE(MAX(number) + 1, 1) FROM secretsapp_checkpoint) "
        "OR NEW.size <= (SELECT COALESCE(MAX(size), 0) FROM secretsapp_checkpoint) "
        "THEN RAISE EXCEPTION 'audit events are only ever inserted, each behind the last'; "
        "END IF; RETURN NEW; END"
    ),
    "sealroom_archived_event": (
        "BEGIN IF TG_OP = 'DELETE' THEN IF OLD.sequence <= "
        "(SELECT COALESCE(MAX(last), 0) FROM secretsapp_auditarchive) THEN RETURN OLD; END IF; "
        "END IF; RAISE EXCEPTION 'audit events are only ever inserted, each behind the last'; END"
    ),
    "sealroom_next_archive": " ".join(
        (
            "BEGIN IF",
            _NO_NEXT_ARCHIVE,
            _TOO_YOUNG_ON_POSTGRES,
            "THEN RAISE EXCEPTION 'audit events are only ever inserted, each behind the last';",
            "END IF; RETURN NEW; END",
        )
    ),
}

_POSTGRES = {
    "audit_event_change": (
        "secretsapp_auditevent",
        "DELETE OR UPDATE",
        "ROW",
        "sealroom_archived_event",
    ),
    "audit_event_truncate": ("secretsapp_auditevent", "TRUNCATE", "STATEMENT", "sealroom_refuse"),
    "audit_event_insert": ("secretsapp_auditevent", "INSERT", "ROW", "sealroom_next_event"),
    "audit_head_update": ("secretsapp_audithead", "UPDATE", "ROW", "sealroom_next_head"),
    "audit_head_delete": ("secretsapp_audithead", "DELETE", "ROW", "sealroom_refuse"),
    "audit_head_truncate": ("secretsapp_audithead", "TRUNCATE", "STATEMENT", "sealroom_refuse"),
    "audit_subtree_change": (
        "secretsapp_auditsubtree",
        "DELETE OR UPDATE",
        "ROW",
        "sealroom_refuse",
    ),
    "audit_subtree_truncate": (
        "secretsapp_auditsubtree",
        "TRUNCATE",
        "STATEMENT",
        "sealroom_refuse",
    ),
    "audit_subtree_insert": ("secretsapp_auditsubtree", "INSERT", "ROW", "sealroom_next_subtree"),
    "checkpoint_change": ("secretsapp_checkpoint", "DELETE OR UPDATE", "ROW", "sealroom_refuse"),
    "checkpoint_truncate": ("secretsapp_checkpoint", "TRUNCATE", "STATEMENT", "sealroom_refuse"),
    "checkpoint_insert": ("secretsapp_checkpoint", "INSERT", "ROW", "sealroom_next_checkpoint"),
    "audit_archive_change": (
        "secretsapp_auditarchive",
        "DELETE OR UPDATE",
        "ROW",
        "sealroom_refuse",
    ),
    "audit_archive_truncate": (
        "secretsapp_auditarchive",
        "TRUNCATE",
        "STATEMENT",
        "sealroom_refuse",
    ),
    "audit_archive_insert": ("secretsapp_auditarchive", "INSERT", "ROW", "sealroom_next_archive"),
}


def install() -> None:
    """Put every trigger in place, in its present form."""
    remove()
    for statement in _definitions().values():
        execute(statement)


def remove() -> None:
    """Take every trigger off; only `install` and the tests' flush of a database do that."""
    for name in _definitions():
        table = f" ON {_POSTGRES[name][0]}" if _is_postgres() else ""
        execute(f"DROP TRIGGER IF EXISTS {name}{table}")
    if _is_postgres():
        for name, body in _POSTGRES_FUNCTIONS.items():
            execute(_function(name, body))


def missing() -> list[str]:
    """The names of the triggers that are absent, switched off, or not of the present form."""
    present = _present_in_postgres() if _is_postgres() else _present_in_sqlite()
    return [name for name, wanted in _definitions().items() if present.get(name) != wanted]


def places() -> dict[str, str]:
    """The table that each of our triggers is on."""
    return {name: _table_of(name) for name in _definitions()}


def functions() -> tuple[str, ...]:
    """The names of the functions that they call, which take no arguments."""
    return tuple(_POSTGRES_FUNCTIONS) if _is_postgres() else ()


def _table_of(name: str) -> str:
    return f"secretsapp_{name.rpartition('_')[0].replace('_', '')}"


def _is_postgres() -> bool:
    return connection.vendor == "postgresql"


def _definitions() -> dict[str, str]:
    """Each trigger's name with the statement that creates it."""
    if _is_postgres():
        return {
            name: f"CREATE TRIGGER {name} BEFORE {events} ON {table} "
            f"FOR EACH {unit} EXECUTE FUNCTION {function}()"
            for name, (table, events, unit, function) in _POSTGRES.items()
        }
    return {
        name: f"CREATE TRIGGER {name} {when} BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
        for name, when in _SQLITE.items()
    }


def _function(name: str, body: str) -> str:
    return f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $${body}$$"


def _present_in_sqlite() -> dict[str, str]:
    return dict(rows("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"))


def _present_in_postgres() -> dict[str, str]:
    """The definition of each trigger that is on and whose function has our body.

    PostgreSQL writes it as we do, so that a condition or a column added to one shows.
    """
    found = rows(
        "SELECT t.tgname, pg_get_triggerdef(t.oid, true), p.proname, p.prosrc FROM pg_trigger t "
        "JOIN pg_proc p ON p.oid = t.tgfoid WHERE t.tgenabled IN ('O', 'A') AND NOT t.tgisinternal "
        "AND t.tgrelid IN "
        "(to_regclass('secretsapp_auditevent'), to_regclass('secretsapp_audithead'), "
        "to_regclass('secretsapp_auditsubtree'), to_regclass('secretsapp_checkpoint'), "
        "to_regclass('secretsapp_auditarchive'))"
    )
    return {
        trigger: definition
        for trigger, definition, function, body in found
        if _POSTGRES_FUNCTIONS.get(function) == body
    }
