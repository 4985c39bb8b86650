"""What changed in a group between two readings, so that other people may change secrets.

Roblox tells in none of its answers which roles hold the permission for secrets. So each role that
is new or was changed is told of, and nothing is said about whether it has that permission.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from secretsapp.core.events.kinds import Event
from secretsapp.core.events.secrets import GroupEvent
from secretsapp.groups.records import Role, roles_of
from secretsapp.models import RobloxGroup
from secretsapp.models.universes import GroupNoticeKind

EVENTS: dict[GroupNoticeKind, Event] = {
    GroupNoticeKind.OWNER_CHANGED: GroupEvent.GROUP_OWNER_CHANGED,
    GroupNoticeKind.ROLE_ADDED: GroupEvent.GROUP_ROLE_ADDED,
    GroupNoticeKind.ROLE_CHANGED: GroupEvent.GROUP_ROLE_CHANGED,
}


@dataclass(frozen=True)
class Noticed:
    """One change: its kind, the role that it is about, and what changed in words."""

    kind: GroupNoticeKind
    what: str
    role: str = ""

    @property
    def detail(self) -> dict[str, str]:
        """The same for an event."""
        if self.kind is GroupNoticeKind.OWNER_CHANGED:
            return {"after": self.what}
        told = {"role": self.role, "what": self.what}
        return {key: text for key, text in told.items() if text}


def between(before: RobloxGroup, owner_id: int | None, roles: list[Role]) -> list[Noticed]:
    """What changed since `before`; nothing where that was never read, or can't be read any more."""
    known = roles_of(before)
    if before.read_at is None or known is None:
        return []
    return [*_owner(before.owner_id, owner_id), *_roles(known, roles)]


def _owner(before: int | None, after: int | None) -> Iterator[Noticed]:
    if before != after:
        yield Noticed(GroupNoticeKind.OWNER_CHANGED, account(after))


def account(user_id: int | None) -> str:
    """An account in words, by its id: names can be changed and imitated."""
    return "nobody" if user_id is None else f"account {user_id}"


def _roles(before: list[Role], after: list[Role]) -> Iterator[Noticed]:
    known = {role.role_id: role for role in before}
    for role in after:
        earlier = known.get(role.role_id)
        if earlier is None:
            yield Noticed(GroupNoticeKind.ROLE_ADDED, "", role.title)
        elif found := list(_differences(earlier, role)):
            yield Noticed(GroupNoticeKind.ROLE_CHANGED, ", ".join(found), role.title)


def _differences(before: Role, after: Role) -> Iterator[str]:
    """What of a role is another; what one of the two readings wasn't told says nothing."""
    if before.name != after.name:
        yield f"it was called {before.title}"
    if before.rank != after.rank:
        yield f"rank {before.rank} became {after.rank}"
    if None not in (before.permissions, after.permissions):
        yield from _permissions(set(before.permissions or ()), set(after.permissions or ()))
    both_told = before.update_time and after.update_time
    same = (before.name, before.rank, before.permissions)
    is_same = same == (after.name, after.rank, after.permissions)
    if both_told and before.update_time != after.update_time and is_same:
        # What Roblox doesn't tell of a role can be what changed, the permission for secrets too.
        yield "Roblox doesn’t say what"


def _permissions(before: set[str], after: set[str]) -> Iterator[str]:
    yield from (f"has {each} now" for each in sorted(after - before))
    yield from (f"no longer has {each}" for each in sorted(before - after))
