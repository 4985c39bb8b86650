"""When a universe is read again: what was read must be evidence for what is to be sent."""

from dataclasses import replace
from datetime import timedelta

import pytest

from emulator import Emulator
from secretsapp.batches import running, sending
from secretsapp.batches.intents import Seen, look_and_ask
from secretsapp.core.plaintext import Plaintext
from secretsapp.models import Batch, Universe
from secretsapp.models.batches import ItemState
from secretsapp.opencloud.client import Client
from secretsapp.secrets import changes
from tests.batches.batching import batch_of
from tests.stage import Cast

pytestmark = pytest.mark.django_db

LOOK = "secretsapp.batches.lane_work.look_and_ask"


def test_what_was_read_before_a_batch_was_made_is_read_again_for_it(
    emulator: Emulator, cast: Cast, universe: Universe, monkeypatch: pytest.MonkeyPatch
) -> None:
    actor, land = cast["editor"].actor, sending.land
    made = list[Batch]()

    def landing(answered: list[sending.Answered]) -> str:
        if not made:
            changes.rotate(actor=actor, universe=universe, name="PAY_KEY", value=Plaintext(b"one"))
            made.append(batch_of(actor, [universe], {"PAY_KEY": b"two"}))
        return land(answered)

    batch_of(actor, [universe], {"PAY_WEBHOOK": b"new hook"})
    monkeypatch.setattr(sending, "land", landing)
    running.run_due()
    assert set(made[0].items.values_list("state", "words")) == {(ItemState.SUCCEEDED, "")}


@pytest.mark.parametrize("ahead", [timedelta(0), timedelta(hours=1)])
def test_what_was_read_before_the_clock_was_set_back_is_read_again(
    emulator: Emulator,
    cast: Cast,
    universe: Universe,
    monkeypatch: pytest.MonkeyPatch,
    ahead: timedelta,
) -> None:
    def looking(universe: Universe, client: Client) -> Seen:
        seen = look_and_ask(universe, client)
        monkeypatch.setattr(LOOK, look_and_ask)
        return replace(seen, look=replace(seen.look, began=seen.look.began + ahead))

    batch_of(cast["editor"].actor, [universe], {"PAY_KEY": b"new"})
    monkeypatch.setattr(LOOK, looking)
    emulator.clear_requests()
    running.run_due()
    lists = [request for request in emulator.requests if request.path.endswith("/secrets")]
    assert len(lists) == 1 + bool(ahead)
