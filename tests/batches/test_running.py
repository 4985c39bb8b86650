"""Running batches: each item by the way of a single change, sent once, and told as it is."""

import pytest

from emulator import Emulator
from emulator import Universe as EmulatedUniverse
from secretsapp.batches import running
from secretsapp.models import ApiKey, Batch, BatchItem, Universe
from secretsapp.models.batches import BatchState, ItemState
from tests.batches.batching import add_universe, batch_of, states
from tests.stage import Cast
from tests.support.watch import Watch, detail, writes

pytestmark = pytest.mark.django_db


def test_a_batch_creates_and_rotates_in_several_universes(
    emulator: Emulator,
    harbor: EmulatedUniverse,
    universe: Universe,
    api_key: ApiKey,
    cast: Cast,
) -> None:
    staging, second = add_universe(emulator, api_key, secrets={"PAY_KEY": b"old"})
    actor, watch = cast["admin"].actor, Watch()
    values = {"PAY_KEY": b"new value", "NEW_KEY": b"another"}
    batch = batch_of(actor, [universe, second], values, "the key leaked")
    assert writes(emulator) == []
    assert running.run_due() == 1
    for emulated in (harbor, staging):
        assert {name: emulated.secrets[name].value for name in values} == values
        assert emulated.secrets["PAY_KEY"].domain == "api.pay.example"
    assert set(states(batch).values()) == {ItemState.SUCCEEDED}
    ended = Batch.objects.get()
    assert (ended.state, ended.size) == (BatchState.ENDED, 4)
    assert set(BatchItem.objects.values_list("box", flat=True)) == {""}
    started, *between, last = watch.events
    assert (started.tag, last.tag) == ("batch.started", "batch.ended")
    assert detail(last)["outcome"] == "4 succeeded"
    assert len(between) == 8
    assert {detail(event)["batch"] for event in watch.events} == {str(batch.pk)}
    assert {event.actor_name for event in between} == {"admin@example.com"}
