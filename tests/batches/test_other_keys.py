"""What waits is sent with the API key that its universe has by then."""

from collections.abc import Iterable
from datetime import timedelta

import pytest

from emulator import Emulator, faults
from emulator import Universe as EmulatedUniverse
from secretsapp.api_keys import stored_keys
from secretsapp.batches import finishing, running, sending
from secretsapp.batches.intents import Seen
from secretsapp.batches.sending import Answered, Begun
from secretsapp.core.plaintext import Plaintext
from secretsapp.models import ApiKey, Batch, BatchItem, Universe
from secretsapp.models.batches import ItemState
from tests.batches.batching import batch_of
from tests.stage import API_KEY, STAGEHAND, Cast
from tests.support.watch import writes

pytestmark = [pytest.mark.django_db, pytest.mark.engine]

SECOND = "second-emulated-api-key"
VALUES = {"PAY_KEY": b"new pay", "PAY_WEBHOOK": b"new hook"}


@pytest.fixture
def batch(cast: Cast, universe: Universe) -> Batch:
    """Two rotations of the editor's that wait."""
    return batch_of(cast["editor"].actor, [universe], VALUES)


@pytest.fixture
def second_key(emulator: Emulator) -> ApiKey:
    """Another key that Roblox accepts; no lane is there for it."""
    emulator.add_api_key(SECOND)
    value = Plaintext(SECOND.encode())
    stored_keys.add(STAGEHAND, name="second", value=value, is_meant=True)
    return ApiKey.objects.get(name="second")


def test_what_waits_for_a_universe_that_was_given_another_key_is_sent_with_it(
    emulator: Emulator, batch: Batch, second_key: ApiKey
) -> None:
    Universe.objects.update(api_key=second_key)
    emulator.add_api_key(API_KEY, enabled=False)
    finishing.catch_up()
    assert running.run_due() == 1
    assert set(batch.items.values_list("state", flat=True)) == {ItemState.SUCCEEDED}


@pytest.mark.parametrize("count", [1, 2])
def test_nothing_is_sent_with_a_key_that_its_universe_no_longer_has(
    emulator: Emulator,
    batch: Batch,
    second_key: ApiKey,
    monkeypatch: pytest.MonkeyPatch,
    count: int,
) -> None:
    begin = sending.begin

    def moving(wanted: Iterable[tuple[BatchItem, Seen]]) -> list[Begun]:
        Universe.objects.update(api_key=second_key)
        return begin(wanted)

    BatchItem.objects.filter(position__gte=count).update(state=ItemState.CANCELLED)
    monkeypatch.setattr(sending, "begin", moving)
    running.run_due()
    assert writes(emulator) == []
    finishing.catch_up()
    running.run_due()
    assert writes(emulator) == ["PATCH"] * count


def test_a_lane_begins_again_with_the_key_that_replaced_its_own(
    emulator: Emulator,
    harbor: EmulatedUniverse,
    api_key: ApiKey,
    batch: Batch,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    land = sending.land

    def replacing(answered: list[Answered]) -> str:
        emulator.add_api_key(SECOND)
        stored = ApiKey.objects.get(pk=api_key.pk)
        stored_keys.replace(STAGEHAND, stored, Plaintext(SECOND.encode()))
        emulator.add_api_key(API_KEY, enabled=False)
        monkeypatch.setattr(sending, "land", land)
        return land(answered)

    monkeypatch.setattr(sending, "land", replacing)
    monkeypatch.setattr(running, "RENEWED_AFTER", timedelta(0))
    emulator.inject(faults.status(429, {}, {"retry-after": "1"}), method="PATCH", path="PAY_KEY")
    running.run_due()
    running.run_due()
    assert {name: harbor.secrets[name].value for name in VALUES} == VALUES
