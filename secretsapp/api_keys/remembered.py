"""What Roblox said of a key, kept with it: Roblox says it of new keys alone."""

import json
from dataclasses import asdict, replace
from typing import Any

from secretsapp.models import ApiKey
from secretsapp.opencloud.types import Introspection, KeyScope

# Each scope holds all of its universes: of more than these nothing is kept, as if none were named.
UNIVERSES_KEPT = SCOPES_KEPT = 1000


def as_stored(hint: Introspection) -> str:
    """What is kept: its name, its account and what it may do, which no test could find out."""
    scopes = [_scope_as_stored(each) for each in hint.scopes[:SCOPES_KEPT]]
    return json.dumps({**asdict(replace(hint, scopes=())), "scopes": scopes})


def remembered(api_key: ApiKey) -> Introspection | None:
    """What Roblox said last; None where it said nothing, or someone edited it in the database.

    Whether it was enabled then says nothing of today.
    """
    try:
        found = json.loads(api_key.told)
        scopes = tuple(_scope(each) for each in found["scopes"])
        name, account = str(found["name"]), str(found["account"])
    except (KeyError, RecursionError, TypeError, ValueError):
        return None
    return Introspection(name, enabled=True, expired=False, ends="", scopes=scopes, account=account)


def opened_ids(api_key: ApiKey) -> frozenset[int]:
    """The universes that Roblox named, whatever the key may do there."""
    return ids_in(remembered(api_key))


def ids_in(hint: Introspection | None) -> frozenset[int]:
    """The same of what is remembered."""
    scopes = hint.scopes if hint else ()
    return frozenset().union(*(scope.universe_ids or () for scope in scopes))


def _scope_as_stored(scope: KeyScope) -> list[object]:
    is_kept = scope.universe_ids is not None and len(scope.universe_ids) <= UNIVERSES_KEPT
    ids = sorted(scope.universe_ids or ()) if is_kept else None
    return [scope.name, ids, scope.opens_future]


def _scope(stored: Any) -> KeyScope:
    name, ids, opens_future = stored
    universe_ids = None if ids is None else frozenset(int(each) for each in ids)
    return KeyScope(str(name), universe_ids, bool(opens_future))
