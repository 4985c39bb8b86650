"""How to make an archive of the log, and the events of that."""

import tempfile
from datetime import timedelta
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from secretsapp.log import archiving
from secretsapp.models import audit as audit_tables
from secretsapp.operation.archives import making
from tests.actions.acting import Action, Stage
from tests.support.aging import age
from tests.support.long_log import lengthen

ADMIN = "admin@example.com"
SIGNED, ARCHIVED = (f"{tag} | {ADMIN} |  |  | " for tag in ("checkpoint.made", "audit.archived"))


def make_old(_stage: Stage) -> None:
    """Let the log be long and old enough for an archive."""
    with transaction.atomic():
        lengthen(audit_tables.BLOCK_SIZE)
    age(days=40)


def begin(stage: Stage) -> None:
    """Only begin one."""
    archiving.begin(stage.cast["admin"].actor, timezone.now(), "tests")


def make(stage: Stage) -> None:
    """Make one, which is thrown away."""
    before = timezone.now() - timedelta(days=31)
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "archive"
        making.make(stage.cast["admin"].actor, before, path, reason="tests")


ARCHIVE_ACTIONS = [
    Action("archiving.begin", begin, (SIGNED,), before=make_old),
    Action("archiving.remove", make, (SIGNED, ARCHIVED), before=make_old),
]
