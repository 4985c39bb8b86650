"""Times as Roblox writes them: RFC 3339 in UTC with seven digits, and never the same one twice."""

import time
from collections.abc import Callable
from datetime import UTC, datetime

TICKS_PER_SECOND = 10_000_000
NANOSECONDS_PER_TICK = 100


class Clock:
    """Tells the time in ticks of 100 nanoseconds, each later than the one told before.

    `nanoseconds` gives those since 1970; it is the machine's clock unless another is given.
    """

    def __init__(self, nanoseconds: Callable[[], int] = time.time_ns) -> None:
        self.last_tick = 0
        self._nanoseconds = nanoseconds

    def now(self) -> datetime:
        """The time now, whatever was told before."""
        return datetime.fromtimestamp(self._nanoseconds() / 1e9, UTC)

    def tell(self) -> str:
        """The time now, or the next tick after the last if that is later."""
        return text_of(self.tick())

    def tick(self) -> int:
        """The same in ticks since 1970."""
        self.last_tick = max(self.ticks(), self.last_tick + 1)
        return self.last_tick

    def ticks(self) -> int:
        """The ticks since 1970, never before one that was told, and perhaps told again."""
        return max(self._nanoseconds() // NANOSECONDS_PER_TICK, self.last_tick)


def as_text(moment: datetime | str) -> str:
    """A time given by a test: a text is kept as it is, a moment must say its time zone."""
    if isinstance(moment, str):
        return moment
    if moment.tzinfo is None:
        raise ValueError("A time needs a time zone.")
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}0Z"


def text_of(tick: int) -> str:
    """The time of a tick, as Roblox writes it."""
    seconds, fraction = divmod(tick, TICKS_PER_SECOND)
    moment = datetime.fromtimestamp(seconds, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{fraction:07d}Z"
