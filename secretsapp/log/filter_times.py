"""The times of a search in the audit log: a preset, or days of one's own in a zone."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from django.utils import timezone

from secretsapp.core.errors import InvalidInput

PRESETS = {
    "1h": timedelta(hours=1),
    "24h": timedelta(hours=24),
    "7d": timedelta(days=7),
    "30d": timedelta(days=30),
}
TODAY, CUSTOM = "today", "custom"
LONGEST_ZONE = 64
_A_DAY = len("2026-12-03")


def of_one_time(given: dict[str, str]) -> dict[str, str]:
    """Days are a time of your own choice and go with no other; whose they are says a zone."""
    since = given.get("since", CUSTOM)
    if since == CUSTOM:
        given.pop("since", None)
    dropped = () if since == CUSTOM else ("from", "to")
    kept = {name: text for name, text in given.items() if name not in dropped}
    if not ({"from", "to"} & kept.keys() or since == TODAY) or kept.get("zone") == "UTC":
        zone_of(kept.pop("zone", ""))
    return kept


def zone_of(name: str) -> tzinfo:
    """The zone of that name, or UTC without one; raises InvalidInput."""
    try:
        return ZoneInfo(name) if name and len(name) <= LONGEST_ZONE else UTC
    except (KeyError, OSError, ValueError):
        raise InvalidInput(
            "This time zone is unknown. Use one such as Europe/Berlin, or UTC.", field="zone"
        ) from None


def times(given: Mapping[str, str], zone: tzinfo) -> tuple[datetime | None, datetime | None]:
    """From when to when is looked for, each None where it is open; raises InvalidInput."""
    since = given.get("since", "")
    if since == TODAY:
        return timezone.now().astimezone(zone).replace(
            hour=0, minute=0, second=0, microsecond=0
        ), None
    if since:
        return timezone.now() - PRESETS[since], None
    first = _moment(given.get("from", ""), zone, "from", "the first day")
    last = _moment(given.get("to", ""), zone, "to", "the last day")
    if last and len(given["to"]) == _A_DAY:
        last += timedelta(days=1) - timedelta(microseconds=1)
    if first and last and last < first:
        raise InvalidInput("The last day is before the first. Swap them.", field="to")
    return first, last


def _moment(text: str, zone: tzinfo, field: str, what: str) -> datetime | None:
    """The time of a day, or of a day and a clock time, in the zone."""
    if not text:
        return None
    try:
        # A day alone is its beginning.
        read = datetime.fromisoformat(text)
        return (read if read.tzinfo else read.replace(tzinfo=zone)).astimezone(UTC)
    except (OverflowError, ValueError):
        raise InvalidInput(f"Write {what} as a date such as 2026-12-03.", field=field) from None
