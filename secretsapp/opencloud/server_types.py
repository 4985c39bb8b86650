"""What Roblox tells of game servers and their restarts, read with tolerance."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from secretsapp.core.times import parse_roblox_time
from secretsapp.opencloud.answers import Json, Unusable
from secretsapp.opencloud.types import read_text

COUNT_LIMIT = 10**9
_NUMBER = re.compile("[0-9]{1,19}", re.ASCII)
_ID = re.compile("[A-Za-z0-9-]{1,64}", re.ASCII)


@dataclass(frozen=True)
class Version:
    """One version of a place, whose servers are listed together."""

    universe_id: int
    place_id: int
    number: int


@dataclass(frozen=True)
class PlaceForecast:
    """What runs in a place; None is what was not told. `versions` None are those that run."""

    place_id: int
    servers: int | None
    players: int | None
    versions: tuple[int, ...] | None


@dataclass(frozen=True)
class Counted:
    """How many servers there are; None where no number was told. A partial one may be too small."""

    number: int | None
    is_partial: bool


@dataclass(frozen=True)
class GameServer:
    """A server that runs, and since when, if that was told."""

    version: Version
    job_id: str
    created: datetime | None


@dataclass(frozen=True)
class Listed:
    """Servers of a version; a partial list has not all of them."""

    servers: tuple[GameServer, ...]
    is_partial: bool


@dataclass(frozen=True)
class LogLine:
    """A line of a server's log: what anyone's script wrote, so it is compared and never shown."""

    time: datetime | None
    message: str


@dataclass(frozen=True)
class RestartReceipt:
    """What the launch of a restart was answered; empty or None is what was not told."""

    restart_id: str
    servers: int | None
    players: int | None


@dataclass(frozen=True)
class PlaceRestart:
    """How far the restart of one place came."""

    place_id: int
    is_done: bool
    total: int | None
    remaining: int | None


@dataclass(frozen=True)
class RestartStatus:
    """How far a restart came; `scheduled` is when Roblox took it."""

    restart_id: str
    scheduled: datetime | None
    begins: datetime | None
    places: tuple[PlaceRestart, ...]

    @property
    def is_done(self) -> bool:
        """Whether Roblox says so of every place."""
        return bool(self.places) and all(place.is_done for place in self.places)


def read_forecast(record: Json) -> list[PlaceForecast]:
    """The places that have servers; raises Unusable where there is no list of them."""
    return [
        PlaceForecast(
            place_id=place_id,
            servers=_count(found.get("totalInstances")),
            players=_count(found.get("totalPlayers")),
            versions=_versions(found.get("instancesPerVersion")),
        )
        for place_id, found in _by_place(record, "placeForecasts")
    ]


def read_versions(record: Json) -> tuple[int, ...]:
    """The versions of a place that run, from what can be filtered by."""
    filters = record.get("filters")
    found = filters.get("PlaceVersion") if isinstance(filters, dict) else None
    values = found.get("values") if isinstance(found, dict) else None
    if not isinstance(values, list):
        raise Unusable("Roblox told no versions of the place.")
    return tuple(number for number in map(_number, values) if number)


def read_counted(record: Json) -> Counted:
    """The number of the servers that match; some may be missing from it."""
    return Counted(_count(record.get("totalCount")), _is_partial(record))


def read_servers(record: Json, version: Version) -> tuple[list[GameServer], str, bool]:
    """A page of servers, the token of the next page, and whether the page is partial.

    Servers without an id that can be sent again, and those that ended, are left out. A page after
    which the next one can't be asked for is partial too.
    """
    items = record.get("gameServers")
    if not isinstance(items, list | None):
        raise Unusable("Roblox’s answer is not a list of servers.")
    found = [item for item in items or [] if isinstance(item, dict) and _runs(item)]
    servers = [_server(item, version) for item in found if _usable_id(item.get("jobId"))]
    token = read_page_token(record)
    is_cut_off = bool(record.get("nextPageToken")) and not token
    return servers, token, is_cut_off or _is_partial(record)


def read_page_token(record: Json) -> str:
    """Where a list goes on; empty at its end, and where that can't be asked for."""
    token = record.get("nextPageToken")
    return token if isinstance(token, str) and len(token) <= 1000 and token.isprintable() else ""


