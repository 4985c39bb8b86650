"""What needs an actor, as the first page tells it: one line each."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from secretsapp.models import ApiKey, Channel, Universe

NAMES_SHOWN = 3


class Trouble(StrEnum):
    """Why something needs someone, the most pressing first."""

    KEY_ENDED = "key_ended"
    KEY_FAILS = "key_fails"
    KEY_LACKS = "key_lacks"
    CHANNEL_STOPPED = "channel_stopped"
    SYNC_FAILED = "sync_failed"
    MISSING = "missing"
    UNDETERMINED = "undetermined"
    UNKNOWN = "unknown"
    DRIFTED = "drifted"
    DUE = "due"
    KEY_ENDS = "key_ends"


@dataclass(frozen=True)
class Need:
    """One trouble: of a universe and the secrets that have it, of an API key, a channel, a reading.

    `time` is when it was noticed; of a key's end, when it is; of a failed sync, the last good one;
    of `due` secrets that are to be rotated, of all universes, it is when the first of them was due.
    `listed` are those of the names that are in the list of the universe; `unread` are universes
    whose sync failed for the same reason. `may_fix` says whether the actor may do what ends it,
    and `found` is what a form carries that marks a single secret as reviewed.
    """

    trouble: Trouble
    time: datetime | None
    universe: Universe | None = None
    api_key: ApiKey | None = None
    channel: Channel | None = None
    names: tuple[str, ...] = ()
    listed: frozenset[str] = frozenset()
    unread: tuple[Universe, ...] = ()
    may_fix: bool = True
    found: str = ""
    due: int = 0

    @property
    def has_page(self) -> bool:
        """Whether it is about a single secret, on whose page it is fixed."""
        return len(self.names) == 1 and self.names[0] in self.listed

    @property
    def universes(self) -> tuple[Universe, ...]:
        """The universes that it names."""
        return self.unread or ((self.universe,) if self.universe else ())

    @property
    def is_marked_in_list(self) -> bool:
        """Whether the list of the universe marks its secrets as needing attention."""
        return bool(self.listed) and self.trouble is not Trouble.UNDETERMINED

    @property
    def shown(self) -> tuple[str, ...] | tuple[Universe, ...]:
        """The first few of the names, or of the universes that could not be read."""
        return self.names[:NAMES_SHOWN] or self.unread[:NAMES_SHOWN]

    @property
    def further(self) -> int:
        """How many there are beyond those shown."""
        return len(self.names or self.unread) - len(self.shown)
