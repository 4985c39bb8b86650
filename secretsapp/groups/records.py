"""What was read of a group, as it is stored and read again."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from secretsapp.models import RobloxGroup
from secretsapp.opencloud.group_types import LogEntry, RemoteRole


@dataclass(frozen=True)
class Role:
    """A role, with the accounts that have it; None where nobody listed them."""

    role_id: int
    name: str
    rank: int
    members: int | None
    permissions: tuple[str, ...] | None
    update_time: str
    accounts: tuple[int, ...] | None = None

    @property
    def title(self) -> str:
        """Its name, or its id where Roblox told none."""
        return self.name or str(self.role_id)


def with_accounts(role: RemoteRole, accounts: Mapping[int, tuple[int, ...]]) -> Role:
    """The role with those of its accounts that were listed."""
    return Role(**asdict(role), accounts=accounts.get(role.role_id))


def with_known(roles: list[Role], before: list[Role]) -> list[Role]:
    """The roles with what was told of them before, where this key was told nothing of it.

    Else the next change would be held against nothing, and nobody would notice it.
    """
    known = {role.role_id: role for role in before}
    return [_with_known(role, known.get(role.role_id, role)) for role in roles]


def _with_known(role: Role, before: Role) -> Role:
    told = before.permissions if role.permissions is None else role.permissions
    return replace(role, permissions=told, update_time=role.update_time or before.update_time)


def roles_as_stored(roles: list[Role]) -> str:
    """The roles for the column, the highest first."""
    ordered = sorted(roles, key=lambda role: (-role.rank, role.role_id))
    return json.dumps([asdict(role) for role in ordered])


def roles_of(group: RobloxGroup) -> list[Role] | None:
    """The stored roles; None where none were read, or someone edited them in the database."""
    found = _read(group.roles)
    try:
        return None if found is None else [_role(each) for each in found]
    except (KeyError, TypeError, ValueError):
        return None


def log_as_stored(entries: list[LogEntry]) -> str:
    """The entries for the column."""
    return json.dumps([{**asdict(each), "time": each.time.isoformat()} for each in entries])


def log_of(group: RobloxGroup) -> list[LogEntry]:
    """The stored entries, the newest first; none where someone edited them in the database."""
    try:
        return [
            LogEntry(**{**each, "time": datetime.fromisoformat(each["time"])})
            for each in _read(group.log) or []
        ]
    except (KeyError, TypeError, ValueError):
        return []


def _role(stored: Any) -> Role:
    permissions, accounts = stored["permissions"], stored["accounts"]
    return Role(
        role_id=int(stored["role_id"]),
        name=str(stored["name"]),
        rank=int(stored["rank"]),
        members=None if stored["members"] is None else int(stored["members"]),
        permissions=None if permissions is None else tuple(map(str, permissions)),
        update_time=str(stored["update_time"]),
        accounts=None if accounts is None else tuple(int(each) for each in accounts),
    )


def _read(text: str) -> list[Any] | None:
    try:
        found = json.loads(text)
    except (RecursionError, ValueError):
        return None
    return found if isinstance(found, list) else None
