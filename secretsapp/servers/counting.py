"""Counts the servers of a universe that started before a moment, with few calls to Roblox."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from secretsapp.opencloud import server_management
from secretsapp.opencloud.client import Client
from secretsapp.opencloud.server_types import PlaceForecast, Version

# So often a reading asks the busiest endpoint at most: once for each version that runs, and again
# for each page of servers where Roblox doesn't tell their number.
CALLS_AT_MOST = 9
PLACES_AT_MOST = 8
PAGES_AT_MOST = 3


@dataclass(frozen=True)
class Reading:
    """How many servers run, and how many of them started before; None where no number was told.

    `undated` don't tell when they started. `at_least` says that some servers may be missing.
    `calls` is how often the busiest endpoint was asked.
    """

    old: int | None
    total: int | None
    undated: int = 0
    at_least: bool = False
    calls: int = 0

    @property
    def is_out(self) -> bool:
        """Whether no server that runs started before, as far as can be known."""
        return self.old == 0 and not self.undated and not self.at_least


@dataclass(frozen=True)
class _Part:
    """What came of one version of a place."""

    old: int | None
    undated: int = 0
    at_least: bool = False
    calls: int = 1


def read(client: Client, universe_id: int, since: datetime, calls: int = CALLS_AT_MOST) -> Reading:
    """Count, with so many calls of each endpoint at most; raises OpenCloudError."""
    places = server_management.forecast(client, universe_id)
    versions = list(_versions(client, universe_id, places))
    reading = Reading(
        old=None if versions else 0, total=_total(places), at_least=len(places) > PLACES_AT_MOST
    )
    for version in versions:
        left = calls - reading.calls
        part = _part(client, version, since, left) if left > 0 else _NOT_ASKED
        reading = _added(reading, part)
    return _in_proportion(reading)


_NOT_ASKED = _Part(None, at_least=True, calls=0)


def _in_proportion(reading: Reading) -> Reading:
    """Servers come and go between two calls: no more are old than there are."""
    known = (reading.old or 0) + reading.undated
    total = None if reading.total is None else max(reading.total, known)
    return replace(reading, total=total, calls=max(reading.calls, 1))


def _versions(client: Client, universe_id: int, places: list[PlaceForecast]) -> Iterator[Version]:
    for place in places[:PLACES_AT_MOST]:
        numbers = place.versions
        if numbers is None and place.servers != 0:
            numbers = server_management.running_versions(client, universe_id, place.place_id)
        for number in numbers or ():
            yield Version(universe_id, place.place_id, number)


def _total(places: list[PlaceForecast]) -> int | None:
    counts = [place.servers for place in places]
    return None if None in counts else sum(count or 0 for count in counts)


def _part(client: Client, version: Version, since: datetime, calls: int) -> _Part:
    counted = server_management.count_servers(client, version, before=since)
    if counted.number is not None:
        return _Part(counted.number, at_least=counted.is_partial)
    if counted.is_partial or calls == 1:
        return _Part(None, at_least=True)
    return _listed(client, version, since, min(PAGES_AT_MOST, calls - 1))


def _listed(client: Client, version: Version, since: datetime, pages: int) -> _Part:
    """The same from a list, which costs more calls."""
    listed = server_management.list_servers(client, version, pages=pages)
    times = [server.created for server in listed.servers]
    return _Part(
        old=sum(time is not None and time < since for time in times),
        undated=times.count(None),
        at_least=listed.is_partial,
        calls=1 + pages,
    )


def _added(reading: Reading, part: _Part) -> Reading:
    """What is known with that part; one without a number adds none."""
    return Reading(
        old=reading.old if part.old is None else (reading.old or 0) + part.old,
        total=reading.total,
        undated=reading.undated + part.undated,
        at_least=reading.at_least or part.at_least,
        calls=reading.calls + part.calls,
    )
