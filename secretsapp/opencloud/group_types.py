"""What Roblox tells of a group, read with tolerance. Names are other people's text."""

import re
from dataclasses import dataclass
from datetime import datetime

from secretsapp.core.input_rules import UNIVERSE_ID_LIMIT
from secretsapp.core.times import parse_roblox_time
from secretsapp.opencloud.answers import Json, Unusable
from secretsapp.opencloud.types import read_text

NAME_LIMIT = 100
COUNT_LIMIT = 10**9
# No page that is asked for has more, nor has a role more permissions by far.
ITEMS_LIMIT = 100
_OWNER = re.compile("users/([0-9]{1,19})", re.ASCII)
_NUMBER = re.compile("[0-9]{1,19}", re.ASCII)
_ACTION = re.compile("[A-Za-z]{1,60}", re.ASCII)


@dataclass(frozen=True)
class RemoteGroup:
    """A group's name, and the id of its owner; None where nobody owns it."""

    group_id: int
    name: str
    owner_id: int | None


@dataclass(frozen=True)
class RemoteRole:
    """A role; None or empty is what was not told, which depends on whose key asked.

    `permissions` are the names of those that it has, of the ones that Roblox tells.
    """

    role_id: int
    name: str
    rank: int
    members: int | None
    permissions: tuple[str, ...] | None
    update_time: str


@dataclass(frozen=True)
class LogEntry:
    """What an account did in the group; `about` is the name of the role or account concerned."""

    time: datetime
    action: str
    user_id: int | None
    user_name: str
    about: str


@dataclass(frozen=True)
class GroupLog:
    """What the group's log told, the newest first; `reaches_to` where it goes on further back."""

    entries: tuple[LogEntry, ...]
    reaches_to: datetime | None = None


def read_group(group_id: int, record: Json) -> RemoteGroup:
    """The group resource; raises Unusable where its owner can't be told."""
    owner = record.get("owner")
    found = _OWNER.fullmatch(owner) if isinstance(owner, str) else None
    owner_id = _id(found[1]) if found else None
    if owner is not None and owner_id is None:
        raise Unusable("Roblox named an owner of the group that can’t be one.")
    return RemoteGroup(group_id, _name(record, "displayName"), owner_id)


def read_roles(record: Json) -> list[RemoteRole]:
    """A page of roles; raises Unusable where there is no list of them, or one is none."""
    return [_role(item) for item in _items(record, "groupRoles")]


def _role(item: object) -> RemoteRole:
    if not isinstance(item, dict):
        raise Unusable("Roblox listed something that is not a role.")
    role_id, rank = _id(item.get("id")), item.get("rank", 0)
    if role_id is None or type(rank) is not int or not 0 <= rank <= 255:
        raise Unusable("Roblox listed a role that can’t be one.")
    count, update_time = item.get("memberCount"), read_text(item, "updateTime")
    return RemoteRole(
        role_id=role_id,
        name=_name(item, "displayName"),
        rank=rank,
        members=count if type(count) is int and 0 <= count <= COUNT_LIMIT else None,
        permissions=_permissions(item.get("permissions")),
        update_time=update_time if parse_roblox_time(update_time) else "",
    )


def _permissions(found: object) -> tuple[str, ...] | None:
    if not isinstance(found, dict) or len(found) > ITEMS_LIMIT:
        return None
    names = (str(name) for name, is_held in found.items() if is_held is True)
    return tuple(sorted(name for name in names if _ACTION.fullmatch(name)))


def read_members(record: Json) -> list[int]:
    """The accounts of a page of memberships; raises Unusable where there is no list of them."""
    users = [
        item.get("user") for item in _items(record, "groupMemberships") if isinstance(item, dict)
    ]
    found = [_OWNER.fullmatch(user) for user in users if isinstance(user, str)]
    ids = [_id(each[1]) for each in found if each]
    return [each for each in ids if each is not None]


def read_entries(record: Json) -> list[LogEntry]:
    """A page of the log, without what has no time; raises Unusable where there is no list."""
    items = [item for item in _items(record, "data") if isinstance(item, dict)]
    found = [(item, parse_roblox_time(read_text(item, "created"))) for item in items]
    return [_entry(item, time) for item, time in found if time is not None]


def _entry(item: Json, time: datetime) -> LogEntry:
    actor = item.get("actor")
    user = actor.get("user") if isinstance(actor, dict) else None
    person = user if isinstance(user, dict) else {}
    action, about = read_text(item, "actionType"), item.get("description")
    return LogEntry(
        time=time,
        action=action.replace(" ", "") if _ACTION.fullmatch(action.replace(" ", "")) else "",
        user_id=_id(person.get("userId")),
        user_name=_name(person, "username"),
        about=_about(about if isinstance(about, dict) else {}),
    )


def _about(description: Json) -> str:
    """What was acted upon; of what a description holds nothing is documented (seen in clients)."""
    names = ("TargetName", "NewRoleSetName", "RoleSetName", "NewOwnerName")
    told = [_name(description, name) for name in names]
    return " · ".join(dict.fromkeys(name for name in told if name))


def _items(record: Json, field: str) -> list[object]:
    """The list in a field; an empty one may be left out or be null."""
    found = record.get(field)
    if not isinstance(found, list | None):
        raise Unusable("Roblox’s answer about the group is not a list.")
    if len(found or []) > ITEMS_LIMIT:
        raise Unusable("Roblox’s answer about the group is longer than a page.")
    return found or []


def _name(record: Json, field: str) -> str:
    return read_text(record, field)[:NAME_LIMIT]


def _id(found: object) -> int | None:
    text = str(found) if type(found) is int else found
    if not (isinstance(text, str) and _NUMBER.fullmatch(text)):
        return None
    return int(text) if 0 < int(text) <= UNIVERSE_ID_LIMIT else None
