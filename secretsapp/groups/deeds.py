"""What an entry of a group's own audit log says was done, in words."""

from secretsapp.opencloud.group_types import LogEntry

__all__ = ["TOLD_ACTIONS", "LogEntry", "deed"]

_WORDS = {
    "ChangeOwner": "Gave the group to another owner",
    "Claim": "Took over the group, which nobody owned",
    "Abandon": "Gave up the group",
    "ChangeRank": "Changed a member’s rank",
    "AssignRole": "Gave a member a role",
    "UnassignRole": "Took a role from a member",
    "CreateRoleset": "Created a role",
    "DeleteRoleset": "Deleted a role",
    "UpdateRolesetRank": "Changed the rank of a role",
    "UpdateRolesetData": "Changed a role",
    "UpdateRoleSetPermissions": "Changed what a role may do",
    "AcceptJoinRequest": "Let someone in",
    "JoinGroup": "Joined",
    "RemoveMember": "Removed a member",
    "LeaveGroup": "Left",
    "UpdateGroupSecuritySettings": "Changed the security settings",
}
# The rest of a log can't let other people change secrets, and is left out.
TOLD_ACTIONS = frozenset(_WORDS)


def deed(entry: LogEntry) -> str:
    """What was done, such as `Changed a role`."""
    return _WORDS.get(entry.action, "Did something")
