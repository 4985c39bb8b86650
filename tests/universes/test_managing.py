"""Universes: added only with a key that opens them, changed only by admins."""

import re

import pytest
from pytest_django import Settings

from emulator import Emulator, Fault, faults
from emulator import Universe as EmulatedUniverse
from secretsapp.core.errors import (
    AlreadyExists,
    Forbidden,
    InvalidInput,
    MissingKey,
    RobloxBusy,
    RobloxRefused,
    RobloxUnreachable,
    RobloxUnusable,
    SealroomError,
    SecretGone,
)
from secretsapp.models import ApiKey, Secret, Universe
from secretsapp.universes import managing
from tests.stage import GROUP_ID, HARBOR_ID, STAGEHAND, Cast
from tests.support.together import together
from tests.support.watch import Watch, detail

pytestmark = pytest.mark.django_db

PROFILE = re.compile(rf"/universes/{HARBOR_ID}$")


def add(api_key: ApiKey, universe_id: int = HARBOR_ID, name: str = "") -> Universe:
    """Add the universe for production."""
    return managing.add(
        STAGEHAND, universe_id=universe_id, api_key=api_key, name=name, environment="production"
    )


def test_a_universe_is_added_with_what_roblox_tells(
    harbor: EmulatedUniverse, api_key: ApiKey
) -> None:
    watch = Watch()
    add(api_key)
    stored = Universe.objects.get()
    assert (stored.pk, stored.name, stored.environment) == (HARBOR_ID, "Harbor", "production")
    assert (stored.owner, stored.api_key) == (f"groups/{GROUP_ID}", api_key)
    assert stored.synced_at is not None
    assert sorted(stored.secrets.values_list("name", flat=True)) == sorted(harbor.secrets)
    assert watch.tags == ["universe.added", "universe.baseline"]
    assert watch.events[0].subject_name == "automation"
    assert detail(watch.events[0]) == {"environment": "production", "api_key": "automation"}


def test_a_given_name_is_taken(harbor: EmulatedUniverse, api_key: ApiKey) -> None:
    assert add(api_key, name="  Our harbor ").name == "Our harbor"


@pytest.mark.parametrize("fault", [faults.status(403), faults.html()])
def test_a_profile_that_the_key_may_not_read_is_done_without(
    emulator: Emulator, harbor: EmulatedUniverse, api_key: ApiKey, fault: Fault
) -> None:
    emulator.inject(fault, path=PROFILE, times=3)
    added = add(api_key)
    assert (added.name, added.owner) == (f"Universe {HARBOR_ID}", "")


@pytest.mark.parametrize(
    ("fault", "refusal", "words"),
    [
        # The key reads the universe's name, so that it is not itself refused.
        (faults.status(401), RobloxRefused, "doesn’t allow this"),
        (faults.status(403), RobloxRefused, "doesn’t allow this"),
        (faults.status(404), SecretGone, "no longer has this secret or universe"),
        (faults.status(429, None, {"retry-after": "0"}), RobloxBusy, "limit for requests"),
        (faults.html(), RobloxUnusable, "couldn’t be used"),
        (faults.cut_before(), RobloxUnusable, "couldn’t be used"),
    ],
)
@pytest.mark.parametrize("path", ["public-key", "secrets"])
def test_a_key_that_does_not_open_it_adds_nothing(
    emulator: Emulator,
    harbor: EmulatedUniverse,
    api_key: ApiKey,
    path: str,
    fault: Fault,
    refusal: type[SealroomError],
    words: str,
) -> None:
    watch = Watch()
    emulator.inject(fault, times=3, path=path)
    with pytest.raises(refusal, match=words):
        add(api_key)
    assert (Universe.objects.count(), Secret.objects.count(), watch.tags) == (0, 0, [])


def test_a_key_that_is_refused_everywhere_is_refused_itself(
    emulator: Emulator, harbor: EmulatedUniverse, api_key: ApiKey
) -> None:
    emulator.inject(faults.status(401), times=9)
    with pytest.raises(RobloxRefused, match="refused the API key"):
        add(api_key)
    assert not Universe.objects.exists()


