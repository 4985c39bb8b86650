"""Times as people and others write them, always in UTC, and how long others are waited for."""

import io
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from email.utils import parsedate_to_datetime
from time import monotonic
from typing import Any, Protocol, Self

from secretsapp.core.errors import InvalidInput

# So far the clocks of two machines may differ; `doctor` checks this one's.
CLOCK_TOLERANCE = timedelta(seconds=60)

RETRY_AFTER_LIMIT_SECONDS = 3600
# No date that HTTP allows is longer.
HTTP_DATE_LENGTH = 40
_SECONDS = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?")

MINUTE, HOUR, DAY, WEEK = (
    timedelta(minutes=1),
    timedelta(hours=1),
    timedelta(days=1),
    timedelta(weeks=1),
)
# What is due is soon due so many days before, or a fifth of its interval before if that is less.
LONGEST_LEAD, PART_OF_INTERVAL = 14, 5
MONTH, YEAR = timedelta(days=30), timedelta(days=365)
UNITS = (
    (YEAR, "year", "years"),
    (MONTH, "month", "months"),
    (WEEK, "week", "weeks"),
    (DAY, "day", "days"),
    (HOUR, "hour", "hours"),
    (MINUTE, "min", "min"),
)


def parse_roblox_time(text: str) -> datetime | None:
    """A time as Roblox sends it (RFC 3339), or None where it is missing or unreadable."""
    try:
        return _in_utc(datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        return None


def is_ahead(time: str, now: datetime) -> bool:
    """Whether it is a time that lies further ahead of `now` than clocks differ: it cannot be."""
    parsed = parse_roblox_time(time)
    return parsed is not None and parsed > now + CLOCK_TOLERANCE


def credible(time: str, now: datetime) -> str:
    """A time as Roblox sends it, or empty where it lies too far ahead to be evidence."""
    return "" if is_ahead(time, now) else time


def day_of_value(update_time: str, create_time: str, now: datetime) -> date | None:
    """The day since which Roblox has a value; None where its time is unreadable or cannot be.

    The time of creation counts only where Roblox says nothing of an update: of a value that was
    updated at a time unknown it would say too little.
    """
    text = update_time or create_time
    time = parse_roblox_time(text)
    return None if time is None or is_ahead(text, now) else time.date()


def is_older(time: str, other: str) -> bool:
    """Whether both are times as Roblox sends them, and the first is the earlier one."""
    first, second = parse_roblox_time(time), parse_roblox_time(other)
    return first is not None and second is not None and first < second


def due_after(day: date | None, days: int) -> tuple[date, date] | tuple[None, None]:
    """When what is due again so many days after `day` is due, and from when on it is soon due."""
    if day is None:
        return None, None
    due_on = day + timedelta(days=days)
    return due_on, due_on - timedelta(days=min(LONGEST_LEAD, days // PART_OF_INTERVAL))


def parse_end(text: str) -> datetime | None:
    """The end of a grant or a key as a person writes it: ISO 8601, UTC unless it says otherwise.

    A date alone means the end of that day. Nothing at all means no end.
    """
    written = text.strip()
    if not written:
        return None
    try:
        return end_of_day(date.fromisoformat(written))
    except ValueError:
        return _moment(written)


def _moment(written: str) -> datetime:
    try:
        return _in_utc(datetime.fromisoformat(written))
    except (ValueError, OverflowError):
        raise InvalidInput(
            "Write the end as a day (to 23:59 UTC) or as a time in UTC: 2026-12-03 or "
            "2026-12-03T18:00.",
            field="until",
        ) from None


def end_of_day(day: date) -> datetime:
    """The last moment of the day in UTC: what ends on a day holds throughout it, at every door."""
    return datetime.combine(day, time.max, UTC)


def start_of_day(day: date) -> datetime:
    """The first moment of the day in UTC."""
    return datetime.combine(day, time.min, UTC)


def parse_day(text: str) -> datetime:
    """The first moment of a day that is written in ISO 8601; raises ValueError."""
    return start_of_day(date.fromisoformat(text.strip()))


def _in_utc(time: datetime) -> datetime:
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)


def sentence_time(time: datetime) -> str:
    """A time in words for a sentence, to the minute: `3 Dec 2026, 18:00 UTC`."""
    return f"{time.day} {time:%b %Y, %H:%M} UTC"


def age(time: datetime, now: datetime) -> str:
    """How long ago in words, by the largest unit that fits; the day before is “yesterday”."""
    passed = now - time
    if DAY <= passed < 2 * DAY and _day_of(now) - _day_of(time) == DAY:
        return "yesterday"
    for unit, one, several in UNITS:
        count = passed // unit
        if count >= 1:
            return f"{count} {one if count == 1 else several} ago"
    return "just now"


def _day_of(time: datetime) -> datetime:
    return time.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def seconds_to_wait(text: str) -> int | None:
    """The wait that an HTTP answer asks for, in whole seconds and capped, or None for nonsense.

    It is told as seconds, of which a fraction is rounded up, or as an HTTP date.
    """
    found = _SECONDS.fullmatch(text)
    seconds = math.ceil(float(text)) if found else _seconds_to(text)
    return None if seconds is None else min(max(seconds, 0), RETRY_AFTER_LIMIT_SECONDS)


def _seconds_to(text: str) -> int | None:
    """The seconds from now to an HTTP date, fewer than none where it is over."""
    if len(text) > HTTP_DATE_LENGTH:
        return None
    try:
        date = parsedate_to_datetime(text)
        # One of the three forms names no zone, and is in UTC like the others (RFC 9110, 5.6.7).
        wait = date.replace(tzinfo=date.tzinfo or UTC) - datetime.now(UTC)
        return math.ceil(wait.total_seconds())
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


class Connection(Protocol):
    """What is asked of a socket to read from it in time."""

    @property
    def makefile(self) -> Callable[..., Any]:
        """Makes a file of what arrives."""

    def gettimeout(self) -> float | None:
        """The seconds for each piece."""

    def settimeout(self, seconds: float | None, /) -> None:
        """Wait no longer than that for each piece."""


@dataclass(frozen=True)
class Deadline:
    """A moment of the monotonic clock."""

    ends: float

    @classmethod
    def within(cls, seconds: float) -> Self:
        """The moment in so many seconds."""
        return cls(monotonic() + seconds)

    def left(self) -> float:
        """The seconds until then; raises TimeoutError where there are none."""
        seconds = self.ends - monotonic()
        if seconds <= 0:
            raise TimeoutError
        return seconds


class TimedFile(io.BytesIO):
    """A file on its way out, read piece by piece, which has to be gone after so many `seconds`.

    Sent in one piece it would have to be gone within the seconds of a connection.
    """

    # So long 10 MiB may take: 3 Mbit/s.
    seconds = 30

    def __init__(self, content: bytes) -> None:
        super().__init__(content)
        self._deadline = Deadline.within(self.seconds)

    def read(self, size: int | None = -1) -> bytes:
        """The next piece; raises TimeoutError where there is no time for one."""
        self._deadline.left()
        return super().read(size)


class TimedReader(io.RawIOBase):
    """Reads a connection until the deadline; then raises TimeoutError.

    A socket's timeout bounds only each piece of an answer, so this clock is below the standard
    library's answer. A clock in the loop that reads the body, with a timeout for each piece before
    it, was tried and is too late: what drips into the status line, the headers, interim answers,
    the length of a chunk or the trailers is read in loops that come back only with a whole line.
    """

    def __init__(self, connection: Connection, deadline: Deadline) -> None:
        self._connection = connection
        self._raw = connection.makefile("rb", buffering=0)
        self._deadline = deadline

    def makefile(self, _mode: str) -> io.BufferedReader:
        """The file to read by, which is all that an answer asks of a socket."""
        return io.BufferedReader(self)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._deadline.left()
        patience = self._connection.gettimeout()
        self._connection.settimeout(left if patience is None else min(left, patience))
        count: int | None = self._raw.readinto(buffer)
        # What ends after that may have been ended for it.
        self._deadline.left()
        return count

    def close(self) -> None:
        self._raw.close()
        super().close()
