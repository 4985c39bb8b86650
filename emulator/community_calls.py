"""A group, its roles, its members and its audit log (documented)."""

import re
from collections.abc import Iterable
from typing import Any

from emulator import answers
from emulator.answers import Answer, Refused
from emulator.api_keys import MANAGE_GROUP, READ_GROUP, ApiKey
from emulator.calls import Call
from emulator.group import GUEST_RANK, Group, GroupRole, LogEntry, name_of
from emulator.group_calls import LIMITS, WIDTH
from emulator.pages import BadCursor, Page, page_of
from emulator.rules import as_id

ROLES_AT_MOST, MEMBERS_AT_MOST, DEFAULT_PAGE = 20, 100, 10
INVALID_GROUP, INVALID_PAGE, NOT_PERMITTED = 1, 8, 23
LARGEST_NUMBER = 10**9
# The examples of its guide compare one role or one account.
_FILTER = re.compile(r"\s*(role|user)\s*==\s*['\"]([^'\"]+)['\"]\s*")


def get_group(call: Call, _api_key: ApiKey) -> Answer:
    """The group; one without an owner names none."""
    group = _group(call)
    content = {
        "path": f"groups/{group.id}",
        "createTime": group.create_time,
        "updateTime": group.create_time,
        "id": str(group.id),
        "displayName": group.name,
        "description": "",
        "memberCount": len(group.members),
        "publicEntryAllowed": False,
        "locked": False,
        "verified": False,
    }
    owner = {} if group.owner_id is None else {"owner": f"users/{group.owner_id}"}
    return answers.of_json(200, content | owner)


def list_roles(call: Call, api_key: ApiKey) -> Answer:
    """A page of the roles; what of them is shown depends on whose key it is."""
    group = _group(call)
    roles = {_text(each): each for each in group.roles}
    page = _page(call, roles, ROLES_AT_MOST, group)
    shown = [_role(group, group.roles[roles[key]], api_key) for key in page.names]
    return answers.of_json(200, {"groupRoles": shown, **_token(page)})


def list_memberships(call: Call, _api_key: ApiKey) -> Answer:
    """A page of the members, of those with one role or of one account where that is asked."""
    group = _group(call)
    members = {_text(each): each for each in group.members if _is_asked(call, group, each)}
    page = _page(call, members, MEMBERS_AT_MOST, group)
    shown = [_membership(group, members[key]) for key in page.names]
    return answers.of_json(200, {"groupMemberships": shown, **_token(page)})


def audit_log(call: Call, api_key: ApiKey) -> Answer:
    """A page of the group's audit log, for who may view it and a key that may manage groups."""
    group_id = as_id(call.parts[0])
    group = call.state.groups.get(group_id or 0)
    if group is None:
        raise Refused(_error(400, INVALID_GROUP, "Group is invalid or does not exist."))
    if MANAGE_GROUP not in api_key.scopes or not _views_log(group, api_key.owner_id):
        raise Refused(_error(403, NOT_PERMITTED, "Insufficient permissions."))
    query = call.request.query
    limit, order = query.get("limit", "10"), query.get("sortOrder", "Asc")
    if limit not in LIMITS or order not in ("Asc", "Desc"):
        raise Refused(_error(400, INVALID_PAGE, "Invalid or missing pagination parameters."))
    entries = _entries(call, group, is_backward=order == "Desc")
    page = _cut(sorted(entries), query.get("cursor", ""), int(limit), group)
    content = {
        "previousPageCursor": page.previous_cursor,
        "nextPageCursor": page.next_cursor,
        "data": [_entry(group, entries[key]) for key in page.names],
    }
    return answers.of_json(200, content)


def _group(call: Call) -> Group:
    group_id = as_id(call.parts[0])
    if group_id is None:
        raise Refused(answers.cloud_error(400, "INVALID_ARGUMENT", "Invalid group ID."))
    group = call.state.groups.get(group_id)
    if group is None:
        raise Refused(answers.cloud_error(404, "NOT_FOUND", "The group does not exist."))
    return group


