"""Keys with work take turns where a worker has no room for all of them."""

import threading

import pytest

from emulator import Emulator, faults
from secretsapp.api_keys import stored_keys
from secretsapp.batches import finishing, running
from secretsapp.core.plaintext import Plaintext
from secretsapp.management import batch_threads
from secretsapp.management.batch_threads import Turn
from secretsapp.models import ApiKey, Batch, Lane, Universe
from secretsapp.models.batches import ItemState
from tests.batches.batching import SECOND_ID, add_universe, batch_of
from tests.stage import STAGEHAND, Cast
from tests.support.watch import writes

pytestmark = [pytest.mark.django_db, pytest.mark.engine]

SECOND = "second-emulated-api-key"
VALUES = {"PAY_KEY": b"new pay", "PAY_WEBHOOK": b"new hook"}


@pytest.fixture
def batches(
    emulator: Emulator, cast: Cast, universe: Universe, monkeypatch: pytest.MonkeyPatch
) -> tuple[Batch, Batch]:
    """One for each of two keys; a turn is over as soon as it has begun."""
    monkeypatch.setattr(batch_threads, "TURN_SECONDS", 0)
    monkeypatch.setattr(batch_threads, "INTERVAL_SECONDS", 0)
    emulator.add_api_key(SECOND)
    stored_keys.add(STAGEHAND, name="second", value=Plaintext(SECOND.encode()), is_meant=True)
    second_key = ApiKey.objects.get(name="second")
    _, other = add_universe(emulator, second_key, secrets={"PAY_KEY": b"old"})
    return (
        batch_of(cast["editor"].actor, [universe], VALUES),
        batch_of(cast["admin"].actor, [other], {"PAY_KEY": b"new"}),
    )


def over(batch: Batch) -> bool:
    """Whether everything of it succeeded."""
    return set(batch.items.values_list("state", flat=True)) == {ItemState.SUCCEEDED}


def test_a_key_gives_way_after_its_turn_and_comes_last_then(
    emulator: Emulator, batches: tuple[Batch, Batch]
) -> None:
    lane = next(running.claim_due(most=1))
    running.run(lane, Turn(threading.Event()).is_over)
    assert writes(emulator) == []
    other = next(running.claim_due(most=1))
    assert other.pk != lane.pk
    running.run(other)
    assert sorted(map(over, batches)) == [False, True]
    running.run_due()
    assert all(map(over, batches))


def test_a_key_goes_on_after_its_turn_where_no_other_waits(
    emulator: Emulator, batches: tuple[Batch, Batch]
) -> None:
    first, second = batches
    Batch.objects.filter(pk=second.pk).update(state="paused")
    for lane in running.claim_due():
        running.run(lane, Turn(threading.Event()).is_over)
    assert over(first)
    assert not over(second)


def test_a_worker_that_ends_begins_nothing_more(
    emulator: Emulator, batches: tuple[Batch, Batch]
) -> None:
    ended = threading.Event()
    ended.set()
    for lane in running.claim_due():
        running.run(lane, Turn(ended).is_over)
    assert writes(emulator) == []


def test_a_universe_that_cant_be_read_keeps_the_others_of_its_key_waiting_for_seconds_only(
    emulator: Emulator, cast: Cast, api_key: ApiKey, universe: Universe
) -> None:
    add_universe(emulator, api_key, secrets={"PAY_KEY": b"old"})
    other = Universe.objects.select_related("api_key").get(pk=SECOND_ID)
    batch = batch_of(cast["admin"].actor, [universe, other], {"PAY_KEY": b"new"})
    emulator.inject(faults.html(), path=f"{SECOND_ID}/secrets", times=9)
    Lane.objects.update(failures=running.MOST_FAILURES)
    running.run_due()
    finishing.catch_up()
    lane = Lane.objects.get()
    assert lane.wait_until is not None
    assert lane.claimed_until is not None
    assert lane.wait_until - lane.claimed_until == running.UNREAD_BACKOFF
    assert set(batch.items.values_list("universe", "state")) == {
        (universe.pk, ItemState.SUCCEEDED),
        (SECOND_ID, ItemState.WAITING),
    }
