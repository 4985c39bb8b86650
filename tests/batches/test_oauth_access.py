"""Batches are sent with access by OAuth: it is renewed when a lane begins, and waited for."""

import pytest
from django.utils import timezone
from pytest_django import Settings

from emulator import Emulator, faults
from emulator import Universe as EmulatedUniverse
from secretsapp.batches import running
from secretsapp.models import Batch, Lane, OAuthAccess, Universe
from secretsapp.models.batches import ItemState
from tests.batches.batching import batch_of
from tests.stage import Cast
from tests.support.connected import (
    TOKEN,
    connect,
    let_access_end,
    refreshes,
    set_up_app,
    use_for,
)
from tests.support.watch import writes

pytestmark = [pytest.mark.django_db, pytest.mark.engine]

VALUES = {"PAY_KEY": b"new pay", "PAY_WEBHOOK": b"new hook"}


@pytest.fixture
def batch(cast: Cast, universe: Universe, emulator: Emulator, settings: Settings) -> Batch:
    """Two rotations of the editor's that wait, in a universe that is opened by OAuth."""
    set_up_app(emulator, settings)
    batch = batch_of(cast["editor"].actor, [use_for(universe, connect())], VALUES)
    emulator.clear_requests()
    return batch


def states(batch: Batch) -> set[str]:
    """The states of its items."""
    return set(batch.items.values_list("state", flat=True))


def let_lane_go_on() -> None:
    """Let a lane wait no longer, and a renewal without an answer lie a while back."""
    Lane.objects.update(wait_until=None, claimed_until=None)
    OAuthAccess.objects.update(renew_after=None)


def test_a_lane_renews_its_access_once_and_sends(
    emulator: Emulator, harbor: EmulatedUniverse, batch: Batch
) -> None:
    let_access_end(emulator)
    running.run_due()
    assert states(batch) == {ItemState.SUCCEEDED}
    assert harbor.values["PAY_KEY"] == b"new pay"
    assert len(refreshes(emulator)) == 1


def test_a_lane_waits_while_its_access_cannot_be_renewed(emulator: Emulator, batch: Batch) -> None:
    let_access_end(emulator)
    emulator.inject(faults.status(503), path=TOKEN)
    running.run_due()
    lane = Lane.objects.get(api_key__is_oauth=True)
    assert "no usable answer" in lane.words
    assert lane.wait_until is not None
    assert (states(batch), writes(emulator)) == ({ItemState.WAITING}, [])
    let_lane_go_on()
    running.run_due()
    assert states(batch) == {ItemState.SUCCEEDED}


def test_a_lane_begins_nothing_with_what_ends_soon(emulator: Emulator, batch: Batch) -> None:
    let_access_end(emulator, in_seconds=60)
    OAuthAccess.objects.update(renewal_began_at=timezone.now())
    running.run_due()
    assert Lane.objects.get(api_key__is_oauth=True).wait_until is not None
    assert (states(batch), writes(emulator), refreshes(emulator)) == ({ItemState.WAITING}, [], [])


def test_what_waits_for_a_lost_access_fails_with_what_to_do(
    emulator: Emulator, batch: Batch
) -> None:
    emulator.oauth.revoke_all()
    let_access_end(emulator)
    running.run_due()
    assert states(batch) == {ItemState.FAILED}
    reason = batch.items.values_list("words", flat=True)[0]
    assert "Connect again" in reason
    assert writes(emulator) == []
