"""The archives of the audit log: how far its events are in files, and no longer in the table."""

from typing import Any

from django.db import migrations, models

_DROP = "DROP TRIGGER IF EXISTS audit_event_delete"
_REFUSE = (
    "CREATE TRIGGER audit_event_delete BEFORE DELETE ON secretsapp_auditevent "
    "BEGIN SELECT RAISE(ABORT, 'audit events are only ever inserted, each behind the last'); END"
)


def _close_door(_apps: Any, schema_editor: Any) -> None:
    """Refuse every deletion again, before the table goes that SQLite's trigger asks.

    With a trigger that asks a table which isn't there SQLite changes no other table. PostgreSQL
    looks at that only when a row is deleted, and then refuses.
    """
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute(_DROP)
        schema_editor.execute(_REFUSE)


class Migration(migrations.Migration):
    dependencies = [
        ("secretsapp", "0028_channels"),
    ]

    operations = [
        migrations.CreateModel(
            name="AuditArchive",
            fields=[
                ("number", models.BigIntegerField(primary_key=True, serialize=False)),
                ("first", models.BigIntegerField()),
                ("last", models.BigIntegerField()),
                ("file", models.TextField()),
                ("note", models.TextField()),
                ("protected", models.TextField()),
                ("made_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["-number"],
            },
        ),
        migrations.RunPython(migrations.RunPython.noop, _close_door),
    ]
