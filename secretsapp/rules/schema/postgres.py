"""Describes a PostgreSQL database, each part of it in a line: what it is and how it is defined.

Objects with low numbers came with the server. What belongs to an extension, or to the server's
owner where we are not that, is left out: a table of ours that did would be missing.
"""

import re
from collections.abc import Iterator

from secretsapp.rules.sql import rows

_DESCRIBED = """\
WITH tables AS (
    SELECT c.*, concat(
        CASE WHEN relnamespace <> current_schema()::regnamespace
        THEN relnamespace::regnamespace || '.' END, relname) AS name
    FROM pg_class c WHERE relkind IN ('r', 'p', 'S') AND relpersistence <> 't' AND oid >= 16384
    AND (pg_has_role(relowner, 'MEMBER')
        OR NOT (SELECT rolsuper FROM pg_roles r WHERE r.oid = relowner))
    AND NOT EXISTS (
        SELECT FROM pg_depend WHERE classid = c.tableoid AND objid = c.oid AND deptype = 'e'
    )
)
SELECT 'table', name, concat_ws(', ',
    CASE WHEN relkind = 'p' THEN 'partitioned' END,
    CASE WHEN relpersistence <> 'p' THEN 'unlogged' END,
    CASE WHEN relrowsecurity OR relforcerowsecurity THEN 'row security' END,
    CASE WHEN EXISTS (SELECT FROM pg_inherits WHERE inhrelid = t.oid) THEN 'inherits' END,
    (SELECT 'without ' || string_agg(may, ' and ')
        FROM unnest('{SELECT,INSERT,UPDATE,DELETE}'::text[]) may
        WHERE NOT has_table_privilege(t.oid, may)))
FROM tables t WHERE relkind <> 'S'
UNION ALL
SELECT 'sequence', name, concat_ws(' ', format_type(seqtypid, NULL), seqmin, seqmax, seqincrement,
    CASE WHEN seqcycle THEN 'cycle' END)
FROM tables t JOIN pg_sequence ON seqrelid = t.oid
UNION ALL
SELECT 'column', name || '.' || attname, concat_ws(' ', format_type(atttypid, atttypmod),
    CASE WHEN attnotnull THEN 'NOT NULL' END,
    CASE WHEN attcollation NOT IN (0, 100) THEN attcollation::regcollation::text END,
    'identity ' || NULLIF(attidentity::text, ''), 'generated ' || NULLIF(attgenerated::text, ''),
    'default ' || pg_get_expr(adbin, adrelid))
FROM tables t JOIN pg_attribute ON attrelid = t.oid AND attnum > 0 AND NOT attisdropped
LEFT JOIN pg_attrdef ON adrelid = t.oid AND adnum = attnum WHERE relkind <> 'S'
UNION ALL
SELECT 'constraint', name || '.' || conname, pg_get_constraintdef(o.oid)
FROM tables t JOIN pg_constraint o ON conrelid = t.oid WHERE contype <> 'n'
UNION ALL
SELECT 'index', name || '.' || i.relname, concat_ws(' ',
    replace(pg_get_indexdef(indexrelid), ' ON ' || current_schema()::regnamespace || '.', ' ON '),
    CASE WHEN NOT (indisvalid AND indisready AND indislive) THEN 'not in use' END)
FROM tables t JOIN pg_index ON indrelid = t.oid JOIN pg_class i ON i.oid = indexrelid
"""
# A list in a condition is printed in the first way where the migrations made it, and in the second
# where a dump did.
_LIST = re.compile(r"\(ARRAY\[((?:'[^']*'::character varying(?:, )?)+)\]\)::text\[\]")
_ENTRY = re.compile(r"'[^']*'::character varying")

_FOREIGN = """\
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
    SELECT tableoid, oid, relowner, CASE relkind WHEN 'c' THEN 'type' ELSE 'view' END,
        oid::regclass::text
    FROM pg_class WHERE relkind IN ('v', 'm', 'f', 'c')
    UNION ALL
    SELECT tableoid, oid, proowner, 'function', oid::regprocedure::text FROM pg_proc
    UNION ALL
    SELECT tableoid, oid, oprowner, 'operator', oid::regoperator::text FROM pg_operator
    UNION ALL
    SELECT tableoid, oid, typowner, 'type', oid::regtype::text
    FROM pg_type WHERE typrelid = 0 AND typelem = 0
    UNION ALL
    SELECT tableoid, oid, collowner, 'collation', collname FROM pg_collation
    UNION ALL
    SELECT tableoid, oid, conowner, 'conversion', conname FROM pg_conversion
    UNION ALL
    SELECT tableoid, oid, evtowner, 'event trigger', evtname FROM pg_event_trigger
    UNION ALL
    SELECT tableoid, oid, extowner, 'extension', extname FROM pg_extension
    UNION ALL
    SELECT tableoid, oid, nspowner, 'schema', nspname FROM pg_namespace
    WHERE nspname NOT IN ('public', current_schema()) AND NOT starts_with(nspname, 'pg_')
)
SELECT kind, name FROM found WHERE oid >= 16384
AND (pg_has_role(owner, 'MEMBER') OR NOT (SELECT rolsuper FROM pg_roles r WHERE r.oid = owner))
AND NOT EXISTS (
    SELECT FROM pg_depend WHERE classid = class AND objid = found.oid AND deptype = 'e'
)
UNION ALL
SELECT 'setting', 'search_path' WHERE 'pg_catalog' <> (
    SELECT name FROM unnest(current_schemas(true)) name
    WHERE NOT starts_with(name, 'pg_temp_') LIMIT 1
)
UNION ALL
SELECT 'setting', 'session_replication_role'
WHERE current_setting('session_replication_role') = 'replica'
ORDER BY 1, 2
"""


def describe() -> Iterator[str]:
    """A line for each table, column, constraint, index and sequence that someone made.

    Those in the schema that is used are named without it.
    """
    for kind, name, definition in rows(_DESCRIBED):
        yield f"{kind} {name}: {_LIST.sub(_as_from_a_dump, definition)}".removesuffix(": ")


def _as_from_a_dump(found: re.Match[str]) -> str:
    entries = [f"({entry})::text" for entry in _ENTRY.findall(found[1])]
    return f"ARRAY[{', '.join(entries)}]"


def foreign() -> list[tuple[str, str]]:
    """The kind and name of what acts by itself, or lends its name to what the server has.

    Triggers, rules, policies, views, functions, operators, types, collations, conversions, event
    triggers, extensions, further schemas, and settings that lead away from all of ours.
    """
    return rows(_FOREIGN)
