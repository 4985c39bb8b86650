"""A write that another one overtook since Roblox was read for it is not sent."""

from collections.abc import Callable
from datetime import timedelta
from threading import Event as Moment
from threading import Thread

import pytest
from django.core.management import CommandError, call_command
from django.db import connections, transaction
from django.test import Client
from django.utils import timezone

from emulator import Emulator, faults
from emulator import Universe as EmulatedUniverse
from secretsapp.core.errors import RobloxRefused, StaleVersion
from secretsapp.core.plaintext import Plaintext
from secretsapp.models import Change, Secret, Universe
from secretsapp.models.secrets import ChangeState
from secretsapp.opencloud.types import WriteReceipt
from secretsapp.rules.locks import lock_universe
from secretsapp.secrets import attempts, changes
from secretsapp.universes import refreshing
from tests.actions.test_rights_taken_away import SECONDS, telling_when_it_waits
from tests.secrets.test_changes_order import attempt_rotation
from tests.stage import STAGEHAND, Cast
from tests.support.together import together
from tests.support.unfinished import let_rest, make, mirrored
from tests.support.watch import Watch, detail, writes

pytestmark = [pytest.mark.django_db, pytest.mark.engine]

OPEN = "api.pay.example"


def close_domain(cast: Cast, universe: Universe) -> Change:
    """Let an editor close the domain of PAY_KEY, with a value of their own."""
    actor, value = cast["editor"].actor, Plaintext(b"the editor's")
    return changes.rotate(actor=actor, universe=universe, name="PAY_KEY", value=value, domain="")


def rotate(cast: Cast, universe: Universe) -> Change:
    """Let a rotator rotate PAY_KEY, whose domain stays."""
    actor, value = cast["rotator"].actor, Plaintext(b"the rotator's")
    return changes.rotate(actor=actor, universe=universe, name="PAY_KEY", value=value)


def delete(cast: Cast, universe: Universe) -> Change:
    """Let a manager delete PAY_KEY."""
    return changes.delete(actor=cast["manager"].actor, universe=universe, name="PAY_KEY")


Write = Callable[[Cast, Universe], Change]
EITHER = pytest.mark.parametrize("write", [rotate, delete])


def before_it_is_written_down(patch: pytest.MonkeyPatch, meanwhile: Callable[[], object]) -> None:
    """Let something happen once, between the reading of Roblox and the writing down."""
    attempt = attempts.attempt

    def late(*arguments: object) -> Change:
        patch.setattr(changes, "attempt", attempt)
        meanwhile()
        return attempt(*arguments)  # type: ignore[arg-type]

    patch.setattr(changes, "attempt", late)


@pytest.mark.django_db(transaction=True)
def test_a_rotation_that_waited_does_not_open_a_domain_that_was_closed_meanwhile(
    emulator: Emulator, harbor: EmulatedUniverse, universe: Universe, cast: Cast
) -> None:
    emulator.clear_requests()
    emulator.inject(faults.delay(1), method="GET", path="public-key")
    watch = Watch()

    def close_meanwhile() -> Change:
        emulator.wait_for_requests(2)
        return close_domain(cast, universe)

    refused, closed = together(lambda: rotate(cast, universe), close_meanwhile)
    assert isinstance(closed, Change)
    assert isinstance(refused, StaleVersion)
    assert "PAY_KEY has just been changed by editor@example.com. Nothing was sent." in str(refused)
    held = harbor.secrets["PAY_KEY"]
    assert (held.value, held.domain) == (b"the editor's", "")
    assert writes(emulator) == ["PATCH"]
    assert watch.tags == ["secret.rotate.started", "secret.rotate.succeeded"]


@pytest.mark.django_db(transaction=True)
@EITHER
def test_who_waits_for_the_universe_sees_what_was_settled_meanwhile(
    emulator: Emulator, universe: Universe, cast: Cast, write: Write
) -> None:
    emulator.clear_requests()
    waits, refused = Moment(), []

    def go() -> None:
        try:
            with telling_when_it_waits(waits):
                write(cast, universe)
        except StaleVersion as refusal:
            refused.append(str(refusal))
        finally:
            waits.set()
            connections.close_all()

    before = make("rotate", cast, universe)
    waiting = Thread(target=go)
    with transaction.atomic():
        lock_universe(universe)
        waiting.start()
        assert waits.wait(SECONDS)
        Change.objects.filter(pk=before.pk).update(settled_at=timezone.now())
    waiting.join(SECONDS)
    assert [sentence.partition(". Nothing")[0] for sentence in refused] == [
        "PAY_KEY has just been changed by manager@example.com"
    ]
    assert (writes(emulator), Change.objects.count()) == (["PATCH"], 1)


@EITHER
@pytest.mark.parametrize("state", ["started", "unknown", "succeeded", "undetermined"])
def test_a_change_that_began_meanwhile_overtakes(
    universe: Universe, cast: Cast, monkeypatch: pytest.MonkeyPatch, write: Write, state: str
) -> None:
    def begin_another() -> None:
        make("rotate", cast, universe)
        Change.objects.update(state=state)

    before_it_is_written_down(monkeypatch, begin_another)
    words = "is being changed" if state in {"started", "unknown"} else "has just been changed"
    with pytest.raises(StaleVersion, match=f"PAY_KEY {words} by manager@example.com\\. Nothing"):
        write(cast, universe)
    assert Change.objects.count() == 1


