"""A group, its roles, members and audit log, as the official description has them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from emulator import MANAGE_GROUP, READ_GROUP, Emulator, Group
from tests.emulator.caller import Caller

GROUP, OWNER, MEMBER = 42, 700, 701


@pytest.fixture
def group(emulator: Emulator) -> Group:
    """A group with one role of its own, which one account has."""
    group = emulator.add_group(GROUP, name="Harbor Works", owner_id=OWNER)
    role = group.add_role("Developer", 50, ("viewAuditLog",))
    group.assign(MEMBER, role.role_id)
    return group


@pytest.fixture
def owner(emulator: Emulator, group: Group) -> Iterator[Caller]:
    """A caller under a key of the group's owner, with every scope that there is for groups."""
    emulator.add_api_key("owner", owner_id=OWNER, scopes={READ_GROUP, MANAGE_GROUP})
    with Caller(emulator.url, 1, "owner") as caller:
        yield caller


def under(emulator: Emulator, key: str, owner_id: int, *scopes: str) -> Caller:
    """A caller under another key."""
    emulator.add_api_key(key, owner_id=owner_id, scopes=scopes)
    return Caller(emulator.url, 1, key)


def ask(caller: Caller, part: str = "", group: object = GROUP, **query: object) -> Any:
    """What is answered about the group."""
    return caller.call("GET", f"/cloud/v2/groups/{group}{part}", params=query)


def log(caller: Caller, group: object = GROUP, **query: object) -> Any:
    """What is answered about its audit log."""
    return caller.call("GET", f"/legacy-groups/v1/groups/{group}/audit-log", params=query)


def test_a_group_tells_its_owner_and_one_without_tells_none(owner: Caller, group: Group) -> None:
    found = ask(owner).json()
    assert (found["path"], found["id"]) == ("groups/42", "42")
    assert (found["displayName"], found["owner"]) == ("Harbor Works", "users/700")
    group.give_to(None)
    assert "owner" not in ask(owner).json()


def test_roles_come_in_pages(owner: Caller) -> None:
    first = ask(owner, "/roles", maxPageSize=3).json()
    second = ask(owner, "/roles", maxPageSize=3, pageToken=first["nextPageToken"]).json()
    names = [each["displayName"] for each in first["groupRoles"] + second["groupRoles"]]
    assert names == ["Guest", "Member", "Owner", "Developer"]
    assert "nextPageToken" not in second


def test_what_is_shown_of_a_role_depends_on_whose_key_asks(
    emulator: Emulator, owner: Caller, group: Group
) -> None:
    def shown(caller: Caller) -> dict[str, set[str]]:
        roles = ask(caller, "/roles").json()["groupRoles"]
        return {each["displayName"]: {"permissions", "updateTime"} & set(each) for each in roles}

    both, one = {"permissions", "updateTime"}, {"permissions"}
    assert shown(owner) == {"Guest": both, "Member": both, "Owner": both, "Developer": both}
    with under(emulator, "member", MEMBER, READ_GROUP) as caller:
        assert shown(caller)["Developer"] == one
        assert shown(caller)["Owner"] == set()
    with under(emulator, "stranger", 9) as caller:
        assert shown(caller) == {"Guest": one, "Member": set(), "Owner": set(), "Developer": set()}
    guest, developer = (ask(owner, "/roles").json()["groupRoles"][each] for each in (0, 3))
    assert "memberCount" not in guest
    assert developer["memberCount"] == 1
    assert developer["permissions"] == {"viewAuditLog": True}


def test_members_are_listed_by_role_and_by_account(owner: Caller, group: Group) -> None:
    role = next(each for each in group.roles.values() if each.name == "Developer")
    path = f"groups/{GROUP}/roles/{role.role_id}"

    def members(**query: object) -> list[str]:
        found = ask(owner, "/memberships", **query).json()["groupMemberships"]
        return [each["user"] for each in found]

    assert members() == ["users/700", "users/701"]
    assert members(filter=f"role == '{path}'") == ["users/701"]
    assert members(filter="user == 'users/700'") == ["users/700"]
    assert ask(owner, "/memberships").json()["groupMemberships"][1]["roles"] == [path]
    assert ask(owner, "/memberships", filter="rank > 5").status_code == 400


