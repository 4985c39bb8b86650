"""Times as people write them and as Roblox sends them, always in UTC."""

from datetime import UTC, date, datetime, time, timedelta

from secretsapp.core.errors import InvalidInput

# So far the clocks of two machines may differ; `doctor` checks this one's.
CLOCK_TOLERANCE = timedelta(seconds=60)

MINUTE, HOUR, DAY, WEEK = (
    timedelta(minutes=1),
    timedelta(hours=1),
    timedelta(days=1),
    timedelta(weeks=1),
)
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


def is_older(time: str, other: str) -> bool:
    """Whether both are times as Roblox sends them, and the first is the earlier one."""
    first, second = parse_roblox_time(time), parse_roblox_time(other)
    return first is not None and second is not None and first < second


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
