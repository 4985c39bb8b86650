"""Refreshes that meet each other and writes of ours: never a false report of drift."""

from functools import partial

import pytest
from django.utils import timezone

from emulator import Emulator, faults
from emulator import Universe as EmulatedUniverse
from secretsapp.core.plaintext import Plaintext
from secretsapp.models import Change, Universe
from secretsapp.opencloud.types import RemoteSecret
from secretsapp.secrets import changes
from secretsapp.universes import mirror, refreshing
from tests.stage import STAGEHAND, Cast
from tests.support.together import together
from tests.support.unfinished import let_rest, make, mirrored
from tests.support.watch import Watch

pytestmark = [pytest.mark.django_db, pytest.mark.engine]

ROUNDS = 4


def listing(harbor: EmulatedUniverse) -> list[RemoteSecret]:
    """What Roblox lists at this moment."""
    return [
        RemoteSecret(name, held.domain, held.key_id, held.create_time, held.update_time)
        for name, held in harbor.secrets.items()
    ]


@pytest.mark.parametrize("kind", ["create", "rotate", "delete"])
def test_a_listing_read_before_a_write_and_stored_after_it_is_no_drift(
    harbor: EmulatedUniverse, universe: Universe, cast: Cast, kind: str
) -> None:
    began, old = timezone.now(), listing(harbor)
    make(kind, cast, universe)
    watch = Watch()
    mirror.store(universe, old, began=began)
    assert watch.tags == []
    rows = {row.name: row.update_time for row in universe.secrets.all()}
    assert rows == {name: held.update_time for name, held in harbor.secrets.items()}


def test_a_listing_older_than_the_last_one_is_not_stored(
    harbor: EmulatedUniverse, universe: Universe
) -> None:
    began, old = timezone.now(), listing(harbor)
    harbor.put("PAY_KEY", b"theirs", "api.pay.example")
    let_rest(universe)
    assert refreshing.refresh(STAGEHAND, universe)
    synced_at = Universe.objects.get().synced_at
    watch = Watch()
    mirror.store(universe, old, began=began)
    assert watch.tags == []
    assert Universe.objects.get().synced_at == synced_at
    assert mirrored(universe).update_time == harbor.secrets["PAY_KEY"].update_time


@pytest.mark.django_db(transaction=True)
def test_a_refresh_racing_a_rotation_reports_no_drift(
    emulator: Emulator, harbor: EmulatedUniverse, universe: Universe, cast: Cast
) -> None:
    watch = Watch()
    emulator.latency_ms = 5
    for number in range(ROUNDS):
        let_rest(universe)
        done = together(
            partial(refreshing.refresh, STAGEHAND, universe),
            partial(
                changes.rotate,
                actor=cast["rotator"].actor,
                universe=universe,
                name="PAY_KEY",
                value=Plaintext(b"%d" % number),
            ),
        )
        assert [type(found) for found in done] == [bool, Change]
    assert sorted(watch.tags) == (
        ["secret.rotate.started"] * ROUNDS + ["secret.rotate.succeeded"] * ROUNDS
    )
    assert mirrored(universe).update_time == harbor.secrets["PAY_KEY"].update_time


@pytest.mark.django_db(transaction=True)
def test_a_refresh_that_reads_during_a_rotation_reports_no_drift(
    emulator: Emulator, universe: Universe, cast: Cast
) -> None:
    let_rest(universe)
    emulator.clear_requests()
    emulator.inject(faults.delay(0.5, carried_out_first=True), method="PATCH")
    watch = Watch()

    def refresh_meanwhile() -> Change | bool:
        emulator.wait_for_requests(3)
        return refreshing.refresh(STAGEHAND, universe)

    done = together(lambda: make("rotate", cast, universe), refresh_meanwhile)
    assert done[1] is True
    assert watch.tags == ["secret.rotate.started", "secret.rotate.succeeded"]


@pytest.mark.django_db(transaction=True)
def test_of_refreshes_at_once_one_reads(emulator: Emulator, universe: Universe, cast: Cast) -> None:
    let_rest(universe)
    emulator.clear_requests()
    done = together(*[lambda: refreshing.refresh(STAGEHAND, universe)] * 3)
    assert sorted(map(str, done)) == ["False", "False", "True"]
    assert len(emulator.requests) == 1


@pytest.mark.django_db(transaction=True)
def test_drift_seen_by_a_write_and_a_refresh_at_once_is_one_event(
    harbor: EmulatedUniverse, universe: Universe, cast: Cast
) -> None:
    seen = harbor.secrets["PAY_KEY"].update_time
    harbor.put("PAY_KEY", b"theirs", "api.pay.example")
    let_rest(universe)
    watch = Watch()
    together(
        lambda: refreshing.refresh(STAGEHAND, universe),
        lambda: bool(
            changes.rotate(
                actor=cast["rotator"].actor,
                universe=universe,
                name="PAY_KEY",
                value=Plaintext(b"mine"),
                seen_version=seen,
            )
        ),
    )
    assert watch.tags == ["secret.drift.changed"]
    assert harbor.values["PAY_KEY"] == b"theirs"
