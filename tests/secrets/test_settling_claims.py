"""Any number may settle at once: each claims its work, and no work is done twice."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from emulator import Emulator, faults
from secretsapp.models import Change, Universe
from secretsapp.models.secrets import ChangeState
from secretsapp.secrets import settling
from tests.stage import STAGEHAND, Cast
from tests.support.together import together
from tests.support.unfinished import leave_open
from tests.support.watch import Watch

pytestmark = [pytest.mark.django_db, pytest.mark.engine]


def settle_now() -> list[Change]:
    """Settle every open change, however young."""
    return settling.settle(STAGEHAND, older_than_seconds=0)


@pytest.mark.django_db(transaction=True)
def test_settlers_at_once_do_no_work_twice(
    emulator: Emulator, universe: Universe, cast: Cast
) -> None:
    left = {leave_open(kind, faults.cut_after(), emulator, cast, universe).pk for kind in KINDS}
    watch = Watch()
    settled = together(settle_now, settle_now, settle_now)
    found = [change.pk for done in settled if isinstance(done, list) for change in done]
    assert (sorted(found), set(found)) == (sorted(left), left)
    assert sorted(watch.tags) == ["secret.create.succeeded", "secret.rotate.succeeded"]


KINDS = ("create", "rotate")


@pytest.mark.django_db(transaction=True)
def test_who_comes_while_another_reads_does_not_even_ask_roblox(
    emulator: Emulator, universe: Universe, cast: Cast
) -> None:
    leave_open("rotate", faults.cut_after(), emulator, cast, universe)
    emulator.clear_requests()
    emulator.inject(faults.delay(0.5), method="GET")

    def second() -> list[Change]:
        emulator.wait_for_requests(1)
        return settle_now()

    settled = together(settle_now, second)
    assert [len(done) for done in settled if isinstance(done, list)] == [1, 0]
    assert len(emulator.requests) == 1


def test_a_claim_that_ran_out_is_taken_over(
    emulator: Emulator, universe: Universe, cast: Cast
) -> None:
    change = leave_open("rotate", faults.cut_after(), emulator, cast, universe)
    Change.objects.update(claimed_until=timezone.now() + timedelta(minutes=1))
    assert settle_now() == []
    Change.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))
    assert settle_now() == [change]


def test_a_change_that_was_settled_during_the_reading_is_left_as_it_is(
    emulator: Emulator, universe: Universe, cast: Cast
) -> None:
    leave_open("rotate", faults.cut_after(), emulator, cast, universe)
    watch = Watch()

    def settle_first(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith('UPDATE "secretsapp_change" SET "state"'):
            with connection.cursor() as cursor:
                cursor.cursor.execute("UPDATE secretsapp_change SET state = 'failed'")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(settle_first):
        assert settle_now() == []
    assert (Change.objects.get().state, watch.tags) == (ChangeState.FAILED, [])


def test_changes_of_two_universes_are_settled_each_by_its_own_reading(
    emulator: Emulator, universe: Universe, cast: Cast
) -> None:
    other = emulator.add_universe(77, name="Quay")
    other.put("PAY_KEY", b"value", "api.pay.example")
    quay = Universe.objects.create(id=77, name="Quay", api_key=universe.api_key)
    leave_open("rotate", faults.cut_after(), emulator, cast, universe)
    Change.objects.create(
        kind="create",
        state=ChangeState.STARTED,
        universe=quay,
        name="LOST",
        seen=False,
        actor_kind="command",
        actor_name="tests",
        door="shell",
        started_at=timezone.now() - timedelta(minutes=10),
    )
    emulator.inject(faults.status(403), path="/universes/77/")
    assert [change.universe_id for change in settle_now()] == [universe.pk]
    assert [(change.name, change.state) for change in settle_now()] == [("LOST", "failed")]
