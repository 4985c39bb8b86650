"""Breaks the audit log in the ways that an action must survive."""

from pathlib import Path

from django.db import connection
from pytest_django import Settings

from secretsapp.models import AuditHead
from secretsapp.rules import triggers


def lose_head() -> None:
    """Take the head of the log away, as only someone at the database can."""
    triggers.remove()
    AuditHead.objects.all().delete()
    triggers.install()


def lose_audit_keys(settings: Settings, empty: Path) -> None:
    """Leave the master keys and take the audit keys away."""
    settings.MASTER_KEYS = (Path(settings.KEYS_DIR) / "master_keys").read_text("ascii")
    settings.AUDIT_KEYS = None
    settings.KEYS_DIR = empty


def refuse_events_like(pattern: str) -> None:
    """Let the database refuse every event whose tag is like `pattern`."""
    when = f"BEFORE INSERT ON secretsapp_auditevent FOR EACH ROW WHEN (NEW.tag LIKE '{pattern}')"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "CREATE FUNCTION refuse_for_test() RETURNS trigger LANGUAGE plpgsql AS "
                "$$BEGIN RAISE EXCEPTION 'refused for a test'; END$$"
            )
            cursor.execute(
                f"CREATE TRIGGER refuse_for_test {when} EXECUTE FUNCTION refuse_for_test()"
            )
        else:
            cursor.execute(
                f"CREATE TRIGGER refuse_for_test {when} "
                "BEGIN SELECT RAISE(ABORT, 'refused for a test'); END"
            )
