"""What Roblox tells of keys and accesses is read and kept, however much or odd it is."""

from typing import Any

import pytest

from secretsapp.api_keys.remembered import as_stored, remembered
from secretsapp.models import ApiKey
from secretsapp.opencloud.types import Introspection, read_granted, read_introspection


def told(*ids: object) -> dict[str, Any]:
    """The resources of one owner."""
    return {"resource_infos": [{"resources": {"universe": {"ids": list(ids)}}}]}


def kept(hint: Introspection) -> Introspection:
    """The same from the database, where it takes little room."""
    stored = as_stored(hint)
    assert len(stored) < 100_000
    found = remembered(ApiKey(told=stored))
    assert found is not None
    return found


def test_universes_and_scopes_of_an_access_are_kept() -> None:
    hint = kept(read_granted({"scope": "a:read a:write", "sub": "7"}, told("5", 6, "x")))
    assert [scope.name for scope in hint.scopes] == ["a:read", "a:write"]
    assert {scope.universe_ids for scope in hint.scopes} == {frozenset({5, 6})}
    assert (hint.account, hint.enabled) == ("7", True)


def test_of_more_universes_than_there_can_be_none_is_kept_and_none_called_missing() -> None:
    scopes = " ".join(f"a:{number}" for number in range(200))
    hint = kept(read_granted({"scope": scopes}, told(*range(10**9, 10**9 + 100_000))))
    assert hint.covers("a:1", 5)


def test_nor_of_a_key() -> None:
    operations = [f"o{number}" for number in range(100_000)]
    scope = {"name": "a", "operations": operations, "universeIds": list(range(10**6))}
    hint = kept(read_introspection({"scopes": [scope]}))
    assert hint.covers("a:o1", 5)


@pytest.mark.parametrize(
    "resources",
    [
        {},
        {"resource_infos": None},
        {"resource_infos": [None, 5, {"resources": []}]},
        {"resource_infos": [{"resources": {"universe": {"ids": "x"}}}]},
        told(None, {}, "-1", "9" * 30, "1\x00"),
    ],
)
def test_what_can_not_be_read_names_no_universe(resources: dict[str, Any]) -> None:
    [scope] = kept(read_granted({"scope": "a:read"}, resources)).scopes
    assert scope.universe_ids == frozenset()
