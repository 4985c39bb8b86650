"""A log that is old enough for archives, and how to make one."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone

from secretsapp.log import checkpoints
from secretsapp.log.archive_planning import parse_day
from secretsapp.models import audit as audit_tables
from secretsapp.operation.archives import making
from secretsapp.people import sign_ins
from tests.stage import STAGEHAND, Cast
from tests.support.aging import age
from tests.support.long_log import lengthen

WHY = "Older than the two years that we keep."


def make_old(
    monkeypatch: pytest.MonkeyPatch, meanwhile: Callable[[], object] = lambda: None
) -> None:
    """Let the log have 300 events from last year, 300 older than a month, and two from today.

    What is done `meanwhile` are the first of those that are older than a month. There is a
    checkpoint of the first 100. Blocks of the index are small, so that archives end with subtrees
    of 256 events.
    """
    monkeypatch.setattr(audit_tables, "BLOCK_SIZE", 64)
    age(days=400)
    now = timezone.now()
    with time_machine.travel(now - timedelta(days=400)):
        append(to=100)
        checkpoints.make(STAGEHAND)
        append(to=300)
    with time_machine.travel(now - timedelta(days=40)):
        meanwhile()
        append(to=600)
    append(to=602)


def append(to: int) -> None:
    """Let the log have so many events."""
    with transaction.atomic():
        lengthen(to)


def sign_in(cast: Cast) -> None:
    """Let something happen."""
    sign_ins.record_sign_in(cast["viewer"].actor, cast["viewer"].user)


def archive(path: Path, days: int = 31) -> making.Archived:
    """Archive what is older: events 1 to 512, and with 200 days those to 256."""
    day = timezone.now() - timedelta(days=days)
    return making.make(STAGEHAND, parse_day(f"{day:%Y-%m-%d}"), path, reason=WHY)
