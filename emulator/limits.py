"""The rate limit: so many calls a minute of each endpoint for each owner of keys.

Over all keys and universes of an owner; each endpoint has a limit of its own (documented).
"""

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass

WINDOW_SECONDS = 60


@dataclass
class Window:
    """A minute of one endpoint for one owner: when it began, since the epoch, and what was used."""

    began: float
    used: int = 0


@dataclass(frozen=True)
class Allowance:
    """What is left after a call has been counted; `exceeded` if it was one too many."""

    limit: int
    remaining: int
    reset_seconds: int
    exceeded: bool

    @property
    def headers(self) -> Mapping[str, str]:
        """The documented headers; a wait is told only to a call that was one too many."""
        headers = {
            "x-ratelimit-limit": f"{self.limit}, {self.limit};w={WINDOW_SECONDS}",
            "x-ratelimit-remaining": str(self.remaining),
            "x-ratelimit-reset": str(self.reset_seconds),
        }
        return {**headers, "retry-after": str(self.reset_seconds)} if self.exceeded else headers


class RateLimiter:
    """Counts calls by owner and endpoint; without a limit it counts nothing."""

    def __init__(self, limit: int | None) -> None:
        self.limit = limit
        self._windows: dict[tuple[int, str], Window] = {}

    def count(self, owner_id: int, endpoint: str, most: int | None = None) -> Allowance | None:
        """Count one call of the owner to that endpoint; None if there is no limit.

        An endpoint that takes fewer calls than others says how many at most.
        """
        if self.limit is None:
            return None
        limit = min(self.limit, most or self.limit)
        now = time.time()
        window = self._window((owner_id, endpoint), now)
        window.used += 1
        return Allowance(
            limit=limit,
            remaining=max(0, limit - window.used),
            reset_seconds=max(1, math.ceil(window.began + WINDOW_SECONDS - now)),
            exceeded=window.used > limit,
        )

    def _window(self, counted: tuple[int, str], now: float) -> Window:
        """The window of owner and endpoint; a clock that went back begins a new one, too."""
        window = self._windows.get(counted)
        if window is None or not window.began <= now < window.began + WINDOW_SECONDS:
            window = self._windows[counted] = Window(now)
        return window
