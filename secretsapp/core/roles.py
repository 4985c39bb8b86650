"""Roles and permissions, and the one table between them."""

from collections.abc import Sequence
from enum import StrEnum

from secretsapp.core.errors import Forbidden


class Permission(StrEnum):
    """A thing that can be allowed; the first ten are about one universe."""

    LIST_SECRETS = "list_secrets"
    CREATE_SECRET = "create_secret"  # noqa: S105 - the name of a right
    ROTATE_SECRET = "rotate_secret"  # noqa: S105 - the name of a right
    CHANGE_DOMAIN = "change_domain"
    EDIT_DETAILS = "edit_details"
    DELETE_SECRET = "delete_secret"  # noqa: S105 - the name of a right
    MANAGE_GRANTS = "manage_grants"
    READ_AUDIT = "read_audit"
    RESTART_SERVERS = "restart_servers"
    PUBLISH_PLACES = "publish_places"
    MANAGE_UNIVERSES = "manage_universes"
    MANAGE_API_KEYS = "manage_api_keys"
    MANAGE_PEOPLE = "manage_people"
    MANAGE_CHANNELS = "manage_channels"


# What is in braces is about a secret, or about secrets in general.
_WORDS = {
    Permission.LIST_SECRETS: "list {}",
    Permission.CREATE_SECRET: "create {}",
    Permission.ROTATE_SECRET: "rotate {}",
    Permission.CHANGE_DOMAIN: "change the allowed host of {}",
    Permission.EDIT_DETAILS: "edit the note and owner of {}",
    Permission.DELETE_SECRET: "delete {}",
    Permission.MANAGE_GRANTS: "manage access",
    Permission.READ_AUDIT: "read the audit log",
    Permission.RESTART_SERVERS: "restart game servers",
    Permission.PUBLISH_PLACES: "publish places",
    Permission.MANAGE_UNIVERSES: "manage universes",
    Permission.MANAGE_API_KEYS: "manage API keys",
    Permission.MANAGE_PEOPLE: "manage people",
    Permission.MANAGE_CHANNELS: "manage channels",
}
PERMISSION_WORDS = {each: words.format("secrets") for each, words in _WORDS.items()}

# The same in a word or two, where many stand in a row.
PERMISSION_VERBS = {
    Permission.LIST_SECRETS: "list",
    Permission.CREATE_SECRET: "create",
    Permission.ROTATE_SECRET: "rotate",
    Permission.CHANGE_DOMAIN: "change allowed hosts",
    Permission.EDIT_DETAILS: "edit notes and owners",
    Permission.DELETE_SECRET: "delete",
    Permission.MANAGE_GRANTS: "manage access",
    Permission.READ_AUDIT: "read the audit log",
    Permission.RESTART_SERVERS: "restart game servers",
    Permission.PUBLISH_PLACES: "publish places",
    Permission.MANAGE_UNIVERSES: "manage universes",
    Permission.MANAGE_API_KEYS: "manage API keys",
    Permission.MANAGE_PEOPLE: "manage people",
    Permission.MANAGE_CHANNELS: "manage channels",
}
# What a role gives with the secrets of a universe, even where it holds in one alone.
ABOUT_SECRETS = tuple(Permission)[:10]


def permission_on(permission: Permission, name: str) -> str:
    """What the permission allows, in words, on the secret `name`; on secrets where it is empty."""
    return _WORDS[permission].format(name or "secrets")


class Role(StrEnum):
    """A named bundle of permissions that a grant gives."""

    ADMIN = "admin"
    MANAGER = "manager"
    EDITOR = "editor"
    ROTATOR = "rotator"
    VIEWER = "viewer"
    AUDITOR = "auditor"


ROLE_WORDS = {
    Role.ADMIN: "Admin",
    Role.MANAGER: "Manager",
    Role.EDITOR: "Editor",
    Role.ROTATOR: "Rotator",
    Role.VIEWER: "Viewer",
    Role.AUDITOR: "Auditor",
}

_VIEWER = frozenset({Permission.LIST_SECRETS})
_ROTATOR = _VIEWER | {Permission.ROTATE_SECRET}
_EDITOR = _ROTATOR | {
    Permission.CREATE_SECRET,
    Permission.CHANGE_DOMAIN,
    Permission.EDIT_DETAILS,
}
_AUDITOR = _VIEWER | {Permission.READ_AUDIT}
_MANAGER = (
    _EDITOR
    | _AUDITOR
    | {Permission.DELETE_SECRET, Permission.MANAGE_GRANTS}
    | {Permission.RESTART_SERVERS, Permission.PUBLISH_PLACES}
)

PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.ADMIN: frozenset(Permission),
    Role.MANAGER: _MANAGER,
    Role.EDITOR: _EDITOR,
    Role.ROTATOR: _ROTATOR,
    Role.VIEWER: _VIEWER,
    Role.AUDITOR: _AUDITOR,
}


def roles_with(permission: Permission) -> list[Role]:
    """The roles that give `permission`, the mightiest first."""
    return [role for role in Role if permission in PERMISSIONS[role]]


def refusal(permission: Permission, universe_id: int | None = None, name: str = "") -> Forbidden:
    """The refusal of a permission, in words that say who has it."""
    roles = roles_with(permission)
    whom = "an admin" if roles == [Role.ADMIN] else "a manager or an admin"
    return Forbidden(
        f"You can’t {permission_on(permission, name)}. "
        f"You need the {_one_of(roles)} role. Ask {whom}.",
        permission=permission,
        universe_id=universe_id,
        secret_name=name,
    )


def _one_of(roles: Sequence[Role]) -> str:
    """The roles in words, the one that gives least first."""
    most, *others = (ROLE_WORDS[role] for role in roles)
    return " or ".join(filter(None, (", ".join(reversed(others)), most)))
