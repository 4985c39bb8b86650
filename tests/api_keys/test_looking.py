"""Each key is looked at once a day: by real calls, by one worker, and a few universes a minute."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from emulator import READ_SECRETS, Block, Emulator, faults
from secretsapp.api_keys import looking, stored_keys
from secretsapp.core import actor as actors
from secretsapp.core.errors import Forbidden
from secretsapp.core.key_verdicts import KeyVerdict
from secretsapp.core.plaintext import Plaintext
from secretsapp.models import ApiKey, Universe
from tests.stage import API_KEY, HARBOR_ID, STAGEHAND, Cast
from tests.support.together import together
from tests.support.watch import Watch, detail, writes

pytestmark = [pytest.mark.django_db, pytest.mark.engine]

LOOKER = actors.system("keys")
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
CALLS = ("/secrets", "/secrets/public-key", "/introspect")


def look() -> list[str]:
    """The names of the keys that a round came to an end with."""
    return [api_key.name for api_key in looking.look_due(LOOKER)]


def stored() -> ApiKey:
    """The key as it is stored."""
    return ApiKey.objects.get()


def let_be_due() -> None:
    """Let a look be due now."""
    ApiKey.objects.update(look_due_at=None)


def calls(emulator: Emulator, ending: str) -> int:
    """How often that was asked since the requests were cleared."""
    return sum(request.path.endswith(ending) for request in emulator.requests)


def add_isles(emulator: Emulator, api_key: ApiKey, count: int) -> None:
    """Let there be further universes that the key opens."""
    for number in range(1, count + 1):
        emulator.add_universe(number, name=f"Isle {number}")
    isles = [Universe(id=n, name=f"Isle {n}", api_key=api_key) for n in range(1, count + 1)]
    Universe.objects.bulk_create(isles)


def test_a_look_calls_roblox_for_real_and_writes_nothing_there(
    emulator: Emulator, universe: Universe
) -> None:
    emulator.clear_requests()
    watch = Watch()
    assert look() == ["automation"]
    assert all(calls(emulator, ending) == 1 for ending in CALLS)
    assert (watch.tags, writes(emulator)) == ([], [])
    key = stored()
    assert (key.check_verdict, key.look_failure) == (KeyVerdict.OPENS, "")
    assert key.used_at is not None


def test_the_next_look_is_tomorrow_in_a_minute_of_the_keys_own(universe: Universe) -> None:
    look()
    due = stored().look_due_at
    assert due is not None
    minute = stored().pk.int % 1440
    assert due.date() == (timezone.now() + DAY).date()
    assert due.hour * 60 + due.minute == minute
    assert look() == []


@pytest.mark.django_db(transaction=True)
def test_of_many_workers_one_looks(emulator: Emulator, universe: Universe) -> None:
    emulator.clear_requests()
    together(*[look] * 4)
    assert all(calls(emulator, ending) == 1 for ending in CALLS)


def test_a_hundred_universes_take_less_than_ten_calls_a_minute(
    emulator: Emulator, universe: Universe, time_machine: Any
) -> None:
    add_isles(emulator, universe.api_key, 99)
    time_machine.move_to(timezone.now(), tick=False)
    minutes = 0
    ended: list[str] = []
    while not ended and minutes < 20:
        emulator.clear_requests()
        ended = look()
        assert 0 < max(calls(emulator, ending) for ending in CALLS) < 10
        assert ended or look() == []
        minutes += 1
        time_machine.shift(MINUTE)
    assert minutes == 13
    assert (stored().check_verdict, stored().check_result) == (
        KeyVerdict.OPENS,
        "it can read 100 universes",
    )


def test_a_key_that_stops_working_is_told_once_and_so_is_that_it_works_again(
    emulator: Emulator, universe: Universe
) -> None:
    watch = Watch()
    emulator.block_api_key(API_KEY, Block.MODERATED)
    for _ in range(3):
        let_be_due()
        look()
    assert watch.tags == ["api_key.failing"]
    assert "refused the API key" in detail(watch.last)["result"]
    assert stored().failing_since is not None
    emulator.add_api_key(API_KEY)
    for _ in range(2):
        let_be_due()
        look()
    assert watch.tags == ["api_key.failing", "api_key.working"]
    assert stored().failing_since is None


def test_what_fails_in_one_universe_alone_is_stored_with_which(
    emulator: Emulator, universe: Universe
) -> None:
    add_isles(emulator, universe.api_key, 1)
    emulator.add_api_key(API_KEY, universes=[1])
    look()
    assert (stored().check_verdict, stored().broken_universe) == (
        KeyVerdict.NOT_COVERED,
        HARBOR_ID,
    )
    emulator.add_api_key(API_KEY, enabled=False)
    let_be_due()
    look()
    assert (stored().check_verdict, stored().broken_universe) == (KeyVerdict.DISABLED, None)


@pytest.mark.parametrize("fault", [faults.html(), faults.status(503), faults.cut_before()])
def test_a_look_that_could_not_be_made_is_said_and_clears_nothing(
    emulator: Emulator, universe: Universe, fault: Any
) -> None:
    emulator.add_api_key(API_KEY, enabled=False)
    look()
    before, watch = stored(), Watch()
    emulator.add_api_key(API_KEY)
    emulator.inject(fault, times=9, path="secrets")
    let_be_due()
    assert look() == []
    after = stored()
    assert (after.check_verdict, after.checked_at) == (before.check_verdict, before.checked_at)
    assert after.look_failure
    assert after.look_due_at is not None
    assert after.look_due_at < timezone.now() + DAY
    assert watch.tags == []
    emulator.clear_faults()
    let_be_due()
    look()
    assert (stored().look_failure, watch.tags) == ("", ["api_key.working"])


def test_a_scope_that_is_missing_stays_known_when_roblox_tells_nothing_more(
    emulator: Emulator, universe: Universe
) -> None:
    emulator.add_api_key(API_KEY, scopes=[READ_SECRETS])
    watch = Watch()
    look()
    emulator.age_api_key(API_KEY, datetime.now(UTC) - timedelta(hours=2))
    let_be_due()
    look()
    assert stored().check_verdict == KeyVerdict.READS_ONLY
    assert watch.tags == ["api_key.failing"]


def test_a_key_that_no_universe_uses_is_no_failure(api_key: ApiKey) -> None:
    watch = Watch()
    assert look() == ["automation"]
    assert (stored().check_verdict, watch.tags) == (KeyVerdict.UNUSED, [])
    assert stored().used_at is None


def test_a_key_that_does_not_decrypt_is_looked_at_later(
    universe: Universe, settings: Settings
) -> None:
    settings.MASTER_KEYS = "A" * 43 + "="
    assert look() == []
    assert stored().look_failure == "Sealroom couldn’t decrypt the key."


def test_a_key_that_is_replaced_during_a_look_is_not_judged_by_it(
    emulator: Emulator, universe: Universe, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch = Watch()
    looked = looking._tried

    def replaced_meanwhile(*arguments: Any) -> Any:
        report = looked(*arguments)
        ApiKey.objects.update(encrypted_value=b"another")
        return report

    monkeypatch.setattr(looking, "_tried", replaced_meanwhile)
    emulator.block_api_key(API_KEY, Block.REVOKED)
    assert look() == []
    assert (stored().check_verdict, watch.tags) == (KeyVerdict.OPENS, [])


def test_a_new_key_that_works_everywhere_is_told_to_work_again(
    emulator: Emulator, universe: Universe
) -> None:
    emulator.add_api_key(API_KEY, enabled=False)
    look()
    emulator.add_api_key("second-emulated-api-key")
    watch = Watch()
    value = Plaintext(b"second-emulated-api-key")
    stored_keys.replace(STAGEHAND, stored(), value)
    assert set(watch.tags) == {"api_key.working", "api_key.replaced"}


def test_only_who_manages_keys_lets_them_be_looked_at_soon(universe: Universe, cast: Cast) -> None:
    look()
    with pytest.raises(Forbidden):
        looking.look_soon(cast["manager"].actor)
    assert look() == []
    assert looking.look_soon(cast["admin"].actor) == 1
    assert look() == ["automation"]
