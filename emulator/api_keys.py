"""API keys: whom they belong to, what they may do, and whether they may be used at all."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Self

from emulator.documents import Document
from emulator.universe import Profile

READ_SECRETS = "universe.secret:read"
WRITE_SECRETS = "universe.secret:write"
READ_UNIVERSE = "universe:read"
WRITE_UNIVERSE = "universe:write"


@dataclass(frozen=True)
class ApiKey:
    """One API key.

    `universes` None means all of them; `allowed` tells whether the caller's address is on the
    key's list, `permitted` whether its owner holds the permission for secrets in the group.
    """

    key: str = field(repr=False)
    name: str
    owner_id: int
    universes: frozenset[int] | None
    scopes: frozenset[str]
    expires: datetime | None
    enabled: bool
    allowed: bool
    permitted: bool

    @classmethod
    def from_document(cls, document: Document) -> Self:
        """The key that `as_document` described."""
        universes, expires = document["universes"], document["expires"]
        return cls(
            **{
                **document,
                "universes": None if universes is None else frozenset(universes),
                "scopes": frozenset(document["scopes"]),
                "expires": None if expires is None else datetime.fromisoformat(expires),
            }
        )

    def as_document(self) -> Document:
        """What the state file keeps of the key."""
        return {
            "key": self.key,
            "name": self.name,
            "owner_id": self.owner_id,
            "universes": None if self.universes is None else sorted(self.universes),
            "scopes": sorted(self.scopes),
            "expires": None if self.expires is None else self.expires.isoformat(),
            "enabled": self.enabled,
            "allowed": self.allowed,
            "permitted": self.permitted,
        }

    @property
    def expired(self) -> bool:
        """Whether the key's time is over."""
        return self.expires is not None and self.expires <= datetime.now(UTC)

    @property
    def usable(self) -> bool:
        """Whether a request under this key gets past the gateway."""
        return self.enabled and self.allowed and not self.expired

    def may(self, scope: str, profile: Profile) -> bool:
        """Whether the key holds the scope for the universe, and its owner the right to use it."""
        covered = self.universes is None or profile.universe_id in self.universes
        owned = profile.user_id is None or profile.user_id == self.owner_id
        return scope in self.scopes and covered and owned and self.permitted
