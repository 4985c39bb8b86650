"""A log that was wiped whole is not begun again without a word, at no door."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import call_command
from pytest_django import Settings

from secretsapp.core.errors import MissingKey
from secretsapp.models import AuditEvent, AuditHead, KeyProof
from secretsapp.operation import installation
from secretsapp.rules import triggers
from tests.shell import looking
from tests.stage import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.engine]

WIPED = "The audit log was wiped: there are accounts, API keys or universes, but no event"


def wipe() -> None:
    """Take events, triggers and the proof of the key out, as only someone at the database can."""
    triggers.remove()
    AuditEvent.objects.all().delete()
    KeyProof.objects.all().delete()


def wipe_with_head() -> None:
    """The same with the head: nothing is left that a log ever was there."""
    wipe()
    AuditHead.objects.all().delete()


def begin_again() -> None:
    """Leave the log as it is where nothing was ever told, guarded and with the proof of the key."""
    triggers.remove()
    AuditEvent.objects.all().delete()
    AuditHead.objects.update(sequence=0, link="0" * 64)
    triggers.install()


@pytest.mark.parametrize("wiping", [wipe, wipe_with_head, begin_again])
def test_each_door_says_that_the_log_was_wiped(cast: Cast, wiping: Callable[[], None]) -> None:
    wiping()
    said = looking.refusals()
    assert said["setup"].startswith(WIPED)
    assert said["work"].startswith(WIPED)
    assert said["verify_audit"]
    assert looking.found("log head").startswith(WIPED)
    assert "log" in looking.failed()
    assert not AuditEvent.objects.exists()


def test_a_log_that_was_begun_again_does_not_verify(cast: Cast) -> None:
    begin_again()
    assert looking.refusal("verify_audit").startswith(WIPED)


def test_no_new_keys_are_made_for_what_the_lost_ones_protect(
    cast: Cast, settings: Settings, tmp_path: Path
) -> None:
    wipe_with_head()
    settings.KEYS_DIR = tmp_path / "keys"
    settings.MASTER_KEYS = settings.AUDIT_KEYS = None
    with pytest.raises(MissingKey, match="Restore the keys of this installation"):
        installation.generate_keys()
    assert not (tmp_path / "keys").exists()


@pytest.mark.parametrize("wiping", [wipe_with_head, begin_again])
def test_a_database_without_anything_in_it_is_set_up(db: None, wiping: Callable[[], None]) -> None:
    wiping()
    call_command("setup")
    assert looking.refusal("verify_audit") == ""
    assert looking.found("log head") == ""
