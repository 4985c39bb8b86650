"""The mirror: a baseline first, then drift, reported once each and never repaired."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from pytest_django import Settings

from emulator import Emulator, Fault, faults
from emulator import Universe as EmulatedUniverse
from secretsapp.core.errors import Forbidden, MissingKey
from secretsapp.models import ApiKey, Secret, Universe
from secretsapp.universes import refreshing
from tests.stage import HARBOR_ID, STAGEHAND, Cast
from tests.support.breaking import lose_audit_keys
from tests.support.unfinished import leave_open, let_rest, mirrored
from tests.support.watch import Watch, detail, writes

pytestmark = [pytest.mark.django_db, pytest.mark.engine]


def refresh(universe: Universe) -> bool:
    """Refresh at once, however short ago the last refresh was."""
    let_rest(universe)
    return refreshing.refresh(STAGEHAND, universe)


def test_the_first_listing_is_one_event(harbor: EmulatedUniverse, api_key: ApiKey) -> None:
    universe = Universe.objects.create(id=HARBOR_ID, name="Harbor", api_key=api_key)
    watch = Watch()
    assert refreshing.refresh(STAGEHAND, universe)
    assert (watch.tags, detail(watch.last)) == (["universe.baseline"], {"count": "3"})
    assert (watch.last.actor_kind, watch.last.actor_name) == ("system", "Sealroom (refresh)")
    rows = Secret.objects.filter(universe=universe, drifted_at=None)
    assert {row.name: row.update_time for row in rows} == {
        name: held.update_time for name, held in harbor.secrets.items()
    }


def test_a_universe_without_secrets_has_a_baseline_too(emulator: Emulator, api_key: ApiKey) -> None:
    emulator.add_universe(77, name="Quay")
    quay = Universe.objects.create(id=77, name="Quay", api_key=api_key)
    watch = Watch()
    assert refresh(quay)
    assert refresh(quay)
    assert (watch.tags, detail(watch.last)) == (["universe.baseline"], {"count": "0"})


def put_new(harbor: EmulatedUniverse) -> None:
    """A secret appears."""
    harbor.put("APPEARED", b"value", "*")


def put_again(harbor: EmulatedUniverse) -> None:
    """A secret gets another value."""
    harbor.put("PAY_KEY", b"theirs", "api.pay.example")


def put_domain(harbor: EmulatedUniverse) -> None:
    """A secret gets another domain, and no other time."""
    held = harbor.secrets["PAY_KEY"]
    harbor.put("PAY_KEY", b"pay value", "*", update_time=held.update_time)


def take_away(harbor: EmulatedUniverse) -> None:
    """A secret vanishes."""
    harbor.remove("PAY_KEY")


@pytest.mark.parametrize(
    ("meddle", "name", "verb"),
    [
        (put_new, "APPEARED", "appeared"),
        (put_again, "PAY_KEY", "changed"),
        (put_domain, "PAY_KEY", "changed"),
        (take_away, "PAY_KEY", "vanished"),
    ],
)
def test_what_changed_elsewhere_is_one_event_and_is_never_repaired(
    emulator: Emulator,
    harbor: EmulatedUniverse,
    universe: Universe,
    meddle: Callable[[EmulatedUniverse], None],
    name: str,
    verb: str,
) -> None:
    meddle(harbor)
    held = harbor.secrets
    watch = Watch()
    assert refresh(universe)
    assert refresh(universe)
    assert watch.tags == [f"secret.drift.{verb}"]
    event = watch.last
    assert (event.actor_kind, event.actor_name) == ("system", "Sealroom (refresh)")
    assert event.secret_name == name
    assert (event.universe_id, event.universe_name) == (str(HARBOR_ID), "Harbor")
    row = mirrored(universe, name)
    assert row.drifted_at is not None
    assert row.last_change is None
    assert (row.missing_since is not None) == (name not in held)
    assert (harbor.secrets, writes(emulator)) == (held, [])


def test_a_vanished_secret_that_is_there_again_is_one_more_event(
    harbor: EmulatedUniverse, universe: Universe
) -> None:
    before = harbor.secrets["PAY_KEY"]
    Secret.objects.filter(universe=universe, name="PAY_KEY").update(note="of the till")
    harbor.remove("PAY_KEY")
    refresh(universe)
    harbor.put("PAY_KEY", b"back", "api.pay.example")
    watch = Watch()
    refresh(universe)
    refresh(universe)
    assert watch.tags == ["secret.drift.appeared"]
    after = harbor.secrets["PAY_KEY"].update_time
    times = {"update_time_before": before.update_time, "update_time_after": after}
    assert detail(watch.last) == times
    row = mirrored(universe)
    assert (row.missing_since, row.note, row.update_time) == (None, "of the till", after)


def test_times_that_roblox_leaves_out_are_no_drift(
    harbor: EmulatedUniverse, universe: Universe
) -> None:
    harbor.omit_times = True
    watch = Watch()
    assert refresh(universe)
    assert watch.tags == []


def test_a_refresh_comes_at_most_every_few_seconds(emulator: Emulator, universe: Universe) -> None:
    assert refreshing.refresh(STAGEHAND, universe)
    emulator.clear_requests()
    assert not refreshing.refresh(STAGEHAND, universe)
    assert emulator.requests == []
    ago = timezone.now() - refreshing.SHORTEST_INTERVAL
    Universe.objects.update(sync_tried_at=ago)
    assert refreshing.refresh(STAGEHAND, universe)


def test_a_refresh_under_way_is_waited_for_until_its_claim_runs_out(universe: Universe) -> None:
    Universe.objects.update(sync_claimed_until=timezone.now() + refreshing.CLAIM)
    assert not refresh(universe)
    Universe.objects.update(sync_claimed_until=timezone.now() - timedelta(seconds=1))
    assert refresh(universe)
    universe.refresh_from_db()
    assert universe.sync_claimed_until is None


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (faults.status(400), "refused the request (status 400)."),
        (faults.status(401), "refused the API key"),
        (faults.status(403), "doesn’t allow this"),
        (faults.status(404), "doesn’t know this universe"),
        (faults.status(429), "limit for requests"),
        (faults.html(), "couldn’t be used"),
    ],
)
def test_a_failure_is_stored_in_words_and_says_as_of_when(
    emulator: Emulator, harbor: EmulatedUniverse, universe: Universe, fault: Fault, words: str
) -> None:
    synced_at = Universe.objects.get().synced_at
    put_again(harbor)
    emulator.inject(fault, times=3)
    watch = Watch()
    assert not refresh(universe)
    stored = Universe.objects.get()
    assert words in stored.sync_failure
    assert not re.search("nothing was|changed nothing|Nothing was", stored.sync_failure)
    assert (stored.synced_at, stored.sync_claimed_until) == (synced_at, None)
    assert watch.tags == []
    emulator.clear_faults()
    assert refresh(universe)
    assert Universe.objects.get().sync_failure == ""


def test_an_unreachable_roblox_leaves_the_mirror_as_it_was(
    emulator: Emulator, universe: Universe
) -> None:
    rows = list(Secret.objects.values_list())
    emulator.stop()
    assert not refresh(universe)
    assert "couldn’t reach Roblox" in Universe.objects.get().sync_failure
    assert list(Secret.objects.values_list()) == rows


def test_a_key_that_does_not_open_is_stored_as_the_failure(
    emulator: Emulator, universe: Universe, settings: Settings
) -> None:
    emulator.clear_requests()
    settings.MASTER_KEYS = "A" * 43 + "="
    assert not refresh(universe)
    assert "is not configured" in Universe.objects.get().sync_failure
    assert emulator.requests == []


def test_drift_that_cannot_be_recorded_is_not_stored_either(
    harbor: EmulatedUniverse, universe: Universe, settings: Settings, tmp_path: Path
) -> None:
    rows = list(Secret.objects.values_list())
    synced_at = Universe.objects.get().synced_at
    put_again(harbor)
    lose_audit_keys(settings, tmp_path)
    with pytest.raises(MissingKey):
        refresh(universe)
    assert list(Secret.objects.values_list()) == rows
    assert Universe.objects.get().synced_at == synced_at


def test_a_stranger_refreshes_nothing(emulator: Emulator, universe: Universe, cast: Cast) -> None:
    emulator.clear_requests()
    let_rest(universe)
    with pytest.raises(Forbidden):
        refreshing.refresh(cast["stranger"].actor, universe)
    assert emulator.requests == []
    assert refreshing.refresh(cast["viewer"].actor, universe)


@pytest.mark.parametrize("kind", ["create", "rotate", "delete"])
@pytest.mark.parametrize("fault", [faults.cut_before(), faults.cut_after()])
def test_a_name_with_an_open_change_is_left_alone(
    emulator: Emulator, universe: Universe, cast: Cast, kind: str, fault: Fault
) -> None:
    rows = list(Secret.objects.values_list())
    leave_open(kind, fault, emulator, cast, universe)
    watch = Watch()
    assert refresh(universe)
    assert (list(Secret.objects.values_list()), watch.tags) == (rows, [])
