"""The database triggers that let audit events only ever be inserted, in one order.

`setup` installs them after migrating, because SQLite drops a table's triggers silently when a
migration rebuilds the table. Whatever else the database would do by itself is not ours, and is
found here too.
"""

from typing import Any

from django.db import connection

_REFUSAL = "audit events are only ever inserted, each behind the last"

_SQLITE = {
    "audit_event_update": "BEFORE UPDATE ON secretsapp_auditevent",
    "audit_event_delete": "BEFORE DELETE ON secretsapp_auditevent",
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
}

_POSTGRES = {
    "audit_event_change": ("secretsapp_auditevent", "DELETE OR UPDATE", "ROW", "sealroom_refuse"),
    "audit_event_truncate": ("secretsapp_auditevent", "TRUNCATE", "STATEMENT", "sealroom_refuse"),
    "audit_event_insert": ("secretsapp_auditevent", "INSERT", "ROW", "sealroom_next_event"),
    "audit_head_update": ("secretsapp_audithead", "UPDATE", "ROW", "sealroom_next_head"),
    "audit_head_delete": ("secretsapp_audithead", "DELETE", "ROW", "sealroom_refuse"),
    "audit_head_truncate": ("secretsapp_audithead", "TRUNCATE", "STATEMENT", "sealroom_refuse"),
}

# What PostgreSQL would run that somebody added: what it came with has lower numbers, and what
# belongs to an extension, or to the server's owner where we are not that, is left out.
_FOREIGN_IN_POSTGRES = """
WITH found (class, oid, owner, kind, name) AS (
    SELECT t.tableoid, t.oid, c.relowner, 'trigger',
        CASE WHEN pg_table_is_visible(c.oid) THEN c.relname || '.' || t.tgname
        ELSE c.relnamespace::regnamespace || '.' || c.relname || '.' || t.tgname END
    FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE NOT t.tgisinternal
    UNION ALL
    SELECT r.tableoid, r.oid, c.relowner, 'rule', c.relname || '.' || r.rulename
    FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class WHERE r.rulename <> '_RETURN'
    UNION ALL
    SELECT p.tableoid, p.oid, c.relowner, 'policy', c.relname || '.' || p.polname
    FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid
    UNION ALL
    SELECT tableoid, oid, relowner, 'view', oid::regclass::text
    FROM pg_class WHERE relkind IN ('v', 'm', 'f')
    UNION ALL
    SELECT tableoid, oid, proowner, 'function', oid::regprocedure::text FROM pg_proc
    UNION ALL
    SELECT tableoid, oid, evtowner, 'event trigger', evtname FROM pg_event_trigger
)
SELECT kind, name FROM found WHERE oid >= 16384
AND (pg_has_role(owner, 'MEMBER') OR NOT (SELECT rolsuper FROM pg_roles r WHERE r.oid = owner))
AND NOT EXISTS (
    SELECT FROM pg_depend WHERE classid = class AND objid = found.oid AND deptype = 'e'
)
ORDER BY kind, name
"""
_FOREIGN_IN_SQLITE = (
    "SELECT type, CASE type WHEN 'view' THEN name ELSE tbl_name || '.' || name END "
    "FROM sqlite_master WHERE type IN ('trigger', 'view') ORDER BY 1, 2"
)


def install() -> None:
    """Put every trigger in place, in its present form."""
    remove()
    for statement in _definitions().values():
        _execute(statement)


def remove() -> None:
    """Take every trigger off; only `install` and the tests' flush of a database do that."""
    for name in _definitions():
        table = f" ON {_POSTGRES[name][0]}" if _is_postgres() else ""
        _execute(f"DROP TRIGGER IF EXISTS {name}{table}")
    if _is_postgres():
        for name, body in _POSTGRES_FUNCTIONS.items():
            _execute(_function(name, body))


def missing() -> list[str]:
    """The names of the triggers that are absent, switched off, or not of the present form."""
    present = _present_in_postgres() if _is_postgres() else _present_in_sqlite()
    return [name for name, wanted in _definitions().items() if present.get(name) != wanted]


def foreign() -> list[str]:
    """What the database would do by itself and Sealroom did not put there, each by its name.

    Triggers, views and, on PostgreSQL, rules, policies, functions and event triggers: any of them
    can keep rows alive that are deleted, or show others than there are.
    """
    query = _FOREIGN_IN_POSTGRES if _is_postgres() else _FOREIGN_IN_SQLITE
    ours = {("trigger", f"{_table_of(name)}.{name}") for name in _definitions()}
    if _is_postgres():
        ours |= {("function", f"{name}()") for name in _POSTGRES_FUNCTIONS}
    return [f"{kind} {name}" for kind, name in _rows(query) if (kind, name) not in ours]


def _table_of(name: str) -> str:
    """The table that our trigger of that name is on."""
    return "secretsapp_auditevent" if name.startswith("audit_event") else "secretsapp_audithead"


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
    return dict(_rows("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"))


def _present_in_postgres() -> dict[str, str]:
    """The definition of each trigger that is on and whose function has our body.

    PostgreSQL writes it as we do, so that a condition or a column added to one shows.
    """
    rows = _rows(
        "SELECT t.tgname, pg_get_triggerdef(t.oid, true), p.proname, p.prosrc FROM pg_trigger t "
        "JOIN pg_proc p ON p.oid = t.tgfoid WHERE t.tgenabled IN ('O', 'A') AND NOT t.tgisinternal "
        "AND t.tgrelid IN "
        "(to_regclass('secretsapp_auditevent'), to_regclass('secretsapp_audithead'))"
    )
    return {
        trigger: definition
        for trigger, definition, function, body in rows
        if _POSTGRES_FUNCTIONS.get(function) == body
    }


def _execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def _rows(query: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return list(cursor.fetchall())
