"""The session and the request of an event, for those that are written from here on.

The columns are added by themselves: SQLite's table would be made again without its triggers.
"""

from django.db import migrations, models

_TABLE = '"secretsapp_auditevent"'
# Both engines take it, and rewrite no row.
_ADD = f"ALTER TABLE {_TABLE} ADD COLUMN %s varchar(%d) DEFAULT '' NOT NULL"
_DROP = f"ALTER TABLE {_TABLE} DROP COLUMN %s"


def _column(name: str, length: int) -> migrations.SeparateDatabaseAndState:
    field = models.CharField(max_length=length, blank=True, db_default="")
    return migrations.SeparateDatabaseAndState(
        [migrations.RunSQL(_ADD % (f'"{name}"', length), _DROP % f'"{name}"')],
        [migrations.AddField("auditevent", name, field)],
    )


def _index(name: str) -> migrations.AddIndex:
    index = models.Index(fields=[f"{name}_id", "sequence"], name=f"event_of_{name}")
    return migrations.AddIndex("auditevent", index)


class Migration(migrations.Migration):
    dependencies = [
        ("secretsapp", "0025_saved_searches"),
    ]

    operations = [
        _column("session_id", 16),
        _column("request_id", 64),
        _index("session"),
        _index("request"),
    ]
