"""What becomes of a write that goes wrong: its outcome, its event, its sentence."""

from uuid import uuid4

import pytest
from pytest_django import Settings

from emulator import Emulator, faults
from emulator import Universe as EmulatedUniverse
from secretsapp.core.errors import (
    NameTaken,
    OutcomeUnknown,
    RobloxBusy,
    RobloxRefused,
    RobloxUnreachable,
    SealroomError,
    SecretGone,
)
from secretsapp.core.plaintext import Plaintext
from secretsapp.core.roles import Permission
from secretsapp.models import Change, Secret, Universe
from secretsapp.models.secrets import ChangeKind, ChangeState
from secretsapp.opencloud.types import WriteReceipt
from secretsapp.rules import connections
from secretsapp.rules.acting import Right
from secretsapp.secrets import changes
from tests.stage import API_KEY, STAGEHAND, Cast
from tests.support.planned import Planned, attempt
from tests.support.watch import Watch, detail, writes

pytestmark = pytest.mark.django_db

ECHO = f"echo-{uuid4().hex}"
BODY = {"code": ECHO, "message": ECHO, "errors": [{"code": 0, "message": ECHO}], "title": ECHO}

FAILED, UNKNOWN = ChangeState.FAILED, ChangeState.UNKNOWN

REFUSED = [
    (faults.status(400, BODY), RobloxRefused, "refused the request (status 400) and changed"),
    (faults.status(400, {"code": "INVALID_ARGUMENT"}), RobloxRefused, "400, INVALID_ARGUMENT"),
    (
        faults.status(401, BODY),
        RobloxRefused,
        "Check the key at Roblox, or replace it in Sealroom.",
    ),
    (faults.status(403, BODY), RobloxRefused, "shows what to fix at Roblox."),
    (faults.status(404, BODY), SecretGone, "Refresh the list."),
    (faults.status(409, BODY), NameTaken, "Rotate it, or choose another name."),
    (faults.status(429, BODY, {"retry-after": "7"}), RobloxBusy, "Try again in 7 seconds."),
    (faults.status(429, BODY), RobloxBusy, "Try again in a minute."),
]
LOST = [
    faults.status(408, BODY),
    faults.status(500, BODY),
    faults.status(503, BODY, carried_out=True),
    faults.html(200),
    faults.status(302, BODY, {"location": "http://127.0.0.1:9/"}),
    faults.truncated(),
    faults.cut_before(),
    faults.cut_after(),
]
METHODS = {"create": "POST", "rotate": "PATCH", "delete": "DELETE"}
LOST_WRITES = [
    *[("rotate", fault) for fault in LOST],
    *[(kind, fault) for kind in ("create", "delete") for fault in LOST[-2:]],
]
REFUSED_WRITES = [
    *[("rotate", *refused) for refused in REFUSED],
    *[(kind, *refused) for kind in ("create", "delete") for refused in REFUSED[-4:]],
]


def make(kind: str, cast: Cast, universe: Universe) -> None:
    """Let the manager create, rotate or delete a secret."""
    actor = cast["manager"].actor
    if kind == "create":
        changes.create(
            actor=actor, universe=universe, name="NEW_KEY", value=Plaintext(b"new"), domain="*"
        )
    elif kind == "rotate":
        changes.rotate(actor=actor, universe=universe, name="PAY_KEY", value=Plaintext(b"new"))
    else:
        changes.delete(actor=actor, universe=universe, name="PAY_KEY")


def assert_outcome(kind: str, state: ChangeState, error: SealroomError, watch: Watch) -> None:
    """Change and event hold the outcome, with the sentence and nothing of the body."""
    change = Change.objects.get()
    assert (change.state, change.reason) == (state, str(error))
    assert (change.settled_at is None) == (state is UNKNOWN)
    assert watch.tags == [f"secret.{kind}.started", f"secret.{kind}.{state}"]
    assert {event.change_id for event in watch.events} == {str(change.pk)}
    assert detail(watch.last)["reason"] == str(error)
    assert ECHO not in f"{error!r}{change.reason}{watch.last.detail}"


