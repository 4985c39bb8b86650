"""What a reading cannot tell is undetermined: the log claims no more than is known."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from emulator import Emulator, faults
from emulator import Universe as EmulatedUniverse
from secretsapp.core.chain import START_OF_CHAIN
from secretsapp.log.checking import Anchor
from secretsapp.models import Change, Secret, Universe
from secretsapp.models.secrets import ChangeState
from secretsapp.operation import backups
from secretsapp.secrets import settling
from tests.stage import STAGEHAND, Cast
from tests.support.unfinished import later, leave_open, make, mirrored, refresh_later
from tests.support.watch import Watch, detail

pytestmark = [pytest.mark.django_db, pytest.mark.engine]

UNDETERMINED = ChangeState.UNDETERMINED


def settle_now() -> list[Change]:
    """Settle every open change, however young."""
    with later():
        return settling.settle(STAGEHAND, older_than_seconds=0)


def change_again(harbor: EmulatedUniverse) -> None:
    """Someone changes the secret again, hours later."""
    harbor.put("PAY_KEY", b"x", "api.pay.example", update_time=timezone.now() + timedelta(hours=2))


def change_domain(harbor: EmulatedUniverse) -> None:
    """Someone gives the secret another domain."""
    harbor.put("PAY_KEY", b"x", "*")


def create_again(harbor: EmulatedUniverse) -> None:
    """Someone deletes the secret and creates it again."""
    harbor.remove("PAY_KEY")
    harbor.put("PAY_KEY", b"x", "api.pay.example")


def remove(harbor: EmulatedUniverse) -> None:
    """Someone deletes the secret."""
    harbor.remove("PAY_KEY")


def omit_times(harbor: EmulatedUniverse) -> None:
    """Roblox leaves the times out."""
    harbor.omit_times = True


@pytest.mark.parametrize(
    ("kind", "meanwhile", "reason"),
    [
        ("rotate", change_again, "changed again later"),
        ("rotate", change_domain, "different allowed host than was sent"),
        ("rotate", create_again, "deleted and created again"),
        ("rotate", remove, "no longer lists"),
        ("rotate", omit_times, "gave no times to compare"),
        ("delete", create_again, "may be a new one"),
    ],
)
def test_what_the_reading_cannot_tell_is_undetermined(
    emulator: Emulator,
    harbor: EmulatedUniverse,
    universe: Universe,
    cast: Cast,
    kind: str,
    meanwhile: Callable[[EmulatedUniverse], None],
    reason: str,
) -> None:
    leave_open(kind, faults.cut_before(), emulator, cast, universe)
    meanwhile(harbor)
    watch = Watch()
    assert [change.state for change in settle_now()] == [UNDETERMINED]
    assert watch.tags == [f"secret.{kind}.undetermined"]
    assert reason in detail(watch.last)["reason"]


def test_a_creation_that_someone_else_may_have_made_is_undetermined(
    emulator: Emulator, harbor: EmulatedUniverse, universe: Universe, cast: Cast
) -> None:
    leave_open("create", faults.cut_before(), emulator, cast, universe)
    harbor.put("NEW_KEY", b"theirs", "elsewhere.example")
    assert [change.state for change in settle_now()] == [UNDETERMINED]


def test_overlapping_writes_are_undetermined_and_leave_the_mirror_unsure(
    emulator: Emulator, harbor: EmulatedUniverse, universe: Universe, cast: Cast
) -> None:
    first = leave_open("rotate", faults.cut_after(), emulator, cast, universe)
    second = leave_open("rotate", faults.cut_after(), emulator, cast, universe)
    settled = settle_now()
    assert [(change.pk, change.state) for change in settled] == [
        (first.pk, UNDETERMINED),
        (second.pk, UNDETERMINED),
    ]
    assert mirrored(universe).unsure
    watch = Watch()
    assert refresh_later(universe)
    assert (mirrored(universe).unsure, watch.tags) == (False, [])
    assert mirrored(universe).update_time == harbor.secrets["PAY_KEY"].update_time


def test_overlapping_creations_have_no_row_to_doubt(
    emulator: Emulator, universe: Universe, cast: Cast
) -> None:
    leave_open("create", faults.cut_before(), emulator, cast, universe)
    leave_open("create", faults.cut_before(), emulator, cast, universe)
    assert [change.state for change in settle_now()] == [UNDETERMINED, UNDETERMINED]
    assert not Secret.objects.filter(universe=universe, name="NEW_KEY").exists()


def test_an_open_write_is_overlapped_by_a_later_one_that_succeeded(
    emulator: Emulator, universe: Universe, cast: Cast
) -> None:
    leave_open("rotate", faults.cut_after(), emulator, cast, universe)
    make("rotate", cast, universe)
    assert [change.state for change in settle_now()] == [UNDETERMINED]


def test_a_write_from_before_a_backup_was_restored_may_be_overlapped_unknown_to_us(
    emulator: Emulator, universe: Universe, cast: Cast
) -> None:
    leave_open("rotate", faults.cut_after(), emulator, cast, universe)
    backups.adopt(STAGEHAND, Anchor(0, START_OF_CHAIN))
    assert [change.state for change in settle_now()] == [UNDETERMINED]
    assert mirrored(universe).unsure
    leave_open("create", faults.cut_after(), emulator, cast, universe)
    assert [change.state for change in settle_now()] == [ChangeState.SUCCEEDED]


def test_of_overlapping_creations_the_one_that_took_effect_late_is_no_drift(
    emulator: Emulator, universe: Universe, cast: Cast, settings: Settings
) -> None:
    settings.OPEN_CLOUD_TIMEOUT_SECONDS = 0.3
    leave_open("create", faults.delay(1), emulator, cast, universe)
    leave_open("create", faults.cut_before(), emulator, cast, universe)
    emulator.wait_idle()
    assert [change.state for change in settle_now()] == [UNDETERMINED, UNDETERMINED]
    watch = Watch()
    assert refresh_later(universe)
    assert (mirrored(universe, "NEW_KEY").unsure, watch.tags) == (False, [])
