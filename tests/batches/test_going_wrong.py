"""What goes wrong with an item ends that item alone, and wipes what must be entered again."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from emulator import Emulator, faults
from emulator import Universe as EmulatedUniverse
from secretsapp.batches import finishing, running, sending, steering
from secretsapp.batches.intents import NEW_KEY
from secretsapp.core import actor as actors
from secretsapp.management.commands import work
from secretsapp.models import (
    ApiKey,
    AuditEvent,
    Batch,
    BatchItem,
    Change,
    Grant,
    Lane,
    Proposal,
    Universe,
    User,
)
from secretsapp.models.batches import BatchState, ItemState
from secretsapp.opencloud.client import SETTLE_AFTER
from secretsapp.secrets import settling
from tests.batches.batching import add_universe, batch_of
from tests.secrets.proposing import protect
from tests.stage import API_KEY, Cast
from tests.support.watch import Watch, detail, writes

pytestmark = [pytest.mark.django_db, pytest.mark.engine]

VALUES = {"PAY_KEY": b"new pay", "PAY_WEBHOOK": b"new hook", "SIGNING_SEED": b"new seed"}


@pytest.fixture
def batch(cast: Cast, universe: Universe) -> Batch:
    """Three rotations of the editor that wait."""
    return batch_of(cast["editor"].actor, [universe], VALUES)


def item(name: str) -> BatchItem:
    """The item of that secret, as it is stored."""
    return BatchItem.objects.get(name=name)


def let_wait_end() -> None:
    """Let the lanes be due now."""
    Lane.objects.update(wait_until=None)


def values_of(harbor: EmulatedUniverse) -> dict[str, bytes]:
    """What Roblox holds of the three."""
    return {name: harbor.secrets[name].value for name in VALUES}


def test_one_list_and_one_public_key_are_asked_for_a_universe_and_not_for_each_item(
    emulator: Emulator, batch: Batch
) -> None:
    emulator.clear_requests()
    running.run_due()
    asked = [request.path.rpartition("/")[2] for request in emulator.requests]
    assert sorted(asked) == sorted(["secrets", "public-key", *VALUES])


def test_a_limit_of_roblox_is_waited_for(
    emulator: Emulator, harbor: EmulatedUniverse, batch: Batch
) -> None:
    emulator.inject(faults.status(429, {}, {"retry-after": "1"}), method="PATCH", path="PAY_KEY")
    running.run_due()
    assert values_of(harbor) == VALUES
    assert item("PAY_KEY").tries == 1
    assert Batch.objects.get().state == BatchState.ENDED


def test_while_roblox_cannot_be_reached_everything_waits(
    emulator: Emulator, harbor: EmulatedUniverse, batch: Batch
) -> None:
    emulator.stop()
    running.run_due()
    lane = Lane.objects.get()
    assert "couldn’t reach Roblox" in lane.words
    assert lane.wait_until
    assert lane.wait_until > timezone.now()
    assert running.run_due() == 0
    assert set(BatchItem.objects.values_list("state", flat=True)) == {ItemState.WAITING}


def test_a_secret_that_was_changed_since_is_left_alone(
    harbor: EmulatedUniverse, batch: Batch
) -> None:
    harbor.put("PAY_KEY", b"theirs", "api.pay.example")
    running.run_due()
    assert values_of(harbor) == VALUES | {"PAY_KEY": b"theirs"}
    failed = item("PAY_KEY")
    assert (failed.state, failed.box, failed.may_retry) == (ItemState.FAILED, "", False)
    assert "was changed by someone outside Sealroom" in failed.words


def test_a_new_public_key_asks_for_the_values_again(
    emulator: Emulator, harbor: EmulatedUniverse, batch: Batch
) -> None:
    harbor.rotate_key_pair()
    running.run_due()
    assert writes(emulator) == []
    assert {each.words for each in BatchItem.objects.all()} == {NEW_KEY}
    assert set(BatchItem.objects.values_list("box", "may_retry")) == {("", False)}


def test_an_unknown_outcome_is_settled_by_reading_and_never_sent_again_by_itself(
    emulator: Emulator, harbor: EmulatedUniverse, batch: Batch
) -> None:
    emulator.inject(faults.cut_after(), method="PATCH", path="PAY_KEY")
    emulator.inject(faults.status(500), method="PATCH", path="PAY_WEBHOOK")
    running.run_due()
    assert {item("PAY_KEY").state, item("PAY_WEBHOOK").state} == {ItemState.UNKNOWN}
    assert Batch.objects.get().ended_at is None
    early = timezone.now() - SETTLE_AFTER - timedelta(seconds=1)
    Change.objects.filter(state="unknown").update(started_at=early)
    settling.settle(actors.system("settle"))
    finishing.catch_up()
    finishing.end_finished()
    assert item("PAY_KEY").state == ItemState.SUCCEEDED
    left = item("PAY_WEBHOOK")
    assert (left.state, left.may_retry, bool(left.box)) == (ItemState.FAILED, True, True)
    assert len(writes(emulator)) == 3
    last = AuditEvent.objects.latest("sequence")
    assert (last.tag, detail(last)["outcome"]) == ("batch.incomplete", "2 succeeded, 1 failed")


def test_what_failed_by_a_wrong_key_is_tried_again_without_its_value(
    emulator: Emulator, harbor: EmulatedUniverse, cast: Cast, batch: Batch
) -> None:
    emulator.add_api_key(API_KEY, enabled=False)
    running.run_due()
    assert set(BatchItem.objects.values_list("state", "may_retry")) == {(ItemState.FAILED, True)}
    assert writes(emulator) == []
    emulator.add_api_key(API_KEY)
    assert steering.retry(cast["editor"].actor, Batch.objects.get()) == 3
    running.run_due()
    assert values_of(harbor) == VALUES
    assert Batch.objects.get().state == BatchState.ENDED


def test_what_was_not_tried_again_within_a_day_is_wiped(emulator: Emulator, batch: Batch) -> None:
    emulator.add_api_key(API_KEY, enabled=False)
    running.run_due()
    assert finishing.wipe_old() == 0
    Batch.objects.update(ended_at=timezone.now() - timedelta(days=1, seconds=1))
    assert finishing.wipe_old() == 3
    assert set(BatchItem.objects.values_list("box", "may_retry")) == {("", False)}


def test_a_batch_that_nobody_lets_go_on_is_cancelled_after_a_week(
    emulator: Emulator, cast: Cast, batch: Batch
) -> None:
    steering.pause(cast["editor"].actor, batch)
    assert finishing.cancel_forgotten() == 0
    Batch.objects.update(paused_at=timezone.now() - finishing.PAUSED_AT_MOST)
    assert finishing.cancel_forgotten() == 1
    assert set(BatchItem.objects.values_list("state", "box")) == {(ItemState.CANCELLED, "")}
    last = AuditEvent.objects.latest("sequence")
    assert (last.tag, detail(last)["count"]) == ("batch.forgotten", "3")
    assert finishing.cancel_forgotten() == 0
    running.run_due()
    assert writes(emulator) == []


def test_a_batch_that_goes_on_again_is_not_forgotten(cast: Cast, batch: Batch) -> None:
    editor = cast["editor"].actor
    steering.pause(editor, batch)
    steering.go_on(editor, batch)
    assert Batch.objects.get().paused_at is None
    Batch.objects.update(paused_at=timezone.now() - finishing.PAUSED_AT_MOST)
    assert finishing.cancel_forgotten() == 0


def test_a_right_that_was_taken_away_meanwhile_is_asked_for_each_item(
    emulator: Emulator, harbor: EmulatedUniverse, cast: Cast, batch: Batch
) -> None:
    Grant.objects.filter(person=cast["editor"].user).delete()
    running.run_due()
    assert writes(emulator) == []
    assert all("You can’t rotate" in each.words for each in BatchItem.objects.all())


def test_a_batch_of_someone_whose_sessions_were_ended_waits_for_them(
    emulator: Emulator, cast: Cast, batch: Batch
) -> None:
    watch, person = Watch(), cast["editor"].user
    User.objects.filter(pk=person.pk).update(generation=person.generation + 1)
    running.run_due()
    assert writes(emulator) == []
    found = Batch.objects.get()
    assert (found.state, watch.tags) == (BatchState.PAUSED, ["batch.halted"])
    person.refresh_from_db()
    steering.go_on(cast["editor"].actor, found)
    running.run_due()
    assert len(writes(emulator)) == 3


@pytest.mark.parametrize("column", ["box", "domain", "kind", "name", "universe_id", "seen_version"])
def test_what_someone_edited_in_the_database_is_never_sent(
    emulator: Emulator, api_key: ApiKey, batch: Batch, column: str
) -> None:
    _, other = add_universe(emulator, api_key, secrets={"PAY_KEY": b"x"})
    to = other.pk if column == "universe_id" else "evil"
    BatchItem.objects.filter(name="PAY_KEY").update(**{column: to})
    running.run_due()
    assert len(writes(emulator)) == 2
    altered = BatchItem.objects.get(position=0)
    assert "someone edited the database" in altered.words
    assert altered.state == ItemState.FAILED


@pytest.mark.parametrize("to", ["manager", None])
def test_nobody_edits_who_asked_for_it_so_as_to_approve_their_own(
    emulator: Emulator, cast: Cast, universe: Universe, to: str | None
) -> None:
    protect(universe)
    batch = batch_of(cast["editor"].actor, [universe], VALUES)
    person = cast[to].user if to else None
    kind = "person" if to else "command"
    Batch.objects.update(
        person=person, actor_kind=kind, generation=getattr(person, "generation", 0)
    )
    running.run_due()
    assert not Proposal.objects.exists()
    assert all("someone edited the database" in each.words for each in batch.items.all())


def test_a_batch_that_cannot_be_begun_does_not_hold_up_the_others(
    emulator: Emulator, cast: Cast, universe: Universe, batch: Batch
) -> None:
    Batch.objects.update(door="none")
    batch_of(cast["admin"].actor, [universe], {"OTHER_KEY": b"a value"})
    running.run_due()
    assert writes(emulator) == ["POST"]
    assert set(batch.items.values_list("state", "words")) == {(ItemState.FAILED, sending.BROKEN)}


def test_in_a_protected_universe_each_becomes_a_proposal(
    emulator: Emulator, cast: Cast, universe: Universe
) -> None:
    protect(universe)
    batch = batch_of(cast["editor"].actor, [universe], VALUES, "it leaked")
    running.run_due()
    assert writes(emulator) == []
    assert set(batch.items.values_list("state", "box")) == {(ItemState.PROPOSED, "")}
    assert set(Proposal.objects.values_list("why", "proposer__email")) == {
        ("it leaked", "editor@example.com")
    }
    assert Proposal.objects.count() == 3


def test_a_universe_that_was_protected_meanwhile_takes_nothing_at_once(
    emulator: Emulator, universe: Universe, batch: Batch
) -> None:
    protect(universe)
    running.run_due()
    assert writes(emulator) == []
    assert not Proposal.objects.exists()
    assert all("is protected" in each.words for each in BatchItem.objects.all())


def test_a_universe_that_was_removed_takes_its_items_with_it(
    emulator: Emulator, universe: Universe, batch: Batch
) -> None:
    Universe.objects.filter(pk=universe.pk).delete()
    running.run_due()
    finishing.catch_up()
    finishing.end_finished()
    assert set(BatchItem.objects.values_list("state", flat=True)) == {ItemState.FAILED}
    assert Batch.objects.get().ended_at is not None


def test_a_universe_that_cannot_be_read_does_not_hold_up_the_others(
    emulator: Emulator, cast: Cast, universe: Universe, api_key: ApiKey
) -> None:
    staging, other = add_universe(emulator, api_key, secrets={"PAY_KEY": b"old"})
    batch = batch_of(cast["admin"].actor, [universe, other], {"PAY_KEY": b"new"})
    emulator.inject(faults.status(503), times=9, method="GET", path=f"{universe.pk}/secrets")
    running.run_due()
    assert staging.secrets["PAY_KEY"].value == b"new"
    assert sorted(batch.items.values_list("state", flat=True)) == ["succeeded", "waiting"]
    emulator.clear_faults()
    let_wait_end()
    running.run_due()
    assert set(batch.items.values_list("state", flat=True)) == {ItemState.SUCCEEDED}


def test_two_batches_take_turns(
    emulator: Emulator, cast: Cast, universe: Universe, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Of several calls at once, any may arrive first.
    monkeypatch.setattr(running, "SENDERS", 1)
    many = {f"NEW_{number:03}": b"value" for number in range(40)}
    batch_of(cast["admin"].actor, [universe], many)
    batch_of(cast["editor"].actor, [universe], {"PAY_KEY": b"leaked"})
    running.run_due()
    methods = writes(emulator)
    assert len(methods) == 41
    assert methods.index("PATCH") <= 1


def test_one_round_of_the_worker_follows_what_was_settled_and_ends_the_batch(
    emulator: Emulator, batch: Batch, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Other parts close the database, which the test has a transaction in.
    monkeypatch.setattr(work, "_parts", lambda _number: [work._settle])
    emulator.inject(faults.cut_after(), method="PATCH", path="PAY_KEY")
    running.run_due()
    assert item("PAY_KEY").state == ItemState.UNKNOWN
    early = timezone.now() - SETTLE_AFTER - timedelta(seconds=1)
    Change.objects.filter(state="unknown").update(started_at=early)
    call_command("work", "--once", stdout=StringIO())
    assert item("PAY_KEY").state == ItemState.SUCCEEDED
    assert Batch.objects.get().state == BatchState.ENDED
