"""A trial of a key on a universe: each thing that is wrong has its own sentence."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from pytest_django import Settings

from emulator import READ_SECRETS, WRITE_SECRETS, Emulator, faults
from emulator import Universe as EmulatedUniverse
from secretsapp.api_keys import locating, trials
from secretsapp.api_keys.trial_steps import Step, StepState
from secretsapp.api_keys.trials import Trial
from secretsapp.core.errors import Forbidden, RobloxRefused, RobloxUnusable
from secretsapp.core.references import Kind, Reference
from secretsapp.models import ApiKey, Universe
from tests.stage import API_KEY, HARBOR_ID, STAGEHAND, Cast
from tests.support.watch import Watch, writes

pytestmark = pytest.mark.django_db

REACHED, KEY, FOUND, READS, WRITES, END = range(6)
PASSED, FAILED, OPEN, NOT_REACHED = (
    StepState.PASSED,
    StepState.FAILED,
    StepState.OPEN,
    StepState.NOT_REACHED,
)
HARBORS_PLACE = HARBOR_ID + 1
PROFILE = re.compile(rf"/universes/{HARBOR_ID}$")


def run(api_key: ApiKey, number: int = HARBOR_ID, kind: Kind = Kind.EITHER) -> Trial:
    """Try the key on what the number is the id of."""
    return trials.run(STAGEHAND, api_key, Reference(number, kind))


def states(trial: Trial) -> list[StepState]:
    """How each step ended."""
    return [step.state for step in trial.steps]


def failed(trial: Trial) -> Step:
    """The one step that failed; what comes after it was not reached."""
    found = [step for step in trial.steps if step.state is FAILED]
    assert len(found) == 1
    after = trial.steps[trial.steps.index(found[0]) + 1 :]
    assert all(step.state is NOT_REACHED for step in after)
    assert not trial.passed
    return found[0]


def said(trial: Trial) -> str:
    """All that the failed step says."""
    step = failed(trial)
    return " | ".join((step.sentence, *step.causes))


def forget(emulator: Emulator) -> None:
    """Let Roblox tell nothing of the key itself, as it does of keys older than an hour."""
    emulator.inject(faults.status(400), path="introspect")


def test_a_key_that_opens_it_passes_and_nothing_is_stored_or_written(
    emulator: Emulator, harbor: EmulatedUniverse, api_key: ApiKey
) -> None:
    emulator.add_api_key(API_KEY, name="Sealroom", expires=datetime(2031, 5, 6, tzinfo=UTC))
    watch = Watch()
    trial = run(api_key)
    assert (trial.passed, trial.universe_id, trial.stored) == (True, HARBOR_ID, None)
    assert states(trial) == [PASSED] * 6
    assert [step.sentence for step in trial.steps] == [
        "",
        "Roblox calls it “Sealroom”.",
        f"“Harbor”, of group 1234567, universe {HARBOR_ID}.",
        "It can read 3 secrets and the public key that seals values.",
        f"Roblox says the key has the scope {WRITE_SECRETS}. The first change will prove it.",
        "On 6 May 2031, 00:00 UTC, according to Roblox.",
    ]
    assert (watch.tags, writes(emulator), Universe.objects.count()) == ([], [], 0)


def test_what_no_test_can_prove_is_called_open(
    emulator: Emulator, harbor: EmulatedUniverse, api_key: ApiKey
) -> None:
    forget(emulator)
    trial = run(api_key)
    assert trial.passed
    assert (trial.steps[WRITES].state, trial.steps[END].state) == (OPEN, OPEN)
    assert "only the first change can prove it" in trial.steps[WRITES].sentence


def test_the_end_that_was_entered_is_told(harbor: EmulatedUniverse, api_key: ApiKey) -> None:
    api_key.ends_at = datetime(2031, 5, 6, tzinfo=UTC)
    assert run(api_key).steps[END].sentence == "On 6 May 2031, 00:00 UTC, as entered in Sealroom."


def test_a_universe_that_is_here_already_is_named(universe: Universe) -> None:
    assert run(universe.api_key).stored == universe


@pytest.mark.parametrize("kind", [Kind.PLACE, Kind.EITHER])
def test_a_place_leads_to_its_universe(
    harbor: EmulatedUniverse, api_key: ApiKey, kind: Kind
) -> None:
    trial = run(api_key, HARBORS_PLACE, kind)
    assert (trial.passed, trial.universe_id) == (True, HARBOR_ID)


def test_of_a_number_that_is_both_the_one_that_opens_is_taken(
    emulator: Emulator, harbor: EmulatedUniverse, api_key: ApiKey
) -> None:
    emulator.add_universe(HARBORS_PLACE, name="Someone's", user_id=99)
    assert run(api_key, HARBORS_PLACE).universe_id == HARBOR_ID
    assert (
        locating.universe_id_of(STAGEHAND, api_key, Reference(HARBORS_PLACE, Kind.EITHER))
        == HARBOR_ID
    )


@pytest.mark.parametrize(
    ("terms", "words"),
    [
        ({"enabled": False}, "The key is disabled. Turn Enable Key on"),
        ({"expires": datetime(2020, 1, 1, tzinfo=UTC)}, "The key has expired."),
        (
            {"allowed": False},
            "Most likely this server’s address is not one of the key’s accepted IP addresses",
        ),
    ],
)
def test_a_key_that_roblox_still_tells_of_is_refused_for_one_reason(
    emulator: Emulator,
    harbor: EmulatedUniverse,
    api_key: ApiKey,
    settings: Settings,
    terms: dict[str, Any],
    words: str,
) -> None:
    settings.SERVER_ADDRESS = "203.0.113.7"
    emulator.add_api_key(API_KEY, **terms)
    trial = run(api_key)
    assert trial.steps[KEY].state is FAILED
    assert words in said(trial)
    assert ("203.0.113.7/32" in said(trial)) == ("allowed" in terms)


@pytest.mark.parametrize(
    ("address", "words"),
    [("203.0.113.7", "add 203.0.113.7/32 to"), ("", "can’t tell which address")],
)
def test_a_refused_key_is_wrong_or_the_address_is_missing_and_both_are_said(
    emulator: Emulator,
    harbor: EmulatedUniverse,
    api_key: ApiKey,
    settings: Settings,
    address: str,
    words: str,
) -> None:
    settings.SERVER_ADDRESS = address
    emulator.add_api_key(API_KEY, enabled=False)
    forget(emulator)
    step = failed(run(api_key))
    assert "two cases" in step.sentence
    wrong, elsewhere = step.causes
    assert "wrong, disabled or expired" in wrong
    assert "this server’s address is not one of the key’s accepted IP addresses" in elsewhere
    assert words in elsewhere


def test_behind_a_proxy_the_address_is_not_known(
    emulator: Emulator, harbor: EmulatedUniverse, api_key: ApiKey, settings: Settings
) -> None:
    forget(emulator)
    emulator.inject(faults.status(401), times=9)
    settings.OPEN_CLOUD_PROXY = emulator.url
    assert "can’t tell which address" in said(run(api_key))


@pytest.mark.parametrize(
    ("terms", "words"),
    [
        ({"scopes": [WRITE_SECRETS]}, f"The scope {READ_SECRETS} is missing"),
        ({"universes": [77]}, "doesn’t cover this universe"),
        ({"permitted": False}, "permission “List, create, update, and delete secrets”"),
    ],
)
def test_what_is_not_allowed_is_told_exactly_of_a_new_key(
    emulator: Emulator,
    harbor: EmulatedUniverse,
    api_key: ApiKey,
    terms: dict[str, Any],
    words: str,
) -> None:
    emulator.add_api_key(API_KEY, **terms)
    trial = run(api_key)
    assert words in said(trial)
    assert states(trial) == [PASSED, PASSED, PASSED, FAILED, NOT_REACHED, NOT_REACHED]
    assert failed(trial).causes == ()


def test_of_an_older_key_all_three_are_said(
    emulator: Emulator, harbor: EmulatedUniverse, api_key: ApiKey
) -> None:
    emulator.add_api_key(API_KEY, permitted=False)
    forget(emulator)
    coverage, permission, scope = failed(run(api_key)).causes
    assert "doesn’t cover this universe" in coverage
    assert "permission" in permission
    assert READ_SECRETS in scope


def test_a_universe_of_a_user_needs_a_key_of_that_user(emulator: Emulator, api_key: ApiKey) -> None:
    emulator.add_universe(42, user_id=99)
    assert "only a key of that user can read it" in said(run(api_key, 42))


def test_a_401_that_means_403_is_not_blamed_on_the_key(
    emulator: Emulator, harbor: EmulatedUniverse, api_key: ApiKey
) -> None:
    emulator.inject(faults.status(401), path="public-key")
    trial = run(api_key, kind=Kind.UNIVERSE)
    assert (trial.steps[KEY].state, trial.steps[READS].state) == (PASSED, FAILED)


def test_a_key_that_only_reads_is_told_so(
    emulator: Emulator, harbor: EmulatedUniverse, api_key: ApiKey
) -> None:
    emulator.add_api_key(API_KEY, scopes=[READ_SECRETS])
    trial = run(api_key)
    assert "the key can list secrets but not change them" in said(trial)
    assert trial.steps[READS].state is PASSED


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (Kind.EITHER, "Roblox has neither a universe nor a place 5."),
        (Kind.UNIVERSE, "Roblox has no universe 5."),
        (Kind.PLACE, "Roblox has no universe with the place 5."),
    ],
)
def test_a_universe_that_does_not_exist_is_not_found(
    emulator: Emulator, api_key: ApiKey, kind: Kind, words: str
) -> None:
    trial = run(api_key, 5, kind)
    assert words in said(trial)
    assert trial.steps[FOUND].state is FAILED


def test_a_universe_whose_name_is_not_told_is_done_without(
    emulator: Emulator, harbor: EmulatedUniverse, api_key: ApiKey
) -> None:
    emulator.inject(faults.status(403), path=PROFILE, times=2)
    assert "enter one" in run(api_key).steps[FOUND].sentence
    emulator.add_api_key(API_KEY, universes=[77])
    trial = run(api_key, kind=Kind.UNIVERSE)
    assert trial.steps[FOUND].state is OPEN
    assert "doesn’t cover" in said(trial)


def test_an_unusual_refusal_is_told_as_it_is(
    emulator: Emulator, harbor: EmulatedUniverse, api_key: ApiKey
) -> None:
    emulator.inject(faults.status(400), path="public-key")
    assert "status 400" in said(run(api_key, kind=Kind.UNIVERSE))


def test_an_unreachable_roblox_is_the_first_thing_said(
    emulator: Emulator, harbor: EmulatedUniverse, api_key: ApiKey
) -> None:
    emulator.stop()
    trial = run(api_key)
    assert trial.universe_id is None
    assert "couldn’t connect to Roblox" in said(trial)
    assert states(trial)[0] is FAILED


@pytest.mark.parametrize("path", [PROFILE, "public-key"])
def test_roblox_asking_for_patience_is_told_with_the_seconds(
    emulator: Emulator, harbor: EmulatedUniverse, api_key: ApiKey, path: str | re.Pattern[str]
) -> None:
    emulator.inject(faults.status(429, None, {"retry-after": "0"}), path=path, times=2)
    emulator.inject(faults.status(429, None, {"retry-after": "1800"}), path=path)
    assert "Try again in 1800 seconds" in said(run(api_key))


def test_an_answer_of_something_in_between_is_told(
    emulator: Emulator, harbor: EmulatedUniverse, api_key: ApiKey
) -> None:
    emulator.inject(faults.html(), path="public-key")
    assert "something between this server and Roblox" in said(run(api_key))


def test_a_place_that_cannot_be_looked_up_matters_only_where_it_is_one(
    emulator: Emulator, harbor: EmulatedUniverse, api_key: ApiKey
) -> None:
    emulator.inject(faults.status(403), path="places", times=3)
    assert "status 403" not in said(run(api_key, 5))
    assert "Roblox doesn’t allow this" in said(run(api_key, 5, Kind.PLACE))
    with pytest.raises(RobloxRefused, match="doesn’t allow this"):
        locating.universe_id_of(STAGEHAND, api_key, Reference(5, Kind.PLACE))


def test_locating_takes_the_likeliest_where_none_opens(
    emulator: Emulator, harbor: EmulatedUniverse, api_key: ApiKey
) -> None:
    def locate(number: int, kind: Kind) -> int:
        return locating.universe_id_of(STAGEHAND, api_key, Reference(number, kind))

    emulator.clear_requests()
    assert locate(5, Kind.UNIVERSE) == 5
    assert emulator.requests == []
    assert locate(5, Kind.EITHER) == 5
    assert locate(HARBORS_PLACE, Kind.PLACE) == HARBOR_ID
    with pytest.raises(RobloxRefused, match="no universe with that place"):
        locate(5, Kind.PLACE)
    emulator.inject(faults.html(), path="public-key")
    with pytest.raises(RobloxUnusable):
        locate(5, Kind.EITHER)
    emulator.inject(faults.status(429, None, {"retry-after": "0"}), path="public-key", times=3)
    with pytest.raises(Exception, match="limit for requests"):
        locate(5, Kind.EITHER)


@pytest.mark.parametrize("who", ["manager", "auditor", "stranger"])
def test_only_admins_try_keys(emulator: Emulator, universe: Universe, cast: Cast, who: str) -> None:
    emulator.clear_requests()
    reference = Reference(HARBORS_PLACE, Kind.PLACE)
    with pytest.raises(Forbidden):
        trials.run(cast[who].actor, universe.api_key, reference)
    with pytest.raises(Forbidden):
        locating.universe_id_of(cast[who].actor, universe.api_key, reference)
    assert emulator.requests == []
