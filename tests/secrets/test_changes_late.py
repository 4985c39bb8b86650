"""What takes its time: rights that end meanwhile, a server that is held up, a late answer."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from emulator import Emulator, faults
from emulator import Universe as EmulatedUniverse
from secretsapp.core.actor import Actor
from secretsapp.core.errors import Forbidden, HeldUp, OutcomeUnknown
from secretsapp.core.plaintext import Plaintext
from secretsapp.models import Change, Grant, Universe
from secretsapp.models.secrets import ChangeState
from secretsapp.opencloud.answers import Refused, Unknown
from secretsapp.opencloud.types import WriteReceipt
from secretsapp.people import accounts
from secretsapp.rules.acting import Passage
from secretsapp.secrets import attempts, changes, details, settling
from secretsapp.universes import mirror, refreshing
from tests.secrets.test_changes_order import attempt_rotation
from tests.stage import STAGEHAND, Cast
from tests.support.together import together
from tests.support.unfinished import later, leave_open, let_rest, make, mirrored
from tests.support.watch import Watch, detail, writes

pytestmark = [pytest.mark.django_db, pytest.mark.engine]


def judged_meanwhile() -> None:
    """Let a sweep ten minutes later judge by reading."""
    with later():
        settling.settle(STAGEHAND, older_than_seconds=0)


@pytest.mark.django_db(transaction=True)
def test_rights_that_end_while_roblox_is_read_let_nothing_be_sent(
    emulator: Emulator, universe: Universe, cast: Cast
) -> None:
    emulator.clear_requests()
    emulator.inject(faults.delay(0.5), method="GET")
    watch = Watch()

    def rotate() -> Change:
        actor = cast["rotator"].actor
        value = Plaintext(b"new")
        return changes.rotate(actor=actor, universe=universe, name="PAY_KEY", value=value)

    def disable() -> None:
        emulator.wait_for_requests(1)
        accounts.disable(STAGEHAND, cast["rotator"].user)

    refused, _ = together(rotate, disable)
    assert isinstance(refused, Forbidden)
    assert (watch.tags, writes(emulator)) == (["person.disabled"], [])


def test_a_right_to_the_domain_that_ends_meanwhile_lets_nothing_be_sent(
    emulator: Emulator, universe: Universe, cast: Cast
) -> None:
    Grant.objects.filter(person=cast["manager"].user).update(role="viewer")
    with pytest.raises(Forbidden):
        attempt_rotation(cast, universe, lambda: pytest.fail("it was sent"))
    assert not Change.objects.exists()


def test_a_server_that_is_held_up_sends_nothing(
    emulator: Emulator, universe: Universe, cast: Cast
) -> None:
    watch = Watch()
    with time_machine.travel(timezone.now(), tick=False) as clock:
        begin = attempts.begin

        def begin_and_sleep(actor: Actor, intent: attempts.Intent, passage: Passage) -> Change:
            change = begin(actor, intent, passage)
            clock.shift(timedelta(seconds=11))
            return change

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(attempts, "begin", begin_and_sleep)
            with pytest.raises(HeldUp, match="Nothing was sent"):
                attempt_rotation(cast, universe, lambda: pytest.fail("it was sent"))
    assert Change.objects.get().state == ChangeState.FAILED
    assert watch.tags == ["secret.rotate.started", "secret.rotate.failed"]


@pytest.mark.parametrize("kind", ["create", "rotate", "delete"])
def test_what_may_still_be_on_its_way_is_not_called_failed(
    emulator: Emulator, universe: Universe, cast: Cast, kind: str
) -> None:
    change = leave_open(kind, faults.cut_before(), emulator, cast, universe)
    assert settling.settle(STAGEHAND, older_than_seconds=0) == []
    change.refresh_from_db()
    assert (change.state, change.claimed_until) == (ChangeState.UNKNOWN, None)
    judged_meanwhile()
    change.refresh_from_db()
    assert change.state == ChangeState.FAILED


def test_a_late_refusal_puts_a_judgement_right(
    harbor: EmulatedUniverse, universe: Universe, cast: Cast
) -> None:
    watch = Watch()

    def write() -> WriteReceipt | None:
        harbor.change("PAY_KEY", b"by someone else", "api.pay.example")
        judged_meanwhile()
        raise Refused(400)

    with pytest.raises(Exception, match="changed nothing"):
        attempt_rotation(cast, universe, write)
    outcomes = ["secret.rotate.succeeded", "secret.rotate.failed"]
    assert watch.tags == ["secret.rotate.started", *outcomes]
    assert "puts right" in detail(watch.last)["late"]


def test_an_answer_that_tells_nothing_leaves_a_judgement_as_it_is(
    universe: Universe, cast: Cast
) -> None:
    watch = Watch()

    def write() -> WriteReceipt | None:
        judged_meanwhile()
        raise Unknown("cut")

    with pytest.raises(OutcomeUnknown):
        attempt_rotation(cast, universe, write)
    assert Change.objects.get().state == ChangeState.FAILED
    assert watch.tags == ["secret.rotate.started", "secret.rotate.failed"]


def test_a_late_answer_that_says_the_same_is_not_said_twice(
    universe: Universe, harbor: EmulatedUniverse, cast: Cast
) -> None:
    watch = Watch()

    def write() -> WriteReceipt | None:
        harbor.change("PAY_KEY", b"new", "api.pay.example")
        judged_meanwhile()
        return None

    change = attempt_rotation(cast, universe, write)
    assert change.state == ChangeState.SUCCEEDED
    assert watch.tags == ["secret.rotate.started", "secret.rotate.succeeded"]


def test_a_list_that_lags_behind_our_write_is_no_drift(
    emulator: Emulator, harbor: EmulatedUniverse, universe: Universe, cast: Cast
) -> None:
    before = harbor.secrets["PAY_KEY"]
    actor = cast["manager"].actor
    changes.rotate(actor=actor, universe=universe, name="PAY_KEY", value=Plaintext(b"new"))
    after = mirrored(universe).update_time
    item = {"id": "PAY_KEY", "domain": before.domain, "key_id": before.key_id}
    times = {"create_time": before.create_time, "update_time": before.update_time}
    with later():
        emulator.inject(faults.status(200, {"secrets": [item | times]}), method="GET")
        let_rest(universe)
        watch = Watch()
        assert refreshing.refresh(STAGEHAND, universe)
    assert "secret.drift.changed" not in watch.tags
    assert mirrored(universe).update_time == after


def test_a_list_without_what_we_just_created_is_no_drift(
    emulator: Emulator, universe: Universe, cast: Cast
) -> None:
    make("create", cast, universe)
    emulator.inject(faults.status(200, {"secrets": []}), method="GET")
    let_rest(universe)
    watch = Watch()
    assert refreshing.refresh(STAGEHAND, universe)
    assert [event.secret_name for event in watch.events if "drift" in event.tag] == [
        "PAY_KEY",
        "PAY_WEBHOOK",
        "SIGNING_SEED",
    ]


def test_an_outcome_leaves_alone_the_note_that_was_written_meanwhile(
    universe: Universe, cast: Cast
) -> None:
    fetched = mirrored(universe)
    actor = cast["editor"].actor
    details.edit(
        actor=actor, universe=universe, secret=mirrored(universe), note="Theirs", owner=None
    )
    fetched.domain = "*"
    mirror.keep(fetched)
    kept = mirrored(universe)
    assert (kept.note, kept.domain) == ("Theirs", "*")
