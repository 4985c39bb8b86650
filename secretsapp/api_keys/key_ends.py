"""When an API key expires, how near that is, and that in a sentence: one rule for every door."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from secretsapp.core.times import sentence_time

# Early enough to find the person who creates keys at Roblox.
WARN_BEFORE = timedelta(days=30)
# From here on it is to be done now.
URGE_BEFORE = timedelta(days=7)

RENEW = "Create a new one at Roblox with the same account, and replace this one"


@dataclass(frozen=True)
class KeyEnd:
    """The end of a key, as far as it is known, and how much is left until then."""

    ends_at: datetime | None
    left: timedelta | None

    @property
    def is_over(self) -> bool:
        """Whether the key has expired."""
        return self.left is not None and self.left <= timedelta()

    @property
    def is_soon(self) -> bool:
        """Whether it expires soon, and has not yet."""
        return self.left is not None and timedelta() < self.left <= WARN_BEFORE

    @property
    def days_left(self) -> int:
        """The whole days until then; to be asked where it is known."""
        return self.left.days if self.left else 0

    @property
    def sentence(self) -> str:
        """When it expires or expired, or that Roblox does not say."""
        if self.ends_at is None:
            return "Roblox doesn’t say when it expires."
        when = sentence_time(self.ends_at)
        if self.is_over:
            return f"It expired on {when}."
        return f"It expires {self._soon}on {when}."

    @property
    def _soon(self) -> str:
        if not self.is_soon:
            return ""
        days = self.days_left
        return f"in {days} day{'' if days == 1 else 's'}, " if days else "within a day, "

    @property
    def to_do(self) -> str:
        """What to do about an end that is near or over; empty where there is time."""
        if self.left is None or self.left > WARN_BEFORE:
            return ""
        return f"{RENEW}{' now' if self.left <= URGE_BEFORE else ''}"


def end_at(ends_at: datetime | None) -> KeyEnd:
    """The end that is known of a key, None where none is, as it is seen now."""
    return KeyEnd(ends_at, ends_at - timezone.now() if ends_at else None)
