"""What Roblox answers may mislead nobody: not the mirror, not an outcome, at no door."""

from collections.abc import Callable

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from emulator import Emulator, faults
from emulator import Universe as EmulatedUniverse
from secretsapp.management.base import OUTCOME_UNKNOWN
from secretsapp.models import Change, Secret, Universe
from tests.stage import HARBOR_ID, Cast
from tests.support.unfinished import later, leave_open, let_rest
from tests.support.watch import Watch

SignIn = Callable[[str], Client]

pytestmark = pytest.mark.django_db

FUTURE = "2099-01-01T00:00:00.0000000Z"
OF_ANOTHER = {
    "id": "PAY_WEBHOOK",
    "domain": "*",
    "create_time": "2026-11-21T10:00:00Z",
    "update_time": "2026-11-21T10:00:00Z",
}
WRITES = {
    "create": ("new-secret/", {"name": "NEW_KEY", "value": "new", "reach": "any"}, "POST"),
    "rotate": ("secrets/PAY_KEY/rotate/", {"value": "new"}, "PATCH"),
    "delete": ("secrets/PAY_KEY/delete/", {"typed": "PAY_KEY"}, "DELETE"),
}
UNUSABLE_CURSORS = [7, ["more"], "line\nbreak", "x" * 2000]


@pytest.fixture(params=["browser", "shell"])
def refresh(
    request: pytest.FixtureRequest, client_for: SignIn, universe: Universe
) -> Callable[[], None]:
    """Reads Harbor's list again, by each door."""

    def by_browser() -> None:
        client_for("viewer").post(f"/universes/{HARBOR_ID}/refresh/")

    def refresh_now() -> None:
        let_rest(universe)
        if request.param == "browser":
            by_browser()
        else:
            call_command("list_secrets", HARBOR_ID)

    return refresh_now


@pytest.mark.parametrize("cursor", UNUSABLE_CURSORS)
def test_behind_an_unusable_cursor_nothing_has_vanished(
    refresh: Callable[[], None], emulator: Emulator, universe: Universe, cursor: object
) -> None:
    watch = Watch()
    emulator.inject(faults.status(200, {"secrets": [], "nextPageCursor": cursor}), method="GET")
    refresh()
    assert watch.tags == []
    assert not Secret.objects.exclude(missing_since=None).exists()
    universe.refresh_from_db()
    assert "couldn’t be used" in universe.sync_failure


@pytest.mark.parametrize("cursor", UNUSABLE_CURSORS)
def test_behind_an_unusable_cursor_no_creation_has_failed(
    emulator: Emulator, harbor: EmulatedUniverse, universe: Universe, cast: Cast, cursor: object
) -> None:
    change = leave_open("create", faults.cut_after(), emulator, cast, universe)
    page = {"secrets": [{"id": "PAY_KEY"}], "nextPageCursor": cursor}
    with later():
        emulator.inject(faults.status(200, page), method="GET")
        call_command("settle_changes")
        change.refresh_from_db()
        assert change.state == "unknown"
        call_command("settle_changes")
    change.refresh_from_db()
    assert ("NEW_KEY" in harbor.secrets, change.state) == (True, "succeeded")


def test_behind_an_unusable_cursor_no_name_is_free(
    client_for: SignIn, emulator: Emulator, universe: Universe
) -> None:
    page = {"secrets": [], "nextPageCursor": 7}
    emulator.inject(faults.status(200, page), method="GET")
    sent = {"name": "PAY_KEY", "value": "a value", "reach": "any"}
    answer = client_for("editor").post(f"/universes/{HARBOR_ID}/new-secret/", sent)
    assert (answer.status_code, Change.objects.count()) == (422, 0)


@pytest.mark.parametrize("kind", WRITES)
def test_a_receipt_of_another_secret_is_not_ours_in_the_browser(
    client_for: SignIn, emulator: Emulator, universe: Universe, kind: str
) -> None:
    before, watch = list(Secret.objects.values_list()), Watch()
    address, sent, method = WRITES[kind]
    emulator.inject(faults.status(200, OF_ANOTHER, carried_out=True), method=method)
    client = client_for("manager")
    answer = client.post(f"/universes/{HARBOR_ID}/{address}", sent, follow=True)
    assert "but its outcome is unknown" in answer.content.decode()
    assert watch.tags == [f"secret.{kind}.started", f"secret.{kind}.unknown"]
    assert list(Secret.objects.values_list()) == before
    with later():
        call_command("settle_changes")
    assert watch.tags[2:] == [f"secret.{kind}.succeeded"]


def test_a_receipt_of_another_secret_is_not_ours_in_the_shell(
    emulator: Emulator, universe: Universe
) -> None:
    emulator.inject(faults.status(200, OF_ANOTHER), method="DELETE")
    with pytest.raises(CommandError, match="it is not known whether") as refusal:
        call_command("delete_secret", HARBOR_ID, "PAY_KEY", "--yes")
    assert refusal.value.returncode == OUTCOME_UNKNOWN
    with later():
        call_command("settle_changes")
    assert Change.objects.get().state == "failed"


def test_a_time_far_ahead_in_the_list_hides_no_later_change(
    refresh: Callable[[], None], harbor: EmulatedUniverse, universe: Universe
) -> None:
    watch = Watch()
    harbor.put("PAY_KEY", b"x", "api.pay.example", update_time=FUTURE)
    refresh()
    assert watch.tags == []
    harbor.put("PAY_KEY", b"y", "api.pay.example")
    refresh()
    assert watch.tags == ["secret.drift.changed"]


def test_a_time_far_ahead_in_the_list_keeps_nobody_from_rotating(
    client_for: SignIn, harbor: EmulatedUniverse, universe: Universe
) -> None:
    version = Secret.objects.get(name="PAY_KEY").update_time
    harbor.put("PAY_KEY", b"x", "api.pay.example", update_time=FUTURE)
    address, sent, _ = WRITES["rotate"]
    address = f"/universes/{HARBOR_ID}/{address}"
    answer = client_for("rotator").post(address, sent | {"version": version})
    assert (answer.status_code, harbor.values["PAY_KEY"]) == (302, b"new")


@pytest.mark.parametrize("kind", ["rotate", "delete"])
def test_a_time_far_ahead_is_no_evidence_of_a_failure(
    emulator: Emulator, harbor: EmulatedUniverse, universe: Universe, cast: Cast, kind: str
) -> None:
    times = {"create_time": FUTURE, "update_time": FUTURE}
    harbor.remove("PAY_KEY")
    harbor.put("PAY_KEY", b"x", "api.pay.example", **times)
    change = leave_open(kind, faults.cut_after(), emulator, cast, universe)
    harbor.put("PAY_KEY", b"x", "api.pay.example", **times)
    with later():
        call_command("settle_changes")
    change.refresh_from_db()
    assert change.state == "undetermined"
