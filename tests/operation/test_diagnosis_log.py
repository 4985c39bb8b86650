"""What `doctor` says of checkpoints: the newest, one that is late, and a log that is broken."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone
from pytest_django import Settings

from secretsapp.core.errors import LogBroken
from secretsapp.core.keyring import generate_key
from secretsapp.log import checkpoints
from secretsapp.models import AuditEvent
from secretsapp.operation import diagnosis_log, diagnosis_machine
from secretsapp.operation.findings import Level
from secretsapp.people import sign_ins
from tests.stage import STAGEHAND, Cast
from tests.support.tampering import behind_the_back

pytestmark = [pytest.mark.django_db, pytest.mark.engine]


def found() -> list[tuple[Level, str]]:
    return [(each.level, each.found) for each in diagnosis_log.checkpoints_of_log()]


def test_checkpoints_are_told_when_they_are_late_and_when_the_log_is_broken(cast: Cast) -> None:
    later = timezone.now() + timedelta(hours=4)
    assert found() == [(Level.OK, "none was signed yet")]
    with time_machine.travel(later):
        assert found() == [(Level.WARNING, "No checkpoint was signed yet.")]
    made = checkpoints.make(STAGEHAND)
    with time_machine.travel(later):
        [(level, words)] = found()
        assert (level, words.startswith(f"number 1, of {made.size} ")) == (Level.OK, True)
        sign_ins.record_sign_in(cast["viewer"].actor, cast["viewer"].user)
        [(level, words)] = found()
        assert (level, "is old" in words) == (Level.WARNING, True)
    newest = AuditEvent.objects.latest("sequence").sequence
    behind_the_back(f"UPDATE secretsapp_auditevent SET door = 'x' WHERE sequence = {newest}")
    with pytest.raises(LogBroken):
        checkpoints.make(STAGEHAND)
    level, words = found()[0]
    assert level is Level.WRONG
    assert words.startswith(f"The audit log is broken: Event {newest} was edited")


def test_a_checkpoint_key_is_told_and_that_there_is_none(
    cast: Cast, settings: Settings, tmp_path: object
) -> None:
    assert [each.level for each in diagnosis_machine.checkpoint_keys()] == [Level.OK]
    settings.KEYS_DIR = tmp_path
    [none] = diagnosis_machine.checkpoint_keys()
    assert none.level is Level.WARNING
    assert "openssl rand -base64 32" in none.to_do
    settings.CHECKPOINT_KEYS = generate_key()
    assert [each.level for each in diagnosis_machine.checkpoint_keys()] == [Level.OK]
