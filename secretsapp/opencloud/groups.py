"""The calls about a group: its owner, its roles, who has one, and its audit log.

Any valid key may ask for the first three; the log takes the scope `legacy-group:manage`, and an
account that may view it. Which role may change secrets, Roblox tells in none of them (documented).
"""

from datetime import datetime

from secretsapp.opencloud.answers import Unusable
from secretsapp.opencloud.client import Client, observed
from secretsapp.opencloud.group_types import (
    GroupLog,
    LogEntry,
    RemoteGroup,
    RemoteRole,
    read_entries,
    read_group,
    read_members,
    read_roles,
)
from secretsapp.opencloud.server_types import read_page_token
from secretsapp.opencloud.types import read_cursor

# The largest pages that Roblox sends (documented).
ROLES_A_PAGE = 20
MEMBERS_A_PAGE = 100
ENTRIES_A_PAGE = 100
# A list far beyond that is none that can be acted upon.
ROLE_PAGES_AT_MOST = 4

Query = dict[str, str | int]


@observed
def get_group(client: Client, group_id: int) -> RemoteGroup:
    """The group's name and owner."""
    return read_group(group_id, client.transport.read(_of(group_id)).as_read())


@observed
def list_roles(client: Client, group_id: int) -> list[RemoteRole]:
    """Every role of the group; Unusable where the list doesn't end."""
    found: dict[int, RemoteRole] = {}
    token = ""
    for _ in range(ROLE_PAGES_AT_MOST):
        query: Query = {"maxPageSize": ROLES_A_PAGE, **({"pageToken": token} if token else {})}
        page = client.transport.read(f"{_of(group_id)}/roles", query).as_read()
        found |= {role.role_id: role for role in read_roles(page)}
        token = read_page_token(page)
        if not page.get("nextPageToken"):
            return list(found.values())
        if not token:
            break
    raise Unusable("Roblox's list of roles did not end.")


@observed
def list_members(client: Client, group_id: int, role_id: int) -> list[int]:
    """The accounts with that role, from one page: of a larger role they are some."""
    role = f"groups/{group_id}/roles/{role_id}"
    query: Query = {"maxPageSize": MEMBERS_A_PAGE, "filter": f"role == '{role}'"}
    page = client.transport.read(f"{_of(group_id)}/memberships", query).as_read()
    return read_members(page)


@observed
def read_log(client: Client, group_id: int, *, since: datetime, pages: int) -> GroupLog:
    """What the group's audit log tells since then, the newest first, from so many pages at most."""
    entries: list[LogEntry] = []
    path, cursor = f"/legacy-groups/v1/groups/{group_id}/audit-log", ""
    for _ in range(pages):
        query: Query = {"limit": ENTRIES_A_PAGE, "sortOrder": "Desc"}
        page = client.transport.read(path, query | ({"cursor": cursor} if cursor else {})).as_read()
        found = read_entries(page)
        entries += found
        cursor = read_cursor(page)
        if not cursor or any(entry.time < since for entry in found):
            return GroupLog(tuple(entry for entry in entries if entry.time >= since))
    oldest = min((entry.time for entry in entries), default=None)
    return GroupLog(tuple(entries), reaches_to=oldest)


def _of(group_id: int) -> str:
    return f"/cloud/v2/groups/{group_id}"
