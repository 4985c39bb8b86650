"""How many calls Roblox still allows: each call has a limit of its own for each owner of keys."""

import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

from secretsapp.opencloud.answers import Allowance

# Where Roblox refuses a call as one too many and doesn't say for how long.
WAIT_SECONDS = 10
# Answers that tell of the same minute differ by the seconds that they were under way.
SAME_MINUTE_SECONDS = 2


@dataclass
class _Minute:
    """What is left of a minute of one call, and when it ends, on the clock of the pace."""

    left: int
    ends: float


@dataclass
class Pace:
    """What is known of the limits of one API key, by the name of the call.

    `flying` are the calls under way: what they use of a minute is told with their answers.
    """

    clock: Callable[[], float] = time.monotonic
    flying: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    _minutes: dict[str, _Minute] = field(default_factory=dict)

    def wait(self, call: str) -> float:
        """The seconds until one more of these calls may be made; nothing where it may be now."""
        minute, now = self._minutes.get(call), self.clock()
        if minute is None or minute.ends <= now or minute.left > self.flying[call]:
            return 0
        return minute.ends - now

    def begin(self, call: str) -> None:
        """Such a call begins."""
        self.flying[call] += 1

    def end(self, call: str, allowance: Allowance | None) -> None:
        """It was answered, with what is left of its minute, if that was told."""
        self.flying[call] -= 1
        if allowance is None:
            return
        ends = self.clock() + allowance.reset_seconds
        known, left = self._minutes.get(call), allowance.remaining
        if known is not None and abs(known.ends - ends) <= SAME_MINUTE_SECONDS:
            left, ends = min(known.left, left), max(known.ends, ends)
        self._minutes[call] = _Minute(left, ends)

    def refuse(self, call: str, seconds: int | None) -> None:
        """It was refused as one too many: none is made before so many seconds are over."""
        ends = self.clock() + (seconds or WAIT_SECONDS)
        self._minutes[call] = _Minute(0, ends)
