"""Settling: each verdict comes from reading what Roblox holds, and nothing is repeated."""

from datetime import timedelta

import pytest

from emulator import Emulator, Fault, faults
from emulator import Universe as EmulatedUniverse
from secretsapp.core.errors import Forbidden
from secretsapp.models import Change, Secret, Universe
from secretsapp.models.secrets import ChangeState
from secretsapp.opencloud.client import SETTLE_AFTER
from secretsapp.secrets import changes, settling
from tests.stage import STAGEHAND, Cast
from tests.support.unfinished import later, leave_open, refresh_later
from tests.support.watch import Watch, detail, writes

pytestmark = [pytest.mark.django_db, pytest.mark.engine]

FAILED, SUCCEEDED = ChangeState.FAILED, ChangeState.SUCCEEDED


def settle_now() -> list[Change]:
    """Settle every open change, however young."""
    with later():
        return settling.settle(STAGEHAND, older_than_seconds=0)


@pytest.mark.parametrize(
    ("kind", "fault", "state", "reason"),
    [
        ("create", faults.cut_before(), FAILED, "Roblox lists no secret with that name"),
        ("create", faults.cut_after(), SUCCEEDED, "created at the time of this write"),
        ("rotate", faults.cut_before(), FAILED, "as it was before"),
        ("rotate", faults.cut_after(), SUCCEEDED, "changed at the time of this write"),
        ("delete", faults.cut_before(), FAILED, "still lists the secret"),
        ("delete", faults.cut_after(), SUCCEEDED, "no longer lists the secret"),
    ],
)
def test_the_reading_tells_whether_the_write_took_effect(
    emulator: Emulator,
    harbor: EmulatedUniverse,
    universe: Universe,
    cast: Cast,
    kind: str,
    fault: Fault,
    state: ChangeState,
    reason: str,
) -> None:
    change = leave_open(kind, fault, emulator, cast, universe)
    emulator.clear_requests()
    watch = Watch()
    assert settle_now() == [change]
    change.refresh_from_db()
    assert (change.state, change.claimed_until) == (state, None)
    assert reason in change.reason
    assert change.settled_at is not None
    assert (watch.tags, writes(emulator)) == ([f"secret.{kind}.{state}"], [])
    assert [request.method for request in emulator.requests] == ["GET"]
    assert_mirror_agrees(harbor, universe, kind, state, change)


def assert_mirror_agrees(
    harbor: EmulatedUniverse, universe: Universe, kind: str, state: ChangeState, change: Change
) -> None:
    """The mirror holds what Roblox holds, and says by whom it was changed."""
    rows = {secret.name: secret for secret in Secret.objects.filter(universe=universe)}
    held = harbor.secrets
    assert {name: row.update_time for name, row in rows.items()} == {
        name: record.update_time for name, record in held.items()
    }
    if change.name in rows:
        expected = change if state is SUCCEEDED else None
        assert rows[change.name].last_change == expected
        assert not rows[change.name].unsure
    watch = Watch()
    assert refresh_later(universe)
    assert watch.tags == []


def test_the_event_holds_the_evidence(
    emulator: Emulator, harbor: EmulatedUniverse, universe: Universe, cast: Cast
) -> None:
    before = harbor.secrets["PAY_KEY"].update_time
    change = leave_open("rotate", faults.cut_after(), emulator, cast, universe)
    watch = Watch()
    settle_now()
    assert detail(watch.last) == {
        "domain": "api.pay.example",
        "found": "yes",
        "reason": "Roblox lists the secret as changed at the time of this write",
        "settled": "by reading",
        "started_by": "manager@example.com",
        "starter_id": str(cast["manager"].user.pk),
        "update_time_before": before,
        "update_time_found": harbor.secrets["PAY_KEY"].update_time,
    }
    assert (watch.last.actor_name, watch.last.change_id) == (STAGEHAND.name, str(change.pk))


def test_young_changes_are_left_to_their_own_call(
    emulator: Emulator, universe: Universe, cast: Cast
) -> None:
    change = leave_open("rotate", faults.cut_after(), emulator, cast, universe)
    emulator.clear_requests()
    assert settling.settle(STAGEHAND) == []
    assert emulator.requests == []
    age = SETTLE_AFTER + timedelta(seconds=1)
    Change.objects.filter(pk=change.pk).update(started_at=change.started_at - age)
    assert settling.settle(STAGEHAND) == [change]


def test_a_roblox_that_cannot_be_reached_leaves_the_change_open_for_the_next_time(
    emulator: Emulator, universe: Universe, cast: Cast
) -> None:
    change = leave_open("rotate", faults.cut_after(), emulator, cast, universe)
    emulator.stop()
    watch = Watch()
    assert settle_now() == []
    change.refresh_from_db()
    assert (change.state, change.claimed_until, watch.tags) == ("unknown", None, [])
    emulator.start()
    assert settle_now() == [change]


def test_a_settled_change_is_not_settled_again(
    emulator: Emulator, universe: Universe, cast: Cast
) -> None:
    leave_open("rotate", faults.cut_after(), emulator, cast, universe)
    settle_now()
    watch = Watch()
    assert (settle_now(), watch.tags) == ([], [])


@pytest.mark.parametrize("who", ["manager", "auditor", "stranger"])
def test_only_who_may_manage_universes_settles(
    emulator: Emulator, universe: Universe, cast: Cast, who: str
) -> None:
    change = leave_open("rotate", faults.cut_after(), emulator, cast, universe)
    with pytest.raises(Forbidden):
        settling.settle(cast[who].actor, older_than_seconds=0)
    change.refresh_from_db()
    assert change.state == ChangeState.UNKNOWN
    assert [found.pk for found in settling.settle(cast["admin"].actor, older_than_seconds=0)] == [
        change.pk
    ]


def test_a_later_deletion_of_ours_is_no_drift(
    emulator: Emulator, universe: Universe, cast: Cast
) -> None:
    leave_open("rotate", faults.cut_after(), emulator, cast, universe)
    changes.delete(actor=cast["manager"].actor, universe=universe, name="PAY_KEY")
    settle_now()
    watch = Watch()
    assert refresh_later(universe)
    assert watch.tags == []
    assert not Secret.objects.filter(universe=universe, name="PAY_KEY").exists()