def _page(call: Call, names: Iterable[str], largest: int, group: Group) -> Page:
    asked = call.request.query.get("maxPageSize", str(DEFAULT_PAGE))
    if not (asked.isascii() and asked.isdigit() and len(asked) <= 9 and int(asked)):
        raise Refused(answers.cloud_error(400, "INVALID_ARGUMENT", "Invalid page size."))
    token = call.request.query.get("pageToken", "")
    try:
        return page_of(sorted(names), token, min(int(asked), largest), group.id)
    except BadCursor:
        raise Refused(answers.cloud_error(400, "INVALID_ARGUMENT", "Invalid token.")) from None


def _cut(names: list[str], cursor: str, limit: int, group: Group) -> Page:
    try:
        return page_of(names, cursor, limit, group.id)
    except BadCursor:
        raise Refused(_error(400, INVALID_PAGE, "Invalid pagination parameters.")) from None


def _token(page: Page) -> dict[str, str]:
    """The token of the next page; it is omitted where there is none."""
    return {"nextPageToken": page.next_cursor} if page.next_cursor else {}


def _role(group: Group, role: GroupRole, api_key: ApiKey) -> dict[str, Any]:
    path = f"groups/{group.id}/roles/{role.role_id}"
    content = {"path": path, "id": str(role.role_id), "displayName": role.name, "rank": role.rank}
    is_owner = group.owner_id == api_key.owner_id
    held = role in group.roles_of(api_key.owner_id)
    if role.rank != GUEST_RANK:
        content |= {"memberCount": sum(role.role_id in ids for ids in group.members.values())}
    if is_owner:
        times = {"createTime": role.create_time, "updateTime": role.update_time}
        content |= {"description": "", **times}
    if role.rank == GUEST_RANK or (READ_GROUP in api_key.scopes and (is_owner or held)):
        content |= {"permissions": dict.fromkeys(role.permissions, True)}
    return content


def _is_asked(call: Call, group: Group, user_id: int) -> bool:
    text = call.request.query.get("filter", "")
    if not text.strip():
        return True
    found = _FILTER.fullmatch(text)
    if found is None:
        raise Refused(answers.cloud_error(400, "INVALID_ARGUMENT", "Invalid filter."))
    if found[1] == "user":
        return found[2] == f"users/{user_id}"
    return found[2] in {f"groups/{group.id}/roles/{each}" for each in group.members[user_id]}


def _membership(group: Group, user_id: int) -> dict[str, Any]:
    paths = [f"groups/{group.id}/roles/{role.role_id}" for role in group.roles_of(user_id)]
    return {
        "path": f"groups/{group.id}/memberships/{user_id}",
        "createTime": group.create_time,
        "updateTime": group.create_time,
        "user": f"users/{user_id}",
        "role": paths[0] if paths else "",
        "roles": paths,
    }


def _views_log(group: Group, user_id: int) -> bool:
    roles = group.roles_of(user_id)
    return group.owner_id == user_id or any("viewAuditLog" in each.permissions for each in roles)


def _entries(call: Call, group: Group, *, is_backward: bool) -> dict[str, LogEntry]:
    """Those asked for by texts whose order is the one asked for."""
    query = call.request.query
    action, user_id = query.get("actionType", ""), query.get("userId", "")
    if user_id and as_id(user_id) is None:
        raise Refused(_error(400, INVALID_PAGE, "Invalid user ID."))
    ordered = sorted(group.log, key=lambda entry: entry.created)
    return {
        _text(LARGEST_NUMBER - number if is_backward else number): entry
        for number, entry in enumerate(ordered, start=1)
        if action in ("", entry.action) and user_id in ("", str(entry.user_id))
    }


def _entry(group: Group, entry: LogEntry) -> dict[str, Any]:
    user = {"userId": entry.user_id, "username": name_of(entry.user_id)}
    roles = group.roles_of(entry.user_id)
    role = {"id": roles[0].role_id, "name": roles[0].name, "rank": roles[0].rank} if roles else None
    return {
        "actor": {"user": {**user, "displayName": name_of(entry.user_id)}, "role": role},
        "actionType": entry.action,
        "description": entry.description,
        "created": entry.created,
    }


def _text(number: int) -> str:
    """As wide as any other, so that the order of the texts is that of the numbers."""
    return str(number).zfill(WIDTH)


def _error(status: int, code: int, message: str) -> Answer:
    """An error of the older service of groups, whose codes are documented."""
    return answers.of_json(status, {"errors": [{"code": code, "message": message}]})
