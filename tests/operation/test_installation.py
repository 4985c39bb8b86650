"""Set-up: keys that are never written over, a log that must be whole, triggers that come back."""

import json
from pathlib import Path

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from pytest_django import Settings

from secretsapp.core.errors import LogBroken, MissingKey, NewerTables, WeakKey, WrongKey
from secretsapp.core.keyring import generate_key
from secretsapp.log import checkpoints
from secretsapp.models import AuditEvent, AuditHead, KeyProof
from secretsapp.operation import installation
from secretsapp.rules import keys, triggers
from tests.stage import STAGEHAND, Cast
from tests.support.breaking import lose_head
from tests.support.rings import new_key, restart_with

pytestmark = [pytest.mark.django_db, pytest.mark.engine]


@pytest.fixture
def fresh(settings: Settings, tmp_path: Path) -> Path:
    """A data directory without keys, before a database that was never set up."""
    KeyProof.objects.all().delete()
    triggers.remove()
    AuditHead.objects.all().delete()
    AuditEvent.objects.all().delete()
    settings.KEYS_DIR = tmp_path / "data" / "keys"
    settings.MASTER_KEYS = settings.AUDIT_KEYS = None
    return tmp_path / "data" / "keys"


def test_keys_are_made_for_their_owner_alone(fresh: Path) -> None:
    made = installation.generate_keys()
    names = ("master_keys", "audit_keys", "checkpoint_keys")
    assert made == [str(fresh / name) for name in names]
    assert [Path(path).stat().st_mode & 0o777 for path in made] == [0o600] * 3
    assert fresh.stat().st_mode & 0o777 == 0o700
    assert len({Path(path).read_text("ascii") for path in made}) == 3


def test_keys_that_are_there_are_never_written_over(fresh: Path) -> None:
    made = [Path(path) for path in installation.generate_keys()]
    contents = [path.read_bytes() for path in made]
    assert installation.generate_keys() == []
    assert [path.read_bytes() for path in made] == contents


def test_keys_from_the_environment_are_not_made(fresh: Path, settings: Settings) -> None:
    settings.MASTER_KEYS = generate_key()
    assert installation.generate_keys() == [
        str(fresh / "audit_keys"),
        str(fresh / "checkpoint_keys"),
    ]


def test_a_checkpoint_key_is_made_beside_audit_keys_of_ours_and_never_in_place_of_one(
    fresh: Path, settings: Settings
) -> None:
    settings.AUDIT_KEYS = generate_key()
    assert installation.generate_keys() == [str(fresh / "master_keys")]
    installation.prepare_database()
    assert "Put the output of `openssl rand" in installation.checkpoint_notice()
    settings.CHECKPOINT_KEYS = generate_key()
    assert installation.checkpoint_notice() == ""
    checkpoints.make(STAGEHAND)
    settings.CHECKPOINT_KEYS = settings.AUDIT_KEYS = None
    keys.generate(keys.AUDIT_KEYS)
    assert installation.generate_keys() == []
    assert installation.checkpoint_notice().startswith("The checkpoint key is lost")


def test_a_new_database_is_set_up_and_ready(fresh: Path) -> None:
    installation.generate_keys()
    installation.prepare_database()
    installation.check_ready()
    assert AuditHead.objects.get().sequence == 1
    told = AuditEvent.objects.get()
    assert told.tag == "installation.set_up"
    assert told.actor_name.endswith("(command setup)")
    assert triggers.missing() == []


@pytest.mark.parametrize("lost", [["master_keys"], ["audit_keys"], ["master_keys", "audit_keys"]])
def test_lost_keys_are_not_replaced_by_new_ones(fresh: Path, lost: list[str]) -> None:
    installation.generate_keys()
    installation.prepare_database()
    for name in lost:
        (fresh / name).unlink()
    with pytest.raises(MissingKey, match="Restore the keys of this installation") as caught:
        installation.generate_keys()
    assert all(name.upper() in str(caught.value) for name in lost)
    assert not any((fresh / name).exists() for name in lost)


def test_a_second_set_up_changes_nothing(cast: Cast) -> None:
    head = AuditHead.objects.values_list().get()
    proof = bytes(KeyProof.objects.get().blob)
    installation.prepare_database()
    assert AuditHead.objects.values_list().get() == head
    assert bytes(KeyProof.objects.get().blob) == proof


