"""API keys: whom they belong to, what they may do, and whether they may be used at all."""

from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self

from emulator.documents import Document
from emulator.universe import Profile

READ_SECRETS = "universe.secret:read"
WRITE_SECRETS = "universe.secret:write"
READ_UNIVERSE = "universe:read"
WRITE_UNIVERSE = "universe:write"
WRITE_PLACES = "universe-places:write"
READ_GROUP = "group:read"
MANAGE_GROUP = "legacy-group:manage"


# A key that is neither used nor changed for so long expires by itself (documented).
UNUSED_AT_MOST = timedelta(days=60)
# Introspection knows a key for about an hour after it was made (seen in a client).
INTROSPECTED_FOR = timedelta(hours=1)


class Block(StrEnum):
    """Why a key can't be used although it is enabled and has not expired (documented)."""

    NONE = ""
    # Who made a key of a group lost the rights.
    REVOKED = "revoked"
    # Roblox changed the key's secret.
    MODERATED = "moderated"
    # The account of the key was moderated.
    USER_MODERATED = "user moderated"


@dataclass(frozen=True)
class ApiKey:
    """One API key.

    `universes` None means all of them; `allowed` tells whether the caller's address is on the
    key's list, `permitted` whether its owner holds the permission for secrets in the group.
    `made` is when it was made or changed last, `used` when it was last let in.
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

    block: Block = Block.NONE
    made: datetime | None = None
    used: datetime | None = None

    @classmethod
    def from_document(cls, document: Document) -> Self:
        """The key that `as_document` described; older files hold no block and no later times."""
        universes, times = document["universes"], ("expires", "made", "used")
        return cls(
            **{
                **document,
                "universes": None if universes is None else frozenset(universes),
                "scopes": frozenset(document["scopes"]),
                "block": Block(document.get("block", "")),
                **{name: _read_time(document.get(name)) for name in times},
            }
        )

    def as_document(self) -> Document:
        """What the state file keeps of the key."""
        times = {name: _written(getattr(self, name)) for name in ("expires", "made", "used")}
        return {
            **asdict(self),
            "universes": None if self.universes is None else sorted(self.universes),
            "scopes": sorted(self.scopes),
            **times,
        }

    def expired(self, now: datetime) -> bool:
        """Whether the key's time is over, by its date or because nobody used it."""
        is_over = self.expires is not None and self.expires <= now
        return is_over or self._was_left_alone(now)

    def _was_left_alone(self, now: datetime) -> bool:
        times = [time for time in (self.made, self.used) if time is not None]
        return bool(times) and max(times) + UNUSED_AT_MOST <= now

    def usable(self, now: datetime) -> bool:
        """Whether a request under this key gets past the gateway."""
        return self.enabled and self.allowed and not self.block and not self.expired(now)

    def introspected(self, now: datetime) -> bool:
        """Whether introspection still tells of the key; of one that is blocked it tells nothing."""
        is_new = self.made is None or now < self.made + INTROSPECTED_FOR
        return is_new and not self.block

    def used_at(self, now: datetime) -> "ApiKey":
        """The key after it was let in."""
        return replace(self, used=now)

    @property
    def limited_as(self) -> int:
        """Whom its calls are counted for: all keys of an owner together (documented)."""
        return self.owner_id

    def may(self, scope: str, profile: Profile) -> bool:
        """Whether the key holds the scope for the universe, and its owner the right to use it."""
        covered = self.universes is None or profile.universe_id in self.universes
        owned = profile.user_id is None or profile.user_id == self.owner_id
        return scope in self.scopes and covered and owned and self.permitted


def _read_time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _written(time: datetime | None) -> str | None:
    return None if time is None else time.isoformat()
