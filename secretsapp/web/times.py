"""Times as pages show them: in UTC, until a script of the page puts them into the reader's own.

`data-as` tells the script (`js/times.js`) how the time is written, so both write it alike.
"""

from datetime import UTC, date, datetime

from django.utils import timezone
from django.utils.safestring import SafeString

from secretsapp.core.times import DAY, UNITS, WEEK, age, sentence_time

# The days that are left are counted: a week would be too rough.
_UNITS_AHEAD = tuple(unit for unit in UNITS if unit[0] != WEEK)


def ago(time: datetime) -> SafeString:
    """How long ago it was, with the exact time behind it."""
    return _shown(time, "ago", age(time, timezone.now()))


def ahead(time: datetime) -> SafeString:
    """How long it is until then, with the exact time behind it."""
    return _shown(time, "ahead", _until(time, timezone.now()))


def _until(time: datetime, now: datetime) -> str:
    left = time - now
    for unit, one, several in _UNITS_AHEAD:
        count = left // unit
        if count >= 1:
            return f"in {count} {one if count == 1 else several}"
    return "now"


def moment(time: datetime) -> SafeString:
    """The exact time."""
    return _shown(time, "moment", sentence_time(time))


def clock(time: datetime) -> SafeString:
    """The time of a day that is said elsewhere."""
    return _shown(time, "clock", f"{time.astimezone(UTC):%H:%M}")


def day(time: datetime) -> SafeString:
    """The day of it, with the exact time behind it."""
    return _shown(time, "day", sentence_time(time).partition(",")[0])


def day_words(day: date) -> str:
    """The day in UTC, as a heading above what happened on it."""
    today = timezone.now().astimezone(UTC).date()
    if day in (today, today - DAY):
        return "Today" if day == today else "Yesterday"
    year = "" if day.year == today.year else f" {day.year}"
    return f"{day:%A}, {day.day} {day:%B}{year}"


def _shown(time: datetime, way: str, words: str) -> SafeString:
    exact = sentence_time(time)
    stamp = time.isoformat(timespec="seconds")
    # All of it is our own, and a page has hundreds.
    markup = f'<time datetime="{stamp}" data-as="{way}" title="{exact}">{words}</time>'
    return SafeString(markup)  # nosec B703
