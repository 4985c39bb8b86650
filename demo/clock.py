"""The time at which the demo's past is told, to the dashboard and to the emulator alike."""

import time
from datetime import UTC, datetime, timedelta

from django.utils import timezone

NANOSECONDS = 1_000_000_000


class StoryClock:
    """Goes like the machine's clock, from whatever moment it was set to."""

    def __init__(self) -> None:
        self._behind = timedelta()

    def set_to(self, moment: datetime) -> None:
        """Go on from this moment."""
        self._behind = datetime.now(UTC) - moment

    def now(self) -> datetime:
        """The moment that it is in the story."""
        return datetime.now(UTC) - self._behind

    def nanoseconds(self) -> int:
        """The same, in nanoseconds since 1970."""
        return time.time_ns() - round(self._behind.total_seconds() * NANOSECONDS)

    def rule(self) -> None:
        """Let all that asks Django for the time be told it by this clock, in this process."""
        timezone.now = self.now
