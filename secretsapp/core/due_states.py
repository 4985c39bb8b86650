"""How far along a secret is to the day on which it is to be rotated."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

OVERDUE_AFTER = timedelta(days=7)
FEWEST_DAYS, MOST_DAYS = 1, 3650
LONGEST_SNOOZE = timedelta(days=90)


class DueState(StrEnum):
    """How far along a secret is. `UNKNOWN` is covered, but nobody knows how old its value is."""

    UNCOVERED = "uncovered"
    IN_TIME = "in_time"
    SOON = "soon"
    DUE = "due"
    OVERDUE = "overdue"
    SNOOZED = "snoozed"
    UNKNOWN = "unknown"


# Those of which people are reminded, the mildest first.
ASKING = (DueState.SOON, DueState.DUE, DueState.OVERDUE)


@dataclass(frozen=True)
class DueDates:
    """The days that say how far along a secret is; all in UTC, as far as they are known."""

    is_covered: bool = False
    due_on: date | None = None
    soon_on: date | None = None
    snoozed_until: date | None = None

    def state(self, today: date) -> DueState:
        """How far along it is on that day."""
        if not self.is_covered:
            return DueState.UNCOVERED
        if self.due_on is None or self.soon_on is None:
            return DueState.UNKNOWN
        if today < self.soon_on:
            return DueState.IN_TIME
        if self.snoozed_until and today < self.snoozed_until:
            return DueState.SNOOZED
        if today < self.due_on:
            return DueState.SOON
        return DueState.DUE if today < self.due_on + OVERDUE_AFTER else DueState.OVERDUE
