"""What an archive leaves in the log, and what is known all the same of what it doesn't."""

from pathlib import Path

import pytest
from django.db import transaction
from django.utils import timezone

from emulator import Emulator, faults
from secretsapp.core.actor import system
from secretsapp.core.errors import NotFound
from secretsapp.core.events.secrets import SecretEvent
from secretsapp.log import counting, exporting, reading, streaming, witnesses, witnessing
from secretsapp.log.filters import AuditFilter
from secretsapp.log.index import building
from secretsapp.models import (
    AuditBlock,
    AuditEvent,
    AuditPosting,
    AuditShelf,
    Change,
    Secret,
    Universe,
    Witness,
)
from secretsapp.models import audit as audit_tables
from secretsapp.rules import audit
from secretsapp.secrets import drift
from secretsapp.universes import managing, protection
from tests.stage import STAGEHAND, Cast
from tests.support.old_log import archive, make_old
from tests.support.unfinished import leave_open
from tests.support.witness import NAME, verifier_line

pytestmark = [pytest.mark.django_db, pytest.mark.engine]


def test_what_is_open_stays_and_what_only_the_log_knew_is_remembered(
    tmp_path: Path,
    cast: Cast,
    universe: Universe,
    emulator: Emulator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def meanwhile() -> None:
        quay = Universe.objects.create(
            id=77, name="Quay", api_key=universe.api_key, protected_since=timezone.now()
        )
        managing.remove(cast["admin"].actor, quay)
        leave_open("rotate", faults.cut_after(), emulator, cast, universe)
        Secret.objects.filter(name="PAY_WEBHOOK").update(drifted_at=timezone.now())
        found = audit.Entry(
            SecretEvent.SECRET_DRIFT_CHANGED, system("refresh"), universe, "PAY_WEBHOOK"
        )
        with transaction.atomic():
            audit.append(found)

    make_old(monkeypatch, meanwhile)
    assert archive(tmp_path / "1.gz").head.last == 256
    Change.objects.update(state="succeeded")
    assert_nothing_to_archive(tmp_path)
    assert drift.acknowledge(STAGEHAND, universe, "PAY_WEBHOOK")
    head = archive(tmp_path / "2.gz").head
    assert (head.last, head.protected) == (512, ("77",))
    assert protection.was_removed_protected(Universe(pk=77))
    assert not protection.was_removed_protected(Universe(pk=78))


def test_what_a_witness_has_not_cosigned_stays_and_one_that_forgot_is_told(
    tmp_path: Path, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_old(monkeypatch)
    key = verifier_line(NAME, b"\x04", bytes(32))
    witnesses.add(STAGEHAND, name="Tides", address="https://127.0.0.1:9/", key=key)
    Witness.objects.update(size=300)
    assert archive(tmp_path / "1.gz").head.last == 256
    # Another witness, or an older copy of it, is not asked for what can't be proved to it.
    Witness.objects.update(size=100)
    witnessing.ask_due()
    assert "It knows the log of 100 events" in Witness.objects.get().failure
    assert_nothing_to_archive(tmp_path)


def assert_nothing_to_archive(place: Path) -> None:
    with pytest.raises(NotFound, match="nothing to archive"):
        archive(place / "none.gz")


@pytest.mark.parametrize("was_indexed", [True, False])
def test_the_index_goes_on_behind_an_archive_and_finds_the_same(
    tmp_path: Path, cast: Cast, monkeypatch: pytest.MonkeyPatch, was_indexed: bool
) -> None:
    monkeypatch.setattr(audit_tables, "SHELF_SIZE", 3)
    make_old(monkeypatch)
    if was_indexed:
        assert building.extend() == 9
    archive(tmp_path / "log.gz")
    assert AuditBlock.objects.filter(block__lt=8).count() == 0
    assert AuditPosting.objects.filter(block__lt=8).count() == 0
    assert AuditShelf.objects.filter(shelf__lt=2).count() == 0
    building.extend()
    assert list(AuditBlock.objects.values_list("block", flat=True)) == [8]
    there = set(AuditEvent.objects.values_list("sequence", flat=True))
    for wanted in (AuditFilter(), AuditFilter(tag="person"), AuditFilter(actor_kind="system")):
        search = reading.looking_for(cast["admin"].actor, wanted)
        assert (search.begin, search.end) == (513, 576)
        found = exporting.find(cast["admin"].actor, wanted)
        exported = {row[0] for rows in streaming.rows(search, 0, found.up_to) for row in rows}
        assert exported == set(search.newest(1000)) == set(search.next(1000, -1))
        assert len(exported) == found.events
        assert exported <= there
        counted = counting.count(cast["admin"].actor, wanted)
        assert (counted.total, counted.among) == (len(exported), 0)