def test_an_unreachable_roblox_adds_nothing(
    emulator: Emulator, harbor: EmulatedUniverse, api_key: ApiKey
) -> None:
    emulator.stop()
    with pytest.raises(RobloxUnreachable):
        add(api_key)
    assert not Universe.objects.exists()


def test_a_key_that_does_not_open_here_adds_nothing(
    harbor: EmulatedUniverse, api_key: ApiKey, settings: Settings
) -> None:
    settings.MASTER_KEYS = "A" * 43 + "="
    with pytest.raises(MissingKey):
        add(api_key)
    assert not Universe.objects.exists()


def test_a_universe_that_does_not_exist_looks_like_one_not_allowed(
    harbor: EmulatedUniverse, api_key: ApiKey
) -> None:
    with pytest.raises(RobloxRefused, match="doesn’t cover this universe"):
        add(api_key, universe_id=1)


def test_a_universe_is_added_once(emulator: Emulator, universe: Universe) -> None:
    watch = Watch()
    emulator.clear_requests()
    with pytest.raises(AlreadyExists, match="is already in Sealroom"):
        add(universe.api_key)
    assert (emulator.requests, watch.tags) == ([], [])


@pytest.mark.engine
@pytest.mark.django_db(transaction=True)
def test_a_universe_added_at_once_is_added_by_one(
    harbor: EmulatedUniverse, api_key: ApiKey
) -> None:
    watch = Watch()
    done = together(*[lambda: add(api_key)] * 2)
    assert sorted(type(found).__name__ for found in done) == ["AlreadyExists", "Universe"]
    assert watch.tags == ["universe.added", "universe.baseline"]


@pytest.mark.parametrize(
    ("name", "environment", "field"),
    [
        ("", "prod", "environment"),
        ("x" * 101, "production", "name"),
        ("two\nlines", "production", "name"),
        ("\x00", "production", "name"),
    ],
)
def test_a_name_or_environment_that_will_not_do_is_refused(
    harbor: EmulatedUniverse, api_key: ApiKey, name: str, environment: str, field: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        managing.add(
            STAGEHAND, universe_id=HARBOR_ID, api_key=api_key, name=name, environment=environment
        )
    assert caught.value.field == field
    assert not Universe.objects.exists()


def test_an_edit_names_what_changed_from_what(universe: Universe, cast: Cast) -> None:
    watch = Watch()
    managing.edit(cast["admin"].actor, universe, name="Harbor", environment="staging")
    assert detail(watch.last) == {
        "fields": "environment",
        "environment_before": "production",
        "environment": "staging",
    }
    managing.edit(cast["admin"].actor, universe, name="Port", environment="")
    assert (watch.last.universe_name, detail(watch.last)["name_before"]) == ("Port", "Harbor")
    managing.edit(cast["admin"].actor, universe, name="Port", environment="")
    assert watch.tags == ["universe.changed", "universe.changed"]
    stored = Universe.objects.get()
    assert (stored.name, stored.environment) == ("Port", "")


@pytest.mark.parametrize(("name", "environment"), [("", "staging"), ("Port", "moon")])
def test_an_edit_that_will_not_do_changes_nothing(
    universe: Universe, name: str, environment: str
) -> None:
    with pytest.raises(InvalidInput):
        managing.edit(STAGEHAND, universe, name=name, environment=environment)
    assert Universe.objects.get().environment == "production"


@pytest.mark.parametrize("who", ["manager", "editor", "auditor", "stranger"])
def test_only_admins_add_and_edit(
    emulator: Emulator, universe: Universe, cast: Cast, who: str
) -> None:
    watch, actor = Watch(), cast[who].actor
    emulator.clear_requests()
    with pytest.raises(Forbidden):
        managing.edit(actor, universe, name="Port", environment="")
    with pytest.raises(Forbidden):
        managing.add(actor, universe_id=77, api_key=universe.api_key)
    with pytest.raises(Forbidden):
        managing.remove(actor, universe)
    assert (watch.tags, emulator.requests) == ([], [])
    assert Universe.objects.get().name == "Harbor"
