"""Looking up a universe, the universe of a place, and an API key."""

from datetime import UTC, datetime
from typing import Any

import pytest

from emulator import READ_SECRETS, Emulator, Universe
from tests.emulator.caller import Caller


def introspected(caller: Caller, key: object) -> dict[str, Any]:
    """What introspection tells of a key."""
    answer = caller.call("POST", "/api-keys/v1/introspect", json={"apiKey": key})
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def test_a_universe_tells_its_name_its_group_and_its_root_place(caller: Caller) -> None:
    answer = caller.call("GET", caller.path)
    assert answer.status_code == 200
    found = answer.json()
    assert found["path"] == "universes/6930499524"
    assert found["displayName"] == "Harbor"
    assert found["group"] == "groups/1234567"
    assert "user" not in found
    assert found["rootPlace"] == "universes/6930499524/places/111"
    assert found["visibility"] == "PUBLIC"
    assert found["createTime"]
    assert found["updateTime"]


def test_a_universe_of_a_user_tells_the_user(emulator: Emulator, key: str) -> None:
    emulator.add_universe(2, user_id=42)
    with Caller(emulator.url, 2, key) as caller:
        found = caller.call("GET", caller.path).json()
    assert found["user"] == "users/42"
    assert "group" not in found


@pytest.mark.parametrize(("universe_id", "status"), [("404", 404), ("abc", 400)])
def test_a_universe_that_is_not_there_is_refused_in_the_form_of_v2(
    emulator: Emulator, key: str, universe_id: str, status: int
) -> None:
    with Caller(emulator.url, universe_id, key) as caller:
        answer = caller.call("GET", caller.path)
    assert answer.status_code == status
    assert set(answer.json()) == {"code", "message"}


@pytest.mark.parametrize("place_id", [111, 112])
def test_a_place_tells_its_universe_even_to_a_stranger(
    emulator: Emulator, universe: Universe, place_id: int
) -> None:
    with Caller(emulator.url, universe.id, None) as stranger:
        answer = stranger.call("GET", f"/universes/v1/places/{place_id}/universe")
    assert (answer.status_code, answer.json()) == (200, {"universeId": universe.id})


def test_an_unknown_place_has_no_universe(caller: Caller) -> None:
    answer = caller.call("GET", "/universes/v1/places/999/universe")
    assert (answer.status_code, answer.json()) == (200, {"universeId": None})


def test_what_is_no_place_id_is_refused(caller: Caller) -> None:
    assert caller.call("GET", "/universes/v1/places/abc/universe").status_code == 400


def test_introspection_tells_what_a_key_may_do(emulator: Emulator, caller: Caller) -> None:
    ends = datetime(2027, 1, 2, 3, 4, 5, 678000, tzinfo=UTC)
    emulator.add_api_key("k", name="nightly", owner_id=42, universes=[7, 5], expires=ends)
    assert introspected(caller, "k") == {
        "name": "nightly",
        "authorizedUserId": 42,
        "scopes": [
            {
                "name": "universe.secret",
                "operations": ["read", "write"],
                "universeIds": ["5", "7"],
            }
        ],
        "enabled": True,
        "expired": False,
        "expirationTimeUtc": "2027-01-02T03:04:05.6780000Z",
    }


def test_introspection_of_a_key_for_everything_that_never_ends(
    emulator: Emulator, caller: Caller
) -> None:
    emulator.add_api_key("k", scopes={READ_SECRETS, "universe:write"})
    found = introspected(caller, "k")
    assert found["scopes"] == [
        {"name": "universe.secret", "operations": ["read"], "universeIds": ["*"]},
        {"name": "universe", "operations": ["write"], "universeIds": ["*"]},
    ]
    assert "expirationTimeUtc" not in found


def test_introspection_tells_why_a_key_is_refused(emulator: Emulator, caller: Caller) -> None:
    emulator.add_api_key("over", expires=datetime(2020, 1, 1, tzinfo=UTC))
    emulator.add_api_key("off", enabled=False)
    assert introspected(caller, "over")["expired"] is True
    assert introspected(caller, "off")["enabled"] is False


@pytest.mark.parametrize("key", ["another-key", "", None, 7, ["k"]])
def test_a_bogus_key_cannot_be_introspected(caller: Caller, key: object) -> None:
    answer = caller.call("POST", "/api-keys/v1/introspect", json={"apiKey": key})
    assert answer.status_code == 400


def test_introspection_needs_an_object(caller: Caller) -> None:
    answer = caller.call("POST", "/api-keys/v1/introspect", data=b"[]")
    assert answer.status_code == 400
