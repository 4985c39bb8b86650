"""How to make a backup and to restore one, and the events of that."""

import tempfile
from pathlib import Path

import pytest

from secretsapp.core.errors import CopyFailed
from secretsapp.log import verifying
from secretsapp.models import AuditHead
from secretsapp.operation import backups
from tests.actions.acting import Action, Stage

ADMIN = "admin@example.com"


def make(stage: Stage) -> None:
    """Make a backup, which is thrown away."""
    with tempfile.TemporaryDirectory() as place:
        backups.make(stage.cast["admin"].actor, Path(place) / "copy")


def restore(stage: Stage) -> None:
    """Be refused, because there is an installation already."""
    with tempfile.TemporaryDirectory() as place, pytest.raises(CopyFailed):
        backups.restore(stage.cast["admin"].actor, Path(place) / "copy")


def adopt(stage: Stage) -> None:
    """Take what is in the database for a copy that someone put there."""
    head = verifying.parse_anchor(str(AuditHead.objects.get()))
    backups.adopt(stage.cast["admin"].actor, head)


BACKUP_ACTIONS = [
    Action("backups.make", make, (f"backup.made | {ADMIN} |  |  | ",)),
    Action(
        "backups.adopt",
        adopt,
        (f"installation.restored | {ADMIN} |  |  | ",),
    ),
    Action("backups.restore", restore),
]