def test_the_audit_log_goes_both_ways_and_can_be_filtered(owner: Caller, group: Group) -> None:
    for number in range(12):
        group.tell("PublishPlace", {"number": number}, user_id=MEMBER)
    forth = log(owner).json()
    assert [each["actionType"] for each in forth["data"][:2]] == ["CreateRoleset", "ChangeRank"]
    assert len(forth["data"]) == 10
    rest = log(owner, cursor=forth["nextPageCursor"]).json()
    assert (len(rest["data"]), rest["nextPageCursor"]) == (4, None)
    assert log(owner, cursor=rest["previousPageCursor"]).json()["data"] == forth["data"]
    back = log(owner, sortOrder="Desc", limit=100).json()["data"]
    assert back == [*reversed(forth["data"] + rest["data"])]
    assert [each["actionType"] for each in log(owner, userId=OWNER).json()["data"]] == [
        "CreateRoleset",
        "ChangeRank",
    ]
    assert len(log(owner, actionType="PublishPlace", limit=25).json()["data"]) == 12
    assert back[0]["actor"]["user"] == {
        "userId": MEMBER,
        "username": "account_701",
        "displayName": "account_701",
    }
    assert back[0]["actor"]["role"]["name"] == "Developer"


def test_only_who_may_view_the_log_is_shown_it(emulator: Emulator, owner: Caller) -> None:
    assert log(owner).status_code == 200
    with under(emulator, "member", MEMBER, MANAGE_GROUP) as caller:
        assert log(caller).status_code == 200
    with under(emulator, "without scope", OWNER, READ_GROUP) as caller:
        refused = log(caller)
        assert (refused.status_code, refused.json()["errors"][0]["code"]) == (403, 23)
    with under(emulator, "stranger", 9, MANAGE_GROUP) as caller:
        assert log(caller).status_code == 403
    with Caller(emulator.url, 1, None) as caller:
        assert log(caller).status_code == 401
        assert ask(caller).status_code == 401


@pytest.mark.parametrize(
    "query", [{"limit": 20}, {"cursor": "x"}, {"sortOrder": "Up"}, {"userId": "x"}]
)
def test_what_the_log_does_not_document_is_refused(owner: Caller, query: dict[str, object]) -> None:
    refused = log(owner, **query)
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (400, 8)


def test_a_group_that_is_not_there_is_said_to_be_missing(owner: Caller) -> None:
    assert ask(owner, group=4711).status_code == 404
    assert ask(owner, group="abc").status_code == 400
    refused = log(owner, 4711)
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (400, 1)
    assert ask(owner, "/roles", maxPageSize=0).status_code == 400
    assert ask(owner, "/roles", pageToken="x").status_code == 400


def test_changes_of_the_group_stand_in_its_log(owner: Caller, group: Group) -> None:
    role = next(each for each in group.roles.values() if each.name == "Developer")
    group.change_role(role.role_id, name="Engineer")
    group.remove_role(role.role_id)
    group.give_to(MEMBER)
    # Whoever owned it before may no longer view its log.
    assert log(owner).status_code == 403
    assert [each.action for each in group.log][-3:] == [
        "UpdateRolesetData",
        "DeleteRoleset",
        "ChangeOwner",
    ]


@pytest.mark.parametrize(
    ("path", "limit"),
    [
        ("/cloud/v2/groups/42", 150),
        ("/cloud/v2/groups/42/roles", 300),
        ("/cloud/v2/groups/42/memberships", 300),
        ("/legacy-groups/v1/groups/42/audit-log", 100),
    ],
)
def test_each_endpoint_has_its_own_limit(
    emulator: Emulator, owner: Caller, path: str, limit: int
) -> None:
    emulator.rate_limit = 1000
    answered = owner.call("GET", path)
    assert answered.headers["x-ratelimit-remaining"] == str(limit - 1)


def test_a_group_is_kept_over_a_restart(tmp_path: Path) -> None:
    first = Emulator(state_file=tmp_path / "state.json")
    group = first.add_group(GROUP, name="Harbor Works", owner_id=OWNER)
    group.assign(MEMBER, group.add_role("Developer", 50).role_id)
    again = Emulator(state_file=tmp_path / "state.json").groups[GROUP]
    assert again.as_document() == group.as_document()
    assert again.add_role("Builder", 60).role_id not in group.roles
