"""Whether a key opens a universe has one answer, whoever asks."""

from datetime import UTC, datetime
from typing import Any

import pytest

from emulator import READ_SECRETS, WRITE_SECRETS, Emulator, Fault, faults
from secretsapp.api_keys import stored_keys, trials
from secretsapp.core.errors import RobloxBusy
from secretsapp.core.key_verdicts import FAILING, UNPROVEN, KeyVerdict, has_passed
from secretsapp.core.references import Kind, Reference
from secretsapp.models import ApiKey, Universe
from tests.stage import API_KEY, HARBOR_ID, STAGEHAND

pytestmark = pytest.mark.django_db

OVER = datetime(2020, 1, 1, tzinfo=UTC)
ELSEWHERE = [5]


def stored_after_test() -> ApiKey:
    """The key as it is stored after a test."""
    stored_keys.test(STAGEHAND, ApiKey.objects.get())
    return ApiKey.objects.get()


@pytest.mark.parametrize(
    ("terms", "is_told", "verdict"),
    [
        ({}, True, KeyVerdict.OPENS),
        ({}, False, KeyVerdict.OPENS),
        ({"scopes": [READ_SECRETS]}, True, KeyVerdict.READS_ONLY),
        ({"scopes": [READ_SECRETS]}, False, KeyVerdict.OPENS),
        ({"enabled": False}, False, KeyVerdict.REFUSED),
        ({"allowed": False}, False, KeyVerdict.REFUSED),
        ({"enabled": False}, True, KeyVerdict.DISABLED),
        ({"expires": OVER}, True, KeyVerdict.ENDED),
        ({"allowed": False}, True, KeyVerdict.NOT_FROM_HERE),
        ({"scopes": [WRITE_SECRETS]}, True, KeyVerdict.LACKS_READ),
        ({"universes": ELSEWHERE}, True, KeyVerdict.NOT_COVERED),
        ({"permitted": False}, True, KeyVerdict.LACKS_RIGHT),
        ({"permitted": False}, False, KeyVerdict.NOT_ALLOWED),
    ],
)
def test_a_test_stores_what_the_steps_of_a_trial_are_made_of(
    emulator: Emulator,
    universe: Universe,
    terms: dict[str, Any],
    is_told: bool,
    verdict: KeyVerdict,
) -> None:
    emulator.add_api_key(API_KEY, **terms)
    if not is_told:
        emulator.inject(faults.status(400), path="introspect", times=2)
    stored = stored_after_test()
    assert (stored.check_verdict, has_passed(stored.check_verdict)) == (verdict, verdict.passed)
    trial = trials.run(STAGEHAND, stored, Reference(HARBOR_ID, Kind.UNIVERSE))
    assert trial.passed == (verdict is KeyVerdict.OPENS)


@pytest.mark.parametrize(
    ("fault", "path", "verdict"),
    [
        # The key reads the universe's name, so that it is not itself refused.
        (faults.status(401), "public-key", KeyVerdict.LACKS_RIGHT),
        (faults.status(403), "secrets", KeyVerdict.LACKS_RIGHT),
        (faults.status(404), "public-key", KeyVerdict.MISSING),
        (faults.status(400), "public-key", KeyVerdict.FAILS_OTHERWISE),
        (faults.html(), "public-key", KeyVerdict.UNUSABLE),
    ],
)
def test_what_else_roblox_answers_is_told_apart(
    emulator: Emulator, universe: Universe, fault: Fault, path: str, verdict: KeyVerdict
) -> None:
    emulator.inject(fault, path=path, times=3)
    assert stored_after_test().check_verdict == verdict


def test_a_universe_that_roblox_does_not_know_is_missing(
    universe: Universe, emulator: Emulator
) -> None:
    Universe.objects.create(id=5, name="Adrift", api_key=universe.api_key)
    stored = stored_after_test()
    assert stored.check_verdict == KeyVerdict.MISSING
    assert stored.check_result.startswith("Adrift: ")


def test_a_key_that_could_not_be_tried_says_why(emulator: Emulator, universe: Universe) -> None:
    emulator.stop()
    assert stored_after_test().check_verdict == KeyVerdict.UNREACHABLE


def test_a_roblox_that_is_busy_proves_nothing(emulator: Emulator, universe: Universe) -> None:
    before = ApiKey.objects.get().checked_at
    emulator.inject(faults.status(429, None, {"retry-after": "0"}), path="public-key", times=3)
    with pytest.raises(RobloxBusy):
        stored_after_test()
    assert ApiKey.objects.get().checked_at == before


def test_a_key_that_was_never_tried_or_serves_nothing_neither_passes_nor_fails(
    api_key: ApiKey,
) -> None:
    assert (api_key.check_verdict, has_passed(api_key.check_verdict)) == (KeyVerdict.UNTESTED, None)
    stored = stored_after_test()
    assert (stored.check_verdict, has_passed(stored.check_verdict)) == (KeyVerdict.UNUSED, None)


def test_every_verdict_fits_its_column_and_passes_fails_or_proves_nothing() -> None:
    longest = ApiKey._meta.get_field("check_verdict").max_length
    assert longest is not None
    assert max(map(len, KeyVerdict)) <= longest
    assert {KeyVerdict.OPENS, *UNPROVEN, *FAILING} == set(KeyVerdict)