@EITHER
def test_a_mirror_that_was_read_later_overtakes(
    emulator: Emulator,
    harbor: EmulatedUniverse,
    universe: Universe,
    cast: Cast,
    monkeypatch: pytest.MonkeyPatch,
    write: Write,
) -> None:
    def change_elsewhere() -> None:
        harbor.put("PAY_KEY", b"theirs", "")
        let_rest(universe)
        assert refreshing.refresh(STAGEHAND, universe)

    before_it_is_written_down(monkeypatch, change_elsewhere)
    with pytest.raises(StaleVersion, match="has just been changed outside Sealroom"):
        write(cast, universe)
    assert (writes(emulator), harbor.values["PAY_KEY"]) == ([], b"theirs")


@EITHER
@pytest.mark.parametrize("omit_times", [False, True])
def test_one_write_after_another_is_not_overtaken(
    harbor: EmulatedUniverse, universe: Universe, cast: Cast, write: Write, omit_times: bool
) -> None:
    harbor.omit_times = omit_times
    rotate(cast, universe)
    close_domain(cast, universe)
    rotate(cast, universe)
    write(cast, universe)
    assert set(Change.objects.values_list("state", flat=True)) == {ChangeState.SUCCEEDED}


@EITHER
def test_what_was_changed_elsewhere_before_the_reading_overtakes_nobody(
    harbor: EmulatedUniverse, universe: Universe, cast: Cast, write: Write
) -> None:
    harbor.put("PAY_KEY", b"theirs", "")
    assert write(cast, universe).state == ChangeState.SUCCEEDED


@EITHER
def test_a_change_that_failed_meanwhile_overtakes_nobody(
    emulator: Emulator,
    universe: Universe,
    cast: Cast,
    monkeypatch: pytest.MonkeyPatch,
    write: Write,
) -> None:
    def fail() -> None:
        emulator.inject(faults.status(403), method="PATCH")
        with pytest.raises(RobloxRefused):
            close_domain(cast, universe)

    before_it_is_written_down(monkeypatch, fail)
    assert write(cast, universe).state == ChangeState.SUCCEEDED


@EITHER
def test_a_change_of_another_name_overtakes_nobody(
    universe: Universe, cast: Cast, monkeypatch: pytest.MonkeyPatch, write: Write
) -> None:
    before_it_is_written_down(monkeypatch, lambda: make("create", cast, universe))
    assert write(cast, universe).state == ChangeState.SUCCEEDED


@EITHER
def test_a_list_that_keeps_an_older_time_locks_nobody_out(
    universe: Universe, cast: Cast, harbor: EmulatedUniverse, write: Write
) -> None:
    older, kept = (timezone.now() - timedelta(minutes=minutes) for minutes in (30, 10))
    harbor.put("PAY_KEY", b"theirs", OPEN, update_time=older)
    Secret.objects.update(update_time=kept.isoformat())
    assert write(cast, universe).state == ChangeState.SUCCEEDED


@pytest.mark.parametrize(
    ("lands_last", "domains"),
    [
        (True, {"domain": OPEN, "domain_before": ""}),
        (False, {"domain": OPEN}),
    ],
)
def test_the_outcome_tells_the_domain_as_it_is_known_then(
    harbor: EmulatedUniverse, universe: Universe, cast: Cast, lands_last: bool, domains: object
) -> None:
    watch = Watch()

    def write() -> WriteReceipt | None:
        if lands_last:
            close_domain(cast, universe)
        landed = harbor.change("PAY_KEY", b"the manager's", OPEN)
        if not lands_last:
            close_domain(cast, universe)
        return WriteReceipt(OPEN, landed.create_time, landed.update_time)

    attempt_rotation(cast, universe, write)
    assert detail(watch.events[0]) == {"domain": OPEN}
    assert (watch.last.tag, watch.last.actor_name) == (
        "secret.rotate.succeeded",
        "manager@example.com",
    )
    assert detail(watch.last) == domains
    assert mirrored(universe).domain == (OPEN if lands_last else "")


@pytest.mark.parametrize("page", ["rotate", "delete"])
def test_the_browser_says_so_and_begins_again(
    client_for: Callable[[str], Client],
    universe: Universe,
    cast: Cast,
    harbor: EmulatedUniverse,
    monkeypatch: pytest.MonkeyPatch,
    page: str,
) -> None:
    address = f"/universes/{universe.pk}/secrets/PAY_KEY/{page}/"
    sent = {"value": "mine", "typed": "PAY_KEY", "version": mirrored(universe).update_time}
    before_it_is_written_down(monkeypatch, lambda: close_domain(cast, universe))
    answer = client_for("manager").post(address, sent)
    assert answer.status_code == 422
    shown = answer.content.decode()
    assert "PAY_KEY has just been changed by editor@example.com. Nothing was sent." in shown
    assert f'value="{mirrored(universe).update_time}"' in shown
    assert harbor.values["PAY_KEY"] == b"the editor's"


def test_the_shell_says_so(
    universe: Universe, cast: Cast, harbor: EmulatedUniverse, monkeypatch: pytest.MonkeyPatch
) -> None:
    before_it_is_written_down(monkeypatch, lambda: close_domain(cast, universe))
    with pytest.raises(CommandError, match=r"by editor@example\.com\. Nothing"):
        call_command("delete_secret", universe.pk, "PAY_KEY", "--yes")
    assert harbor.values["PAY_KEY"] == b"the editor's"
