"""A group of accounts: its owner, its roles, who has them, and what its audit log tells."""

from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from itertools import count
from typing import Any, Self

from emulator.clock import as_text
from emulator.documents import Document
from emulator.universe import Shared

GUEST_RANK = 0
FIRST_ROLE_ID = 100


@dataclass(frozen=True)
class GroupRole:
    """A role; `permissions` are the documented names of those that it has."""

    role_id: int
    name: str
    rank: int
    permissions: tuple[str, ...]
    create_time: str
    update_time: str


@dataclass(frozen=True)
class LogEntry:
    """What an account did in the group."""

    action: str
    user_id: int
    created: str
    description: dict[str, Any] = field(default_factory=dict)


class Group:
    """One group, which a test may change behind everyone's back; the log is told by the way.

    It begins with an owner and the roles that every group has: Guest, Member and Owner.
    """

    def __init__(self, group_id: int, name: str, owner_id: int | None, shared: Shared) -> None:
        self.id = group_id
        self.name = name
        self.owner_id = owner_id
        self.roles: dict[int, GroupRole] = {}
        self.members: dict[int, tuple[int, ...]] = {}
        self.log: list[LogEntry] = []
        self.create_time = shared.clock.tell()
        self._shared = shared
        self._ids = count(FIRST_ROLE_ID)

    @classmethod
    def fresh(cls, group_id: int, name: str, owner_id: int | None, shared: Shared) -> Self:
        """A group with its first roles, in which its owner is alone."""
        group = cls(group_id, name, owner_id, shared)
        roles = {
            each: group.add_role(each, rank, is_told=False)
            for each, rank in (("Guest", GUEST_RANK), ("Member", 1), ("Owner", 255))
        }
        if owner_id is not None:
            group.members[owner_id] = (roles["Owner"].role_id,)
        return group

    @classmethod
    def from_document(cls, document: Document, shared: Shared) -> Self:
        """The group that `as_document` described."""
        group = cls(document["id"], document["name"], document["owner_id"], shared)
        group.create_time = document["create_time"]
        roles = [
            GroupRole(**{**each, "permissions": tuple(each["permissions"])})
            for each in document["roles"]
        ]
        group.roles = {role.role_id: role for role in roles}
        group.members = {int(key): tuple(ids) for key, ids in document["members"].items()}
        group.log = [LogEntry(**each) for each in document["log"]]
        group._ids = count(max(group.roles, default=FIRST_ROLE_ID) + 1)
        return group

    def as_document(self) -> Document:
        """What the state file keeps of the group."""
        return {
            "id": self.id,
            "name": self.name,
            "owner_id": self.owner_id,
            "create_time": self.create_time,
            "roles": [asdict(role) for role in self.roles.values()],
            "members": {str(key): list(ids) for key, ids in self.members.items()},
            "log": [asdict(entry) for entry in self.log],
        }

    def add_role(
        self, name: str, rank: int, permissions: tuple[str, ...] = (), *, is_told: bool = True
    ) -> GroupRole:
        """A new role, made by the owner."""
        with self._shared.lock:
            now = self._shared.clock.tell()
            role = GroupRole(next(self._ids), name, rank, permissions, now, now)
            self.roles[role.role_id] = role
            if is_told:
                self.tell("CreateRoleset", _named(role), created=now)
            return role

    def change_role(self, role_id: int, **changed: Any) -> GroupRole:
        """Give a role another name, rank or permissions."""
        with self._shared.lock:
            now = self._shared.clock.tell()
            role = replace(self.roles[role_id], update_time=now, **changed)
            self.roles[role_id] = role
            self.tell("UpdateRolesetData", _named(role), created=now)
            return role

    def remove_role(self, role_id: int) -> None:
        """Delete a role; who had it has it no longer."""
        with self._shared.lock:
            role = self.roles.pop(role_id)
            self.members = {
                key: tuple(each for each in ids if each != role_id)
                for key, ids in self.members.items()
            }
            self.tell("DeleteRoleset", _named(role))

    def assign(self, user_id: int, role_id: int, *, created: datetime | None = None) -> None:
        """Let an account, be it in the group or not, have that role and no other."""
        with self._shared.lock:
            self.members[user_id] = (role_id,)
            target = {"TargetId": user_id, "TargetName": name_of(user_id)}
            rank = {"NewRoleSetId": role_id, "NewRoleSetName": self.roles[role_id].name}
            self.tell("ChangeRank", target | rank, created=created)

    def give_to(self, user_id: int | None) -> None:
        """Let another account own the group; None for nobody."""
        with self._shared.lock:
            self.tell("ChangeOwner" if user_id else "Abandon", {"NewOwnerId": user_id})
            self.owner_id = user_id
            self._shared.changed()

    def tell(
        self,
        action: str,
        description: dict[str, Any],
        *,
        user_id: int | None = None,
        created: datetime | str | None = None,
    ) -> None:
        """Let the group's log hold an action, of the owner unless another account is named."""
        with self._shared.lock:
            when = as_text(created or self._shared.clock.tell())
            actor = user_id or self.owner_id or 1
            self.log.append(LogEntry(action, actor, when, description))
            self._shared.changed()

    def roles_of(self, user_id: int) -> tuple[GroupRole, ...]:
        """The roles that an account has, the highest first."""
        held = [self.roles[each] for each in self.members.get(user_id, ())]
        return tuple(sorted(held, key=lambda role: -role.rank))


def name_of(user_id: int) -> str:
    """What an account is called."""
    return f"account_{user_id}"


def _named(role: GroupRole) -> dict[str, Any]:
    return {"RoleSetId": role.role_id, "RoleSetName": role.name}
