"""What is known of an API key in the universes it serves, in one vocabulary.

The words are stored with the key: one that exists keeps its spelling.
"""

from enum import StrEnum


class KeyVerdict(StrEnum):
    """Whether a key opens what it was tried on, or why not."""

    UNTESTED = ""
    # It serves no universe to be tried on.
    UNUSED = "unused"
    OPENS = "opens"
    # It can read, but has no scope to change anything: in all universes tested, or in some.
    READS_ONLY = "reads_only"
    READS_ONLY_SOMEWHERE = "reads_only_somewhere"
    # Roblox tells nothing of the key: it is wrong, or the address is not on its list.
    REFUSED = "refused"
    ENDED = "ended"
    DISABLED = "disabled"
    # Roblox has the key enabled and refuses it: most likely the address is not on its list.
    NOT_FROM_HERE = "not_from_here"
    # Roblox does not say which of the three below it is.
    NOT_ALLOWED = "not_allowed"
    NOT_COVERED = "not_covered"
    LACKS_RIGHT = "lacks_right"
    LACKS_READ = "lacks_read"
    # Roblox has no such universe.
    MISSING = "missing"
    # It can't read the game servers of a universe that it is for; its secrets it can.
    LACKS_SERVERS = "lacks_servers"
    UNREACHABLE = "unreachable"
    UNUSABLE = "unusable"
    # For a reason that its sentence tells.
    FAILS_OTHERWISE = "fails_otherwise"

    @classmethod
    def _missing_(cls, value: object) -> "KeyVerdict":
        """A word that was written past us, or by a later version, proves nothing good."""
        return cls.FAILS_OTHERWISE

    @property
    def is_of_key(self) -> bool:
        """Whether the key itself is refused, whatever the universe."""
        return self in _OF_KEY

    @property
    def is_failure(self) -> bool:
        """Whether something that it was tried on could not be read."""
        return self not in _READING and self not in UNPROVEN

    @property
    def has_read(self) -> bool:
        """Whether it read something, which counts as a use of the key."""
        return self in _READING

    @property
    def passed(self) -> bool | None:
        """Whether the key works; None where it was tried on nothing."""
        return None if self in UNPROVEN else self is KeyVerdict.OPENS


_OF_KEY = (KeyVerdict.REFUSED, KeyVerdict.ENDED, KeyVerdict.DISABLED, KeyVerdict.NOT_FROM_HERE)
_READING = (KeyVerdict.OPENS, KeyVerdict.READS_ONLY, KeyVerdict.READS_ONLY_SOMEWHERE)
# They say nothing of the key.
OF_THE_WAY = (KeyVerdict.UNREACHABLE, KeyVerdict.UNUSABLE)
UNPROVEN = (KeyVerdict.UNTESTED, KeyVerdict.UNUSED)
FAILING = tuple(verdict for verdict in KeyVerdict if verdict.passed is False)


def has_passed(verdict: str) -> bool | None:
    """Whether the stored verdict says that the key works; None where it was tried on nothing."""
    return KeyVerdict(verdict).passed
