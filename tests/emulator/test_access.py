"""Who gets in: keys, scopes, universes, owners, and the rate limit."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from emulator import READ_SECRETS, WRITE_SECRETS, Emulator, Universe
from tests.emulator.caller import Caller

INVALID_API_KEY = {"errors": [{"code": 0, "message": "Invalid API Key"}]}
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
FORBIDDEN = {"title": "Forbidden", "status": "403"}


def statuses_of_reads(caller: Caller) -> list[int]:
    """What the two calls that read are answered with."""
    return [caller.list_secrets().status_code, caller.public_key().status_code]


def statuses_of_writes(caller: Caller) -> list[int]:
    """What the three calls that write are answered with; the bodies are of no account."""
    return [
        caller.post({}).status_code,
        caller.call("PATCH", f"{caller.path}/secrets/A", json={}).status_code,
        caller.delete("A").status_code,
    ]


@pytest.mark.parametrize("key", [None, "", "another-key", "ké"])
def test_a_missing_or_unknown_key_is_a_401(
    emulator: Emulator, universe: Universe, key: str | None
) -> None:
    with Caller(emulator.url, universe.id, key) as caller:
        answer = caller.list_secrets()
        assert (answer.status_code, answer.json()) == (401, INVALID_API_KEY)
        assert statuses_of_reads(caller) + statuses_of_writes(caller) == [401] * 5
        assert caller.call("GET", caller.path).status_code == 401


@pytest.mark.parametrize("terms", [{"expires": LONG_AGO}, {"enabled": False}, {"allowed": False}])
def test_a_key_that_may_not_be_used_gets_the_same_401(
    emulator: Emulator, caller: Caller, key: str, terms: dict[str, Any]
) -> None:
    emulator.add_api_key(key, **terms)
    answer = caller.list_secrets()
    assert (answer.status_code, answer.json()) == (401, INVALID_API_KEY)
    assert statuses_of_reads(caller) + statuses_of_writes(caller) == [401] * 5


def test_a_key_works_until_it_expires(emulator: Emulator, caller: Caller, key: str) -> None:
    emulator.add_api_key(key, expires=datetime.now(UTC) + timedelta(hours=1))
    assert caller.list_secrets().status_code == 200


def test_the_end_of_a_key_needs_a_time_zone(emulator: Emulator) -> None:
    with pytest.raises(ValueError, match="time zone"):
        emulator.add_api_key("another-key", expires=LONG_AGO.replace(tzinfo=None))


def test_a_key_that_may_only_read_writes_nothing(
    emulator: Emulator, caller: Caller, universe: Universe, key: str
) -> None:
    universe.put("A", b"value")
    emulator.add_api_key(key, scopes={READ_SECRETS})
    assert statuses_of_reads(caller) == [200, 200]
    assert statuses_of_writes(caller) == [403, 403, 403]
    assert universe.values == {"A": b"value"}


def test_a_key_that_may_only_write_reads_nothing(
    emulator: Emulator, caller: Caller, universe: Universe, key: str
) -> None:
    universe.put("A", b"value")
    emulator.add_api_key(key, scopes={WRITE_SECRETS})
    assert statuses_of_reads(caller) == [403, 403]
    assert caller.delete("A").status_code == 200


@pytest.mark.parametrize(
    "terms", [{"universes": []}, {"universes": [1, 2]}, {"scopes": ()}, {"permitted": False}]
)
def test_a_key_without_the_right_gets_a_403_in_the_form_of_the_secrets_store(
    emulator: Emulator, caller: Caller, key: str, terms: dict[str, Any]
) -> None:
    emulator.add_api_key(key, **terms)
    answer = caller.list_secrets()
    assert (answer.status_code, answer.json()) == (403, FORBIDDEN)
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert statuses_of_reads(caller) + statuses_of_writes(caller) == [403] * 5


def test_a_key_may_be_for_some_universes(
    emulator: Emulator, caller: Caller, universe: Universe, key: str
) -> None:
    emulator.add_api_key(key, universes=[1, universe.id])
    assert caller.list_secrets().status_code == 200


def test_a_universe_of_a_user_opens_to_their_keys_alone(emulator: Emulator) -> None:
    universe = emulator.add_universe(2, user_id=42)
    emulator.add_api_key("theirs", owner_id=42)
    emulator.add_api_key("another's", owner_id=43)
    with Caller(emulator.url, universe.id, "theirs") as owner:
        assert owner.list_secrets().status_code == 200
    with Caller(emulator.url, universe.id, "another's") as other:
        assert other.list_secrets().status_code == 403


def test_a_universe_that_does_not_exist_looks_like_one_not_permitted(
    emulator: Emulator, key: str
) -> None:
    with Caller(emulator.url, 404, key) as caller:
        answer = caller.list_secrets()
        assert (answer.status_code, answer.json()) == (403, FORBIDDEN)


@pytest.mark.parametrize(
    "universe_id", ["abc", "0", "-1", "1.0", "9" * 19, "9" * 30, "%C3%A9", "%2F"]
)
def test_what_is_no_universe_id_is_a_400(emulator: Emulator, key: str, universe_id: str) -> None:
    with Caller(emulator.url, universe_id, key) as caller:
        answer = caller.list_secrets()
        assert answer.status_code == 400
        assert list(answer.json()["errors"]) == ["universeId"]
        assert answer.json()["status"] == "400"


def test_without_a_limit_no_answer_speaks_of_one(caller: Caller) -> None:
    assert not [name for name in caller.list_secrets().headers if "ratelimit" in name.lower()]


def test_answers_tell_what_is_left_of_the_minute(emulator: Emulator, caller: Caller) -> None:
    emulator.rate_limit = 3
    left = [caller.list_secrets().headers["x-ratelimit-remaining"] for _ in range(2)]
    answer = caller.list_secrets()
    assert [*left, answer.headers["x-ratelimit-remaining"]] == ["2", "1", "0"]
    assert answer.headers["x-ratelimit-limit"] == "3, 3;w=60"
    assert 1 <= int(answer.headers["x-ratelimit-reset"]) <= 60
    assert "retry-after" not in answer.headers


def test_one_call_too_many_is_a_429_that_says_when_to_come_back(
    emulator: Emulator, caller: Caller, universe: Universe
) -> None:
    emulator.rate_limit = 1
    sealed = caller.sealed(b"value")
    assert caller.post({"id": "1", **sealed}).status_code == 400
    answer = caller.post({"id": "A", **sealed})
    assert answer.status_code == 429
    assert answer.json()["code"] == "RESOURCE_EXHAUSTED"
    assert 1 <= int(answer.headers["retry-after"]) <= 60
    assert answer.headers["x-ratelimit-remaining"] == "0"
    assert universe.values == {}


def test_each_endpoint_has_a_limit_of_its_own(emulator: Emulator, caller: Caller) -> None:
    sealed = caller.sealed(b"value")
    emulator.rate_limit = 1
    calls = (
        caller.list_secrets,
        caller.public_key,
        lambda: caller.post({"id": "A", **sealed}),
        lambda: caller.call("PATCH", f"{caller.path}/secrets/A", json=sealed),
        lambda: caller.delete("A"),
    )
    assert [call().status_code for call in calls] == [200, 200, 201, 200, 200]
    assert {call().status_code for call in calls} == {429}


def test_the_limit_is_one_for_all_keys_and_universes_of_an_owner(
    emulator: Emulator, caller: Caller
) -> None:
    emulator.rate_limit = 1
    other = emulator.add_universe(2)
    emulator.add_api_key("of-the-same-owner")
    emulator.add_api_key("of-another-owner", owner_id=2)
    assert caller.list_secrets().status_code == 200
    with Caller(emulator.url, other.id, "of-the-same-owner") as same:
        assert same.list_secrets().status_code == 429
    with Caller(emulator.url, other.id, "of-another-owner") as another:
        assert another.list_secrets().status_code == 200


def test_look_ups_and_strangers_use_nothing_of_the_limit(
    emulator: Emulator, caller: Caller, universe: Universe
) -> None:
    emulator.rate_limit = 1
    assert caller.call("GET", caller.path).status_code == 200
    with Caller(emulator.url, universe.id, "another-key") as stranger:
        assert stranger.list_secrets().status_code == 401
    assert caller.list_secrets().status_code == 200


def test_a_new_minute_begins_again(emulator: Emulator, caller: Caller, time_machine: Any) -> None:
    emulator.rate_limit = 1
    time_machine.move_to(datetime(2026, 11, 21, 12, 0, tzinfo=UTC), tick=False)
    assert [caller.list_secrets().status_code for _ in range(2)] == [200, 429]
    time_machine.shift(timedelta(seconds=59))
    answer = caller.list_secrets()
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "1")
    time_machine.shift(timedelta(seconds=1))
    assert caller.list_secrets().status_code == 200
