"""A group's owner, roles, members and audit log; and what Roblox may leave out or get wrong."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from emulator import MANAGE_GROUP, READ_GROUP, Emulator, Group, faults
from secretsapp.opencloud import group_types, groups
from secretsapp.opencloud.answers import Missing, NotAllowed, Unusable
from secretsapp.opencloud.client import Client
from secretsapp.opencloud.group_types import RemoteGroup
from tests.opencloud.calls import KEY

GROUP, OWNER, MEMBER = 42, 700, 701
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@pytest.fixture
def group(emulator: Emulator) -> Group:
    """A group of the account whose key is used."""
    emulator.add_api_key(KEY, owner_id=OWNER, scopes={READ_GROUP, MANAGE_GROUP})
    return emulator.add_group(GROUP, name="Harbor Works", owner_id=OWNER)


def test_a_group_has_a_name_and_perhaps_an_owner(client: Client, group: Group) -> None:
    assert groups.get_group(client, GROUP) == RemoteGroup(GROUP, "Harbor Works", OWNER)
    group.give_to(None)
    assert groups.get_group(client, GROUP).owner_id is None
    with pytest.raises(Missing):
        groups.get_group(client, 4711)


def test_every_role_is_listed_however_many_pages_they_take(client: Client, group: Group) -> None:
    for number in range(2, 42):
        group.add_role(f"Rank {number}", number, ("viewAuditLog",))
    roles = groups.list_roles(client, GROUP)
    assert len(roles) == 43
    last = next(role for role in roles if role.name == "Rank 41")
    assert (last.rank, last.members, last.permissions) == (41, 0, ("viewAuditLog",))
    assert last.update_time
    for number in range(42, 81):
        group.add_role(f"Rank {number}", number)
    with pytest.raises(Unusable):
        groups.list_roles(client, GROUP)


def test_what_only_the_owner_is_shown_of_a_role_is_unknown_to_others(
    client: Client, emulator: Emulator, group: Group
) -> None:
    emulator.add_api_key(KEY, owner_id=9)
    [guest, member, _] = groups.list_roles(client, GROUP)
    assert (guest.members, guest.permissions) == (None, ())
    assert (member.members, member.permissions, member.update_time) == (0, None, "")


def test_members_of_a_role_are_one_page_of_them(client: Client, group: Group) -> None:
    role = group.add_role("Developer", 50)
    for number in range(120):
        group.assign(1000 + number, role.role_id)
    assert len(groups.list_members(client, GROUP, role.role_id)) == 100


def test_the_log_is_read_back_to_a_moment(client: Client, group: Group) -> None:
    now = datetime.now(UTC)
    role = group.add_role("Developer", 50)
    for hours in range(150, 0, -1):
        group.assign(MEMBER, role.role_id, created=now - timedelta(hours=hours))
    some = groups.read_log(client, GROUP, since=now - timedelta(hours=10, minutes=1), pages=5)
    assert [entry.action for entry in some.entries] == ["CreateRoleset", *["ChangeRank"] * 10]
    assert some.reaches_to is None
    assert some.entries[1].about == "account_701 · Developer"
    assert (some.entries[1].user_id, some.entries[1].user_name) == (OWNER, "account_700")
    everything = groups.read_log(client, GROUP, since=LONG_AGO, pages=5)
    assert (len(everything.entries), everything.reaches_to) == (151, None)
    cut = groups.read_log(client, GROUP, since=LONG_AGO, pages=1)
    assert (len(cut.entries), cut.reaches_to) == (100, cut.entries[-1].time)


def test_a_key_that_may_not_read_the_log_is_told_so(
    client: Client, emulator: Emulator, group: Group
) -> None:
    emulator.add_api_key(KEY, owner_id=OWNER, scopes={READ_GROUP})
    with pytest.raises(NotAllowed):
        groups.read_log(client, GROUP, since=LONG_AGO, pages=1)


@pytest.mark.parametrize("owner", ["groups/5", "users/", "users/x", 5, {}, "users/" + "9" * 19])
def test_an_owner_that_can_not_be_read_is_never_called_none(owner: object) -> None:
    with pytest.raises(Unusable):
        group_types.read_group(GROUP, {"owner": owner})


@pytest.mark.parametrize(
    "role",
    [None, "x", {}, {"id": "x", "rank": 1}, {"id": "1", "rank": 256}, {"id": "1", "rank": "1"}],
)
def test_a_role_that_can_not_be_one_spoils_the_list(role: object) -> None:
    with pytest.raises(Unusable):
        group_types.read_roles({"groupRoles": [role]})


def test_what_is_odd_about_a_role_is_left_out() -> None:
    odd = {"id": 7, "displayName": "a\x00b", "memberCount": -1, "permissions": {"x y": True}}
    [role] = group_types.read_roles({"groupRoles": [odd]})
    assert (role.role_id, role.rank, role.name, role.members) == (7, 0, "", None)
    assert (role.permissions, role.update_time) == ((), "")
    [long] = group_types.read_roles({"groupRoles": [{"id": "7", "displayName": "n" * 200}]})
    assert len(long.name) == 100
    assert group_types.read_roles({}) == []


@pytest.mark.parametrize(
    "read", [group_types.read_roles, group_types.read_members, group_types.read_entries]
)
def test_what_is_no_list_is_not_taken_for_an_empty_one(
    read: Callable[[dict[str, object]], list[object]],
) -> None:
    with pytest.raises(Unusable):
        read({"groupRoles": 1, "groupMemberships": "x", "data": {}})


def test_an_entry_without_what_it_should_have_is_told_as_far_as_it_can_be() -> None:
    when = "2026-03-01T10:00:00Z"
    items = [{"created": when}, {"created": "x"}, 5, {"created": when, "actionType": "<b>"}]
    bare, odd = group_types.read_entries({"data": items})
    assert (bare.action, bare.user_id, bare.user_name, bare.about) == ("", None, "", "")
    assert odd.action == ""
    spaced = {"created": when, "actionType": "Change Rank", "actor": {"user": None}}
    [entry] = group_types.read_entries({"data": [spaced]})
    assert entry.action == "ChangeRank"
    assert group_types.read_members({"groupMemberships": [{}, {"user": 5}, {"user": "x"}]}) == []


def test_a_page_of_more_than_any_has_is_none() -> None:
    roles = [{"id": number} for number in range(1, 102)]
    assert len(group_types.read_roles({"groupRoles": roles[:100]})) == 100
    with pytest.raises(Unusable):
        group_types.read_roles({"groupRoles": roles})
    members = [{"user": f"users/{number}"} for number in range(1, 102)]
    with pytest.raises(Unusable):
        group_types.read_members({"groupMemberships": members})
    with pytest.raises(Unusable):
        group_types.read_entries({"data": [{}] * 101})


def test_of_a_role_with_more_permissions_than_there_can_be_none_counts() -> None:
    many = {first + "x" * number: True for first in "pq" for number in range(51)}
    [role] = group_types.read_roles({"groupRoles": [{"id": 7, "permissions": many}]})
    assert role.permissions is None


def test_a_list_that_goes_on_where_it_can_not_be_followed_is_none(
    client: Client, emulator: Emulator, group: Group
) -> None:
    page = {"groupRoles": [{"id": 7}], "nextPageToken": "x" * 1001}
    emulator.inject(faults.status(200, page), path="/roles")
    with pytest.raises(Unusable):
        groups.list_roles(client, GROUP)
