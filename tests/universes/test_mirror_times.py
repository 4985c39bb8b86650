"""Times that Roblox lists and that cannot be: they are no evidence, and hide none."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from emulator import Emulator, faults
from emulator import Universe as EmulatedUniverse
from secretsapp.core.times import CLOCK_TOLERANCE
from secretsapp.models import Secret, Universe
from secretsapp.universes import refreshing
from tests.stage import STAGEHAND, Cast
from tests.support.unfinished import let_rest, make, mirrored, refresh_later
from tests.support.watch import Watch, detail

pytestmark = [pytest.mark.django_db, pytest.mark.engine]

FUTURE = "2099-01-01T00:00:00.0000000Z"
CHANGED = ["secret.drift.changed"]
DOMAIN = "api.pay.example"


def refresh(universe: Universe) -> list[str]:
    """Refresh at once, and give the tags of what was told."""
    watch = Watch()
    let_rest(universe)
    assert refreshing.refresh(STAGEHAND, universe)
    return watch.tags


def put(harbor: EmulatedUniverse, time: datetime | str | None, domain: str = DOMAIN) -> None:
    """Let Roblox list PAY_KEY with that time, or that of now."""
    harbor.put("PAY_KEY", b"theirs", domain, update_time=time)


def test_a_time_far_ahead_is_no_drift_and_hides_none_later(
    harbor: EmulatedUniverse, universe: Universe
) -> None:
    known = mirrored(universe).update_time
    put(harbor, FUTURE)
    assert refresh(universe) == []
    assert mirrored(universe).update_time == known
    put(harbor, None)
    assert refresh(universe) == CHANGED
    put(harbor, None)
    assert refresh(universe) == CHANGED
    assert mirrored(universe).update_time == harbor.secrets["PAY_KEY"].update_time


@pytest.mark.parametrize(
    ("ahead", "told"),
    [
        (CLOCK_TOLERANCE / 2, CHANGED),
        (CLOCK_TOLERANCE * 2, []),
    ],
)
def test_clocks_may_differ_a_little(
    harbor: EmulatedUniverse, universe: Universe, ahead: timedelta, told: list[str]
) -> None:
    put(harbor, timezone.now() + ahead)
    assert refresh(universe) == told


@pytest.mark.parametrize("time", [FUTURE, "2020-01-01T00:00:00Z"])
def test_another_domain_is_drift_whatever_the_time_says(
    harbor: EmulatedUniverse, universe: Universe, time: str
) -> None:
    before = mirrored(universe)
    put(harbor, time, "*")
    watch = Watch()
    assert refresh(universe) == CHANGED
    assert detail(watch.last) == {
        "update_time_before": before.update_time,
        "update_time_after": time,
        "domain_before": before.domain,
        "domain": "*",
    }
    assert mirrored(universe).domain == "*"
    assert refresh(universe) == []
    put(harbor, None, "*")
    assert refresh(universe) == CHANGED


def test_a_secret_that_appears_with_a_time_far_ahead_is_watched_all_the_same(
    harbor: EmulatedUniverse, universe: Universe
) -> None:
    harbor.put("APPEARED", b"x", "*", create_time=FUTURE, update_time=FUTURE)
    assert refresh(universe) == ["secret.drift.appeared"]
    assert (mirrored(universe, "APPEARED").updated_at, refresh(universe)) == (None, [])
    harbor.put("APPEARED", b"x", "*", update_time=timezone.now())
    assert refresh(universe) == []
    harbor.put("APPEARED", b"y", "*")
    assert refresh(universe) == CHANGED


@pytest.mark.parametrize("kept", [FUTURE, ""])
def test_a_mirror_that_holds_no_time_to_compare_learns_one(
    harbor: EmulatedUniverse, universe: Universe, kept: str
) -> None:
    Secret.objects.update(update_time=kept, create_time=kept)
    assert refresh(universe) == []
    held, row = harbor.secrets["PAY_KEY"], mirrored(universe)
    assert (row.create_time, row.update_time) == (held.create_time, held.update_time)
    put(harbor, None)
    assert refresh(universe) == CHANGED


@pytest.mark.parametrize("kind", ["create", "rotate"])
def test_a_receipt_with_a_time_far_ahead_hides_no_drift(
    emulator: Emulator, harbor: EmulatedUniverse, universe: Universe, cast: Cast, kind: str
) -> None:
    name, method = ("NEW_KEY", "POST") if kind == "create" else ("PAY_KEY", "PATCH")
    receipt = {"id": name, "create_time": FUTURE, "update_time": FUTURE}
    emulator.inject(faults.status(200, receipt, carried_out=True), method=method)
    change = make(kind, cast, universe)
    row = mirrored(universe, name)
    assert (row.update_time, row.unsure, row.last_change) == ("", True, change)
    watch = Watch()
    assert refresh_later(universe)
    held = harbor.secrets[name]
    assert (watch.tags, mirrored(universe, name).update_time) == ([], held.update_time)
    harbor.put(name, b"theirs", held.domain)
    assert refresh_later(universe)
    assert watch.tags == CHANGED