def test_a_second_set_up_puts_lost_triggers_back(cast: Cast) -> None:
    triggers.remove()
    with pytest.raises(LogBroken, match=r"Run `manage.py setup`, then `manage.py verify_audit`"):
        installation.check_ready()
    gone = triggers.missing()
    assert installation.prepare_database() == gone
    installation.check_ready()
    assert triggers.missing() == []


def test_the_log_tells_which_triggers_were_put_back(cast: Cast) -> None:
    triggers.remove()
    gone = triggers.missing()
    installation.prepare_database()
    newest = AuditEvent.objects.latest("sequence")
    assert newest.tag == "log.guarded"
    assert json.loads(newest.detail) == {"fields": ", ".join(gone)}
    assert installation.prepare_database() == []
    assert AuditEvent.objects.latest("sequence") == newest


def test_a_missing_head_is_broken_not_empty(cast: Cast) -> None:
    lose_head()
    with pytest.raises(LogBroken, match="Restore a backup"):
        installation.prepare_database()
    with pytest.raises(LogBroken, match="Restore a backup"):
        installation.check_ready()
    assert not AuditHead.objects.exists()


def test_events_from_before_the_set_up_are_refused(cast: Cast) -> None:
    KeyProof.objects.all().delete()
    with pytest.raises(LogBroken, match="Use an empty database"):
        installation.prepare_database()
    assert not KeyProof.objects.exists()


def test_another_master_key_is_named_as_missing(cast: Cast, settings: Settings) -> None:
    restart_with(settings, new_key())
    for check in (installation.prepare_database, installation.check_ready):
        with pytest.raises(MissingKey, match="is not configured"):
            check()


def test_a_proof_that_is_not_ours_is_a_wrong_key(cast: Cast, settings: Settings) -> None:
    blob = bytearray(KeyProof.objects.get().blob)
    blob[-1] ^= 1
    KeyProof.objects.update(blob=bytes(blob))
    with pytest.raises(WrongKey):
        installation.check_ready()


def test_another_audit_key_is_noticed_at_the_start(cast: Cast, settings: Settings) -> None:
    settings.AUDIT_KEYS = new_key()
    for check in (installation.prepare_database, installation.check_ready):
        with pytest.raises(MissingKey, match="Add it to AUDIT_KEYS"):
            check()


def test_tables_of_a_newer_version_are_left_alone(cast: Cast) -> None:
    MigrationRecorder(connection).record_applied("secretsapp", "9999_from_the_future")
    for check in (installation.prepare_database, installation.check_ready):
        with pytest.raises(
            NewerTables, match=r"newer version of Sealroom \(9999_from_the_future\)"
        ):
            check()


def test_a_newest_event_with_a_false_signature_is_noticed_at_the_start(cast: Cast) -> None:
    triggers.remove()
    AuditEvent.objects.filter(sequence=AuditHead.objects.get().sequence).update(mac="0" * 64)
    triggers.install()
    with pytest.raises(LogBroken, match="was not written with our audit key"):
        installation.check_ready()


def test_a_database_that_was_never_set_up_does_not_start(fresh: Path) -> None:
    installation.generate_keys()
    with pytest.raises(MissingKey, match=r"is not set up. Run `manage.py setup`"):
        installation.check_ready()


def test_without_tables_nothing_was_set_up(fresh: Path) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE secretsapp_keyproof")
    assert len(installation.generate_keys()) == 3


@pytest.mark.parametrize("setting", ["MASTER_KEYS", "AUDIT_KEYS"])
def test_a_key_that_is_none_is_refused_before_anything_starts(
    settings: Settings, setting: str
) -> None:
    setattr(settings, setting, "not_a_key")
    with pytest.raises(MissingKey, match=f"Key 1 in {setting} is not the base64") as caught:
        installation.check_keys()
    assert "not_a_key" not in str(caught.value)
    setattr(settings, setting, generate_key())
    installation.check_keys()


@pytest.mark.parametrize("setting", ["MASTER_KEYS", "AUDIT_KEYS"])
def test_a_key_of_zeros_is_refused_by_set_up_and_start(
    fresh: Path, settings: Settings, setting: str
) -> None:
    installation.generate_keys()
    setattr(settings, setting, "A" * 43 + "=")
    for check in (installation.prepare_database, installation.check_ready):
        with pytest.raises(WeakKey, match=f"The first key in {setting} could be guessed"):
            check()
    assert not KeyProof.objects.exists()