def read_log_lines(record: Json) -> list[LogLine]:
    """A page of a log."""
    items = record.get("gameServerLogs")
    if not isinstance(items, list | None):
        raise Unusable("Roblox’s answer is not a log.")
    return [
        LogLine(_time(item, "messageTimestampMs"), item["message"])
        for item in items or []
        if isinstance(item, dict) and isinstance(item.get("message"), str)
    ]


def read_restart_receipt(record: Json) -> RestartReceipt:
    """What the launch was answered."""
    return RestartReceipt(
        restart_id=_usable_id(record.get("id")),
        servers=_count(record.get("instancesImpacted")),
        players=_count(record.get("playersImpacted")),
    )


def read_restarts(record: Json) -> list[RestartStatus]:
    """Every restart that is told of; raises Unusable where there is no list of them."""
    found = record.get("restartStatuses")
    if "restartStatuses" not in record or not isinstance(found, dict | None):
        raise Unusable("Roblox’s answer is not a list of restarts.")
    items = (found or {}).items()
    usable = [(name, item) for name, item in items if _usable_id(name)]
    return [_restart(name, item) for name, item in usable if isinstance(item, dict)]


def _restart(name: str, item: Json) -> RestartStatus:
    places = _by_place(item, "placeRestartStatuses")
    return RestartStatus(
        restart_id=name,
        scheduled=_time(item, "scheduledTime"),
        begins=_time(item, "startTime"),
        places=tuple(
            PlaceRestart(
                place_id=place_id,
                is_done=_text(found, "state") == "SUCCEEDED",
                total=_count(found.get("totalInstances")),
                remaining=_count(found.get("remainingInstances")),
            )
            for place_id, found in places
        ),
    )


def _usable_id(found: object) -> str:
    """An id that can be kept and compared; empty where it can't."""
    return found if isinstance(found, str) and _ID.fullmatch(found) else ""


def _by_place(record: Json, field: str) -> Iterator[tuple[int, Mapping[str, object]]]:
    """What is told of each place; null means of none."""
    found = record.get(field)
    if field not in record or not isinstance(found, dict | None):
        raise Unusable("Roblox’s answer tells nothing of places.")
    for name, item in (found or {}).items():
        place_id = _number(name)
        if place_id is None or not isinstance(item, dict):
            raise Unusable("Roblox told of a place that can’t be one.")
        yield place_id, item


def _versions(found: object) -> tuple[int, ...] | None:
    if not isinstance(found, dict):
        return None
    numbers = [_number(name) for name, count in found.items() if count != 0]
    return None if None in numbers else tuple(number for number in numbers if number)


def _number(found: object) -> int | None:
    text = str(found) if type(found) is int else found
    return int(text) if isinstance(text, str) and _NUMBER.fullmatch(text) else None


def _count(found: object) -> int | None:
    """A number of servers or players, or None where it can't be one."""
    return found if type(found) is int and 0 <= found <= COUNT_LIMIT else None


def _is_partial(record: Json) -> bool:
    """Whether Roblox says that servers that run are missing; those that ended don't matter."""
    return record.get("activeServersFetchError") is True


def _runs(item: Json) -> bool:
    return item.get("shutDown") is not True and item.get("status") in ("active", None)


def _server(item: Json, version: Version) -> GameServer:
    return GameServer(version, _text(item, "jobId"), _time(item, "createTime"))


def _text(item: Json, name: str) -> str:
    return read_text(item, name)


def _time(item: Json, name: str) -> datetime | None:
    text = read_text(item, name)
    return parse_roblox_time(text) if text else None
