"""What each role may do, in words, drawn from the one table of permissions."""

from dataclasses import dataclass

from secretsapp.core.roles import PERMISSION_WORDS, PERMISSIONS, ROLE_WORDS, Permission, Role

SUMMARIES = {
    Role.ADMIN: "Can do everything in all universes, and manage people, API keys and universes.",
    Role.MANAGER: "Creates, rotates and deletes secrets, reads the audit log, and grants access.",
    Role.EDITOR: "Creates and rotates secrets, changes their allowed hosts, notes and owners.",
    Role.ROTATOR: "Rotates existing secrets.",
    Role.VIEWER: "Lists secrets. No one can ever see a value.",
    Role.AUDITOR: "Lists secrets and reads the audit log.",
}


@dataclass(frozen=True)
class PermissionRow:
    """A permission, and for each role of the table whether it gives that."""

    words: str
    given: list[bool]


@dataclass(frozen=True)
class RoleTable:
    """The roles, the mightiest first, what they may do, and the same in a sentence for each."""

    roles: list[str]
    rows: list[PermissionRow]
    summaries: list[tuple[str, str]]


def table() -> RoleTable:
    """The whole table; everyone may know it."""
    rows = [
        PermissionRow(_beginning_large(PERMISSION_WORDS[permission]), _given(permission))
        for permission in Permission
    ]
    summaries = [(ROLE_WORDS[role], SUMMARIES[role]) for role in Role]
    return RoleTable([ROLE_WORDS[role] for role in Role], rows, summaries)


def _given(permission: Permission) -> list[bool]:
    return [permission in PERMISSIONS[role] for role in Role]


def _beginning_large(words: str) -> str:
    return words[:1].upper() + words[1:]
