"""What Roblox said of a key, kept with it: Roblox says it of new keys alone."""

import json
from dataclasses import asdict
from typing import Any

from secretsapp.models import ApiKey
from secretsapp.opencloud.types import Introspection, KeyScope


def as_stored(hint: Introspection) -> str:
    """What is kept: its name, its account and what it may do, which no test could find out."""
    return json.dumps({**asdict(hint), "scopes": [_scope_as_stored(each) for each in hint.scopes]})


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


def _scope_as_stored(scope: KeyScope) -> list[object]:
    ids = None if scope.universe_ids is None else sorted(scope.universe_ids)
    return [scope.name, ids, scope.opens_future]


def _scope(stored: Any) -> KeyScope:
    name, ids, opens_future = stored
    universe_ids = None if ids is None else frozenset(int(each) for each in ids)
    return KeyScope(str(name), universe_ids, bool(opens_future))
