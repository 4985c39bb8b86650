"""The order of a write: written down, sent outside any transaction, outcome stored."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.db import connection, connections, transaction
from pytest_django import Settings

from emulator import Emulator, faults
from emulator import Universe as EmulatedUniverse
from secretsapp.core.errors import LogBroken, MissingKey, OutcomeUnknown
from secretsapp.core.plaintext import Plaintext
from secretsapp.core.roles import Permission
from secretsapp.models import AuditEvent, Change, Secret, Universe
from secretsapp.models.secrets import ChangeKind, ChangeState
from secretsapp.opencloud.types import WriteReceipt
from secretsapp.rules.acting import Right
from secretsapp.rules.locks import lock_universe
from secretsapp.secrets import changes, settling
from tests.stage import STAGEHAND, Cast
from tests.support.breaking import lose_audit_keys, lose_head, refuse_events_like
from tests.support.planned import Planned, Send, attempt, seen_in_mirror
from tests.support.unfinished import later
from tests.support.watch import Watch, detail, writes

pytestmark = [pytest.mark.django_db, pytest.mark.engine]

Write = Callable[[Cast, Universe], Change]


def create(cast: Cast, universe: Universe) -> Change:
    """Create NEW_KEY."""
    actor = cast["manager"].actor
    value = Plaintext(b"new")
    return changes.create(actor=actor, universe=universe, name="NEW_KEY", value=value, domain="*")


def rotate(cast: Cast, universe: Universe) -> Change:
    """Rotate PAY_KEY."""
    value = Plaintext(b"new")
    return changes.rotate(
        actor=cast["manager"].actor, universe=universe, name="PAY_KEY", value=value
    )


def delete(cast: Cast, universe: Universe) -> Change:
    """Delete PAY_KEY."""
    return changes.delete(actor=cast["manager"].actor, universe=universe, name="PAY_KEY")


ANY_WRITE = pytest.mark.parametrize("write", [create, rotate, delete])


@ANY_WRITE
def test_without_a_head_of_the_log_no_write_reaches_roblox(
    emulator: Emulator, harbor: EmulatedUniverse, universe: Universe, cast: Cast, write: Write
) -> None:
    held = harbor.values
    lose_head()
    with pytest.raises(LogBroken, match="head of the audit log is missing"):
        write(cast, universe)
    assert (writes(emulator), harbor.values) == ([], held)
    assert not Change.objects.exists()


@ANY_WRITE
def test_without_an_audit_key_no_write_reaches_roblox(
    emulator: Emulator,
    universe: Universe,
    cast: Cast,
    write: Write,
    settings: Settings,
    tmp_path: Path,
) -> None:
    watch = Watch()
    lose_audit_keys(settings, tmp_path)
    with pytest.raises(MissingKey, match="AUDIT_KEYS"):
        write(cast, universe)
    assert (writes(emulator), watch.tags) == ([], [])
    assert not Change.objects.exists()


@ANY_WRITE
def test_where_the_database_refuses_the_event_no_write_reaches_roblox(
    emulator: Emulator, universe: Universe, cast: Cast, write: Write
) -> None:
    watch = Watch()
    refuse_events_like("secret.%.started")
    with pytest.raises(Exception, match="refused for a test"):
        write(cast, universe)
    assert (writes(emulator), watch.tags) == ([], [])
    assert not Change.objects.exists()


@ANY_WRITE
def test_an_outcome_that_cannot_be_stored_leaves_the_change_open(
    emulator: Emulator, universe: Universe, cast: Cast, write: Write
) -> None:
    watch = Watch()
    mirrored = list(Secret.objects.values_list())
    refuse_events_like("secret.%.succeeded")
    with pytest.raises(OutcomeUnknown, match="outcome could not be stored here"):
        write(cast, universe)
    assert len(writes(emulator)) == 1
    change = Change.objects.get()
    assert (change.state, change.settled_at) == (ChangeState.STARTED, None)
    assert [tag.rpartition(".")[2] for tag in watch.tags] == ["started"]
    assert list(Secret.objects.values_list()) == mirrored


def test_a_failure_that_cannot_be_stored_leaves_the_change_open(
    emulator: Emulator, universe: Universe, cast: Cast
) -> None:
    refuse_events_like("secret.%.failed")
    emulator.inject(faults.status(403), method="PATCH")
    with pytest.raises(OutcomeUnknown):
        rotate(cast, universe)
    assert Change.objects.get().state == ChangeState.STARTED


def test_a_log_that_loses_its_head_during_the_call_leaves_the_change_open(
    universe: Universe, cast: Cast
) -> None:
    def write() -> WriteReceipt | None:
        lose_head()
        return None

    with pytest.raises(OutcomeUnknown):
        attempt_rotation(cast, universe, write)
    assert Change.objects.get().state == ChangeState.STARTED


def attempt_rotation(cast: Cast, universe: Universe, write: Send) -> Change:
    """Attempt to rotate PAY_KEY as it is mirrored, by a write of the test's own."""
    seen = seen_in_mirror(universe, "PAY_KEY")
    needs = (Right(Permission.ROTATE_SECRET, universe.pk, "PAY_KEY"),)
    planned = Planned(ChangeKind.ROTATE, universe, "PAY_KEY", seen.domain, seen, needs, write)
    return attempt(cast["manager"].actor, planned)


def test_an_answer_that_comes_after_the_sweep_puts_its_judgement_right(
    universe: Universe, cast: Cast
) -> None:
    watch = Watch()

    def write() -> WriteReceipt | None:
        with later():
            settling.settle(STAGEHAND, older_than_seconds=0)
        return None

    change = attempt_rotation(cast, universe, write)
    assert change.state == Change.objects.get().state == ChangeState.SUCCEEDED
    outcomes = ["secret.rotate.failed", "secret.rotate.succeeded"]
    assert watch.tags == ["secret.rotate.started", *outcomes]
    assert "puts right" in detail(watch.last)["late"]


@pytest.mark.django_db(transaction=True)
def test_the_write_is_sent_outside_any_transaction(universe: Universe, cast: Cast) -> None:
    within: list[bool] = []

    def write() -> WriteReceipt | None:
        within.append(connection.in_atomic_block)
        return None

    attempt_rotation(cast, universe, write)
    assert within == [False]


@pytest.mark.django_db(transaction=True)
def test_a_write_refuses_to_be_part_of_a_transaction(
    emulator: Emulator, universe: Universe, cast: Cast
) -> None:
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        rotate(cast, universe)
    assert writes(emulator) == []


@pytest.mark.django_db(transaction=True)
@ANY_WRITE
def test_while_roblox_is_called_everybody_sees_the_change_and_nothing_is_locked(
    emulator: Emulator, universe: Universe, cast: Cast, write: Write
) -> None:
    methods: dict[Write, str] = {create: "POST", rotate: "PATCH", delete: "DELETE"}
    emulator.inject(faults.delay(1), method=methods[write])
    already = len(emulator.requests)
    reads = 1 if write is delete else 2

    def act() -> Change:
        try:
            return write(cast, universe)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        done = pool.submit(act)
        emulator.wait_for_requests(already + reads + 1)
        started = Change.objects.get()
        newest = AuditEvent.objects.order_by("-sequence").values_list("tag", flat=True)[0]
        with transaction.atomic():
            lock_universe(universe)
        assert (started.state, newest.rpartition(".")[2]) == (ChangeState.STARTED, "started")
        assert done.result(30).state == ChangeState.SUCCEEDED
