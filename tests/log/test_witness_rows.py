"""What someone does to the rows of witnesses and cosignatures behind the back of the log."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from secretsapp.core import actor as actors
from secretsapp.core.errors import LogBroken
from secretsapp.log import checkpoints, since, standing, verifying, witness_listing, witnesses
from secretsapp.log import witnessing as asking
from secretsapp.models import AuditEvent, Checkpoint, Cosignature
from secretsapp.models import Witness as Row
from secretsapp.people import sign_ins
from tests.stage import STAGEHAND, Cast
from tests.support.old_log import archive, make_old
from tests.support.tampering import behind_the_back
from tests.support.watch import detail
from tests.support.witness import Witness, verifier_line

pytestmark = [pytest.mark.django_db, pytest.mark.engine]

KEY = verifier_line("ebb.example.com", b"\x04", bytes(32))
EBB = {"name": "Ebb", "address": "https://ebb.example.com/", "key": KEY}
ADDED = (
    "INSERT INTO secretsapp_witness "
    "(name, address, verifier, added_at, number, size, failures, failure, alarm) "
    f"SELECT 'Theirs', 'https://x.example', '{KEY}', time, 0, 0, 0, '', '' "
    "FROM secretsapp_auditevent WHERE sequence = 1"
)


@pytest.fixture
def tides(tmp_path: Path, cast: Cast, settings: Settings) -> Iterator[Witness]:
    """A witness that has cosigned the first of two checkpoints, one that was removed, and another
    that was renamed, moved and added again.
    """
    with Witness.at(tmp_path / "tides") as running:
        running.receiver.allow(settings)
        witnesses.add(STAGEHAND, name="Tides", address=running.address, key=running.verifier)
        witnesses.add(STAGEHAND, **EBB)
        ebb = witness_listing.named(STAGEHAND, "Ebb")
        ebb = witnesses.edit(STAGEHAND, ebb, **EBB | {"name": "Flow"})
        ebb = witnesses.edit(STAGEHAND, ebb, **EBB | {"address": "https://flow.example.com/"})
        witnesses.remove(STAGEHAND, ebb)
        witnesses.add(STAGEHAND, **EBB)
        ebb = witness_listing.named(STAGEHAND, "Ebb")
        witnesses.edit(STAGEHAND, ebb, **EBB | {"name": "Neap"})
        running.knows(checkpoints.make(STAGEHAND).verifier)
        Row.objects.filter(name="Neap").update(next_try_at="2999-01-01T00:00Z")
        asking.ask_due()
        sign_ins.record_sign_in(cast["viewer"].actor, cast["viewer"].user)
        checkpoints.make(STAGEHAND)
        yield running


def test_the_log_tells_of_every_witness_and_of_who_cosigned(tides: Witness) -> None:
    verifying.verify(STAGEHAND)
    told = AuditEvent.objects.filter(tag="checkpoint.made").order_by("sequence")
    said = [detail(event).get("cosigned") for event in told]
    assert said == [None, "+".join(tides.verifier.split("+")[:2])]


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("DELETE FROM secretsapp_witness WHERE name = 'Tides'", "Tides was removed"),
        ("DELETE FROM secretsapp_witness WHERE name = 'Neap'", "Neap was removed"),
        ("UPDATE secretsapp_witness SET name = 'Ebb' WHERE name = 'Neap'", "Ebb is in the"),
        (
            "UPDATE secretsapp_witness SET address = 'https://x.example' WHERE name = 'Tides'",
            "Tides was edited",
        ),
        (
            f"UPDATE secretsapp_witness SET verifier = '{KEY}' WHERE name = 'Tides'",
            "Tides was edited",
        ),
        (ADDED, "Theirs was put into the database"),
    ],
)
def test_a_witness_that_was_removed_edited_or_put_there_is_named_and_nothing_is_signed(
    cast: Cast, tides: Witness, statement: str, named: str
) -> None:
    behind_the_back(statement)
    sign_ins.record_sign_in(cast["viewer"].actor, cast["viewer"].user)
    for find in (verifying.verify, since.verify, checkpoints.make):
        with pytest.raises(LogBroken, match=named):
            find(STAGEHAND)
    assert named in standing.reason_of(standing.alarm())
    assert Checkpoint.objects.count() == 2


def test_it_is_whole_again_once_an_admin_has_put_it_right(cast: Cast, tides: Witness) -> None:
    behind_the_back("DELETE FROM secretsapp_witness WHERE name = 'Tides'", ADDED)
    witnesses.add(STAGEHAND, name="Tides", address=tides.address, key=tides.verifier)
    witnesses.remove(STAGEHAND, witness_listing.named(STAGEHAND, "Theirs"))
    checkpoints.make(STAGEHAND)
    assert standing.alarm() is None


def test_a_cosignature_that_was_removed_is_named(tides: Witness) -> None:
    assert Cosignature.objects.count() == 1
    behind_the_back("DELETE FROM secretsapp_cosignature")
    name = tides.verifier.partition("+")[0]
    with pytest.raises(LogBroken, match=f"cosignature of checkpoint 1 by {name}.* is missing"):
        verifying.verify(actors.system("test"))


def test_what_only_an_archive_tells_of_a_witness_is_believed(
    tmp_path: Path, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_old(monkeypatch, lambda: witnesses.add(STAGEHAND, **EBB))
    archive(tmp_path / "log.gz")
    assert not AuditEvent.objects.filter(tag="witness.added").exists()
    verifying.verify(STAGEHAND)
    behind_the_back("DELETE FROM secretsapp_witness")
    verifying.verify(STAGEHAND)
