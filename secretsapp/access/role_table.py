"""What each role may do, in words, drawn from the one table of permissions."""

from dataclasses import dataclass

from secretsapp.core.roles import PERMISSION_WORDS, PERMISSIONS, ROLE_WORDS, Permission, Role

SUMMARIES = {
    Role.ADMIN: "Everything in all universes, and people, API keys and universes themselves.",
    Role.MANAGER: "Everything with secrets, deletes them too, and gives others access.",
    Role.EDITOR: "Creates and rotates secrets, changes their domains, notes and owners.",
    Role.ROTATOR: "Gives new values to secrets that exist.",
    Role.VIEWER: "Lists secrets. Nobody ever sees a value.",
    Role.AUDITOR: "Lists secrets and reads the audit log.",
}


@dataclass(frozen=True)
class PermissionRow:
    """A permission, and for each role of the table whether it gives that."""

    words: str
    given: list[bool]


@dataclass(frozen=True)
class RoleTable:
    """The roles, the mightiest first, and what they may do."""

    roles: list[str]
    rows: list[PermissionRow]


def table() -> RoleTable:
    """The whole table; everybody may know it."""
    rows = [
        PermissionRow(_beginning_large(PERMISSION_WORDS[permission]), _given(permission))
        for permission in Permission
    ]
    return RoleTable([ROLE_WORDS[role] for role in Role], rows)


def _given(permission: Permission) -> list[bool]:
    return [permission in PERMISSIONS[role] for role in Role]


def _beginning_large(words: str) -> str:
    return words[:1].upper() + words[1:]
