"""How a batch ends: with nothing left that waits, whatever happens at the same moment."""

from collections.abc import Callable

import pytest

from emulator import Emulator, faults
from secretsapp.batches import finishing, running, sending, steering
from secretsapp.models import Batch, BatchItem, Universe
from secretsapp.models.batches import BatchState, ItemState
from secretsapp.secrets import attempts
from secretsapp.secrets.attempts import Sent
from tests.batches.batching import batch_of
from tests.stage import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.engine]

BUSY = faults.status(429, {}, {"retry-after": "1"})


@pytest.fixture
def batch(cast: Cast, universe: Universe) -> Batch:
    """A rotation of the editor's that waits."""
    return batch_of(cast["editor"].actor, [universe], {"PAY_KEY": b"new pay"})


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object]], None]:
    """Lets something happen between the answer of Roblox and the storing of it."""

    def then(deed: Callable[[], object]) -> None:
        land = sending.land

        def landing(answered: list[sending.Answered]) -> str:
            if answered:
                deed()
            return land(answered)

        monkeypatch.setattr(sending, "land", landing)

    return then


@pytest.mark.parametrize("fault", [BUSY, faults.status(403)], ids=["busy", "refused"])
def test_what_fails_once_its_batch_was_cancelled_is_wiped_and_does_not_wait_again(
    emulator: Emulator,
    cast: Cast,
    batch: Batch,
    meanwhile: Callable[[Callable[[], object]], None],
    fault: faults.Fault,
) -> None:
    emulator.inject(fault, method="PATCH", path="PAY_KEY")
    meanwhile(lambda: steering.cancel(cast["admin"].actor, batch))
    running.run_due()
    item = BatchItem.objects.get()
    assert (item.state, item.box, item.may_retry) == (ItemState.FAILED, "", False)
    ended = Batch.objects.get()
    assert (ended.state, bool(ended.ended_at)) == (BatchState.CANCELLED, True)


def test_what_another_worker_has_let_end_does_not_wait_in_a_batch_that_has_ended(
    emulator: Emulator, batch: Batch, monkeypatch: pytest.MonkeyPatch
) -> None:
    end = attempts.end

    def ending(actor: object, change: object, sent: Sent) -> None:
        try:
            end(actor, change, sent)  # type: ignore[arg-type]
        finally:
            finishing.catch_up()
            finishing.end_finished()

    monkeypatch.setattr(attempts, "end", ending)
    emulator.inject(BUSY, method="PATCH", path="PAY_KEY")
    running.run_due()
    item, ended = BatchItem.objects.get(), Batch.objects.get()
    assert ended.ended_at is not None
    assert (item.state, item.may_retry, bool(item.box)) == (ItemState.FAILED, True, True)


def test_what_was_being_sent_when_its_universe_was_removed_is_not_called_unsent(
    emulator: Emulator, universe: Universe, batch: Batch
) -> None:
    emulator.inject(faults.cut_after(), method="PATCH", path="PAY_KEY")
    running.run_due()
    Universe.objects.filter(pk=universe.pk).delete()
    finishing.catch_up()
    item = BatchItem.objects.get()
    assert (item.state, item.box) == (ItemState.UNDETERMINED, "")
    assert "nothing was sent" not in item.words
