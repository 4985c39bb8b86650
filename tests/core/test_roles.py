"""The one table between roles and permissions, written out."""

import pytest

from secretsapp.core.roles import (
    PERMISSION_WORDS,
    PERMISSIONS,
    ROLE_WORDS,
    Permission,
    Role,
    roles_with,
)

# A row for each permission, a letter for each role that gives it:
# Admin, Manager, Editor, Rotator, Viewer, aUditor.
TABLE = {
    "list_secrets": "AMERVU",
    "create_secret": "AME",
    "rotate_secret": "AMER",
    "change_domain": "AME",
    "edit_details": "AME",
    "delete_secret": "AM",
    "manage_grants": "AM",
    "read_audit": "AMU",
    "restart_servers": "AM",
    "publish_places": "AM",
    "manage_universes": "A",
    "manage_api_keys": "A",
    "manage_people": "A",
    "manage_channels": "A",
}
LETTERS = {
    "A": "admin",
    "M": "manager",
    "E": "editor",
    "R": "rotator",
    "V": "viewer",
    "U": "auditor",
}


@pytest.mark.parametrize(("permission", "letters"), TABLE.items())
def test_a_permission_comes_with_exactly_these_roles(permission: str, letters: str) -> None:
    expected = [LETTERS[letter] for letter in letters]
    assert roles_with(Permission(permission)) == expected
    assert [role for role in Role if permission in PERMISSIONS[role]] == expected


def test_the_table_is_whole() -> None:
    assert set(TABLE) == set(Permission)
    assert set(LETTERS.values()) == set(Role) == set(PERMISSIONS)


def test_every_role_and_permission_has_its_words() -> None:
    assert set(ROLE_WORDS) == set(Role)
    assert set(PERMISSION_WORDS) == set(Permission)
    assert len(set(ROLE_WORDS.values())) == len(Role)
    assert len(set(PERMISSION_WORDS.values())) == len(Permission)