@pytest.mark.parametrize(("kind", "fault", "refusal", "words"), REFUSED_WRITES)
def test_what_roblox_refuses_has_failed(
    emulator: Emulator,
    harbor: EmulatedUniverse,
    universe: Universe,
    cast: Cast,
    kind: str,
    fault: faults.Fault,
    refusal: type[SealroomError],
    words: str,
) -> None:
    held = harbor.values
    watch = Watch()
    emulator.inject(fault, times=3, method=METHODS[kind])
    with pytest.raises(refusal) as caught:
        make(kind, cast, universe)
    assert words in str(caught.value)
    assert_outcome(kind, FAILED, caught.value, watch)
    assert writes(emulator) == [METHODS[kind]]
    assert harbor.values == held


@pytest.mark.parametrize(("kind", "fault"), LOST_WRITES)
def test_a_write_without_a_usable_answer_is_unknown_not_failed(
    emulator: Emulator, universe: Universe, cast: Cast, kind: str, fault: faults.Fault
) -> None:
    watch = Watch()
    emulator.inject(fault, times=3, method=METHODS[kind])
    with pytest.raises(OutcomeUnknown, match="do not send it again before that") as caught:
        make(kind, cast, universe)
    assert_outcome(kind, UNKNOWN, caught.value, watch)
    assert writes(emulator) == [METHODS[kind]]


def test_timeout_after_sending_is_unknown_not_failed(
    emulator: Emulator, universe: Universe, cast: Cast, settings: Settings
) -> None:
    watch = Watch()
    settings.OPEN_CLOUD_TIMEOUT_SECONDS = 0.5
    emulator.inject(faults.delay(30), method="PATCH")
    with pytest.raises(OutcomeUnknown) as caught:
        make("rotate", cast, universe)
    assert_outcome("rotate", UNKNOWN, caught.value, watch)


def test_a_rate_limit_says_how_long_to_wait(
    emulator: Emulator, universe: Universe, cast: Cast
) -> None:
    emulator.inject(faults.status(429, None, {"retry-after": "7"}), method="PATCH")
    with pytest.raises(RobloxBusy) as caught:
        make("rotate", cast, universe)
    assert caught.value.retry_after == 7


def test_a_write_that_found_no_connection_has_failed(
    emulator: Emulator, universe: Universe, cast: Cast
) -> None:
    watch = Watch()
    emulator.stop()

    def delete() -> WriteReceipt | None:
        with connections.client_with(STAGEHAND, Plaintext(API_KEY.encode())) as client:
            client.delete_secret(universe.pk, "PAY_KEY")
        return None

    needs = (Right(Permission.CREATE_SECRET, universe.pk, "NEW_KEY"),)
    planned = Planned(ChangeKind.CREATE, universe, "NEW_KEY", "*", None, needs, delete)
    with pytest.raises(RobloxUnreachable) as caught:
        attempt(cast["manager"].actor, planned)
    assert_outcome("create", FAILED, caught.value, watch)


def test_a_failed_write_leaves_the_mirror_alone(
    emulator: Emulator, universe: Universe, cast: Cast
) -> None:
    before = Secret.objects.filter(universe=universe).values_list()
    rows = list(before)
    emulator.inject(faults.status(403), method="PATCH")
    with pytest.raises(RobloxRefused):
        make("rotate", cast, universe)
    assert list(before.all()) == rows


@pytest.mark.parametrize("fault", [faults.cut_before(), faults.cut_after()])
def test_an_unknown_change_never_blocks_a_later_one(
    emulator: Emulator,
    harbor: EmulatedUniverse,
    universe: Universe,
    cast: Cast,
    fault: faults.Fault,
) -> None:
    emulator.inject(fault, method="PATCH")
    with pytest.raises(OutcomeUnknown):
        make("rotate", cast, universe)
    changes.rotate(
        actor=cast["rotator"].actor, universe=universe, name="PAY_KEY", value=Plaintext(b"later")
    )
    assert harbor.values["PAY_KEY"] == b"later"
    states = Change.objects.order_by("started_at").values_list("state", flat=True)
    assert list(states) == [ChangeState.UNKNOWN, ChangeState.SUCCEEDED]


def test_a_change_that_was_only_started_never_blocks_a_later_one(
    harbor: EmulatedUniverse, universe: Universe, cast: Cast
) -> None:
    changes.rotate(
        actor=cast["rotator"].actor, universe=universe, name="PAY_KEY", value=Plaintext(b"first")
    )
    Change.objects.update(state=ChangeState.STARTED, settled_at=None)
    make("delete", cast, universe)
    assert "PAY_KEY" not in harbor.secrets
