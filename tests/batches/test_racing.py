"""Two want the same item at one moment: the one that comes second finds it as the first left it."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from secretsapp.batches import finishing, items, sending, steering
from secretsapp.batches.finishing import tell
from secretsapp.batches.intents import Seen, look_and_ask
from secretsapp.core.errors import SealroomError
from secretsapp.models import Batch, BatchItem, Proposal, Universe
from secretsapp.models.batches import ItemState
from secretsapp.rules import connections
from tests.batches.batching import batch_of
from tests.secrets.proposing import protect
from tests.stage import STAGEHAND, Cast

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.engine]

# So long does the second one have to come to where it has to wait.
A_MOMENT = 0.3
Second = Callable[[Callable[[], object]], Future[None]]


@pytest.fixture
def second() -> Iterator[Second]:
    """Lets something be done by another process, while this one has not finished."""
    with ThreadPoolExecutor(1) as pool:

        def begin(deed: Callable[[], object]) -> Future[None]:
            def work() -> None:
                try:
                    deed()
                finally:
                    connection.close()

            future = pool.submit(work)
            time.sleep(A_MOMENT)
            return future

        yield begin


def waiting(cast: Cast, universe: Universe) -> tuple[BatchItem, Seen]:
    """A rotation of the editor's that waits, and what Roblox says of its universe."""
    batch = batch_of(cast["editor"].actor, [universe], {"PAY_KEY": b"new pay"})
    with connections.client_of(STAGEHAND, universe.api_key) as client:
        seen = look_and_ask(universe, client)
    return BatchItem.objects.select_related("batch", "universe").get(batch=batch), seen


def test_what_an_admin_cancels_at_that_moment_is_not_proposed(
    cast: Cast, universe: Universe, second: Second, monkeypatch: pytest.MonkeyPatch
) -> None:
    protect(universe)
    item, seen = waiting(cast, universe)
    begun = list[Future[None]]()

    def telling(*args: object, **details: str) -> None:
        begun.append(second(lambda: sending.begin([(item, seen)])))
        tell(*args, **details)  # type: ignore[arg-type]

    monkeypatch.setattr(steering, "tell", telling)
    assert steering.cancel(cast["admin"].actor, item.batch) == 1
    begun[0].result()
    assert BatchItem.objects.get().state == ItemState.CANCELLED
    assert not Proposal.objects.exists()


def test_what_another_worker_has_just_begun_does_not_fail(
    cast: Cast, universe: Universe, second: Second
) -> None:
    item, _ = waiting(cast, universe)
    with transaction.atomic():
        BatchItem.objects.filter(pk=item.pk).update(state=ItemState.STARTED)
        failing = second(lambda: finishing.fail_universe(universe, SealroomError("No.")))
    failing.result()
    assert BatchItem.objects.get().state == ItemState.STARTED


def test_a_value_is_not_wiped_that_is_just_tried_again(
    cast: Cast, universe: Universe, second: Second
) -> None:
    item, _ = waiting(cast, universe)
    items.fail(BatchItem.objects.all(), SealroomError("No."))
    Batch.objects.update(ended_at=timezone.now() - timedelta(days=2))
    with transaction.atomic():
        assert items.wait_again(BatchItem.objects.filter(pk=item.pk)) == 1
        wiping = second(finishing.wipe_old)
    wiping.result()
    assert BatchItem.objects.get().box == item.box
