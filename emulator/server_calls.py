"""Which game servers run, and what they logged (documented)."""

from collections.abc import Mapping
from typing import Any

from emulator import answers, filters
from emulator.answers import Answer, Refused
from emulator.calls import Call, Handler
from emulator.clock import TICKS_PER_SECOND, text_of
from emulator.fleet import GameServer, LogLine
from emulator.gate import UniverseHandler, guarded
from emulator.pages import BadCursor, Page, page_of
from emulator.rules import as_id
from emulator.universe import Universe

CALLS_PER_MINUTE = 100
DEFAULT_PAGE = 25
LARGEST_PAGE = 100
MAX_OCCUPANCY = 30
ENGINE_VERSION = "0.700.0.7000000"


def managed(scope: str, handler: UniverseHandler) -> Handler:
    """A handler of this service, whose limit and errors are its own."""
    guard = guarded(scope, handler, CALLS_PER_MINUTE)
    return lambda call: answers.numbered(guard(call))


def filter_options(call: Call, universe: Universe) -> Answer:
    """The versions of the place and of the engine that its servers have."""
    place_id = _place(call, universe)
    versions = sorted({each.version for each in universe.fleet.active(place_id)})
    filters_by_name = {
        "PlaceVersion": {"field": "PlaceVersion", "type": "Number", "values": versions},
        "EngineVersion": {"field": "EngineVersion", "type": "String", "values": [ENGINE_VERSION]},
    }
    wanted = call.request.query.get("Filter", "ALL") or "ALL"
    if wanted not in ("ALL", *filters_by_name):
        raise Refused(answers.invalid_field("Filter", "The value is not valid."))
    shown = filters_by_name if wanted == "ALL" else {wanted: filters_by_name[wanted]}
    return answers.of_json(200, {"filters": shown})


def list_servers(call: Call, universe: Universe) -> Answer:
    """A page of the servers of a version, those that ended among them; or their number alone."""
    place_id, version = _place(call, universe), _version(call)
    fleet = universe.fleet
    fleet.active()
    servers = {
        each.job_id: _server(universe, each)
        for each in fleet.servers.values()
        if (each.place_id, each.version) == (place_id, version) and _is_fetched(universe, each)
    }
    matching = [job for job, record in servers.items() if _matches(call, record)]
    limit, page = _page(call, sorted(matching), universe.id, smallest=0)
    shown = [servers[job] for job in page.names] if limit else []
    for record in shown if fleet.omits_times else []:
        del record["createTime"]
    content = {"gameServers": shown, **_tokens(page if limit else None)}
    return answers.of_json(200, content | _marks(universe, len(matching)))


def list_logs(call: Call, universe: Universe) -> Answer:
    """A page of the lines that a server logged, the earliest first."""
    place_id, version = _place(call, universe), _version(call)
    server = universe.fleet.servers.get(call.parts[3])
    if server is None or (server.place_id, server.version) != (place_id, version):
        raise Refused(answers.problem(400, "The server does not exist."))
    lines = {
        f"{number:09d}": line
        for number, line in enumerate(universe.fleet.logs.get(server.job_id, []))
    }
    names = [name for name, line in lines.items() if _matches(call, _line(universe, server, line))]
    _, page = _page(call, names, universe.id, smallest=1)
    shown = [_line(universe, server, lines[name]) for name in page.names]
    return answers.of_json(200, {"gameServerLogs": shown, **_tokens(page)})


def _place(call: Call, universe: Universe) -> int:
    place_id = as_id(call.parts[1])
    if place_id is None or place_id not in universe.profile.place_ids:
        raise Refused(answers.invalid_field("placeId", "The value is not valid."))
    return place_id


def _version(call: Call) -> int:
    version = as_id(call.parts[2])
    if version is None:
        raise Refused(answers.invalid_field("versionNumber", "The value is not valid."))
    return version


def _is_fetched(universe: Universe, server: GameServer) -> bool:
    fleet = universe.fleet
    return not (fleet.misses_active if server.active else fleet.misses_shut_down)


def _matches(call: Call, record: Mapping[str, object]) -> bool:
    try:
        return filters.matches(call.request.query.get("Filter", ""), record)
    except filters.BadFilter:
        raise Refused(answers.invalid_field("Filter", "The filter is not valid.")) from None


def _page(call: Call, names: list[str], universe_id: int, smallest: int) -> tuple[int, Page]:
    """How many may be on the page, and the page."""
    query = call.request.query
    asked = query.get("MaxPageSize", str(DEFAULT_PAGE))
    limit = int(asked) if asked.isascii() and asked.isdigit() and len(asked) <= 9 else -1
    if limit < smallest or "OrderBy" in query:
        raise Refused(answers.invalid_field("MaxPageSize", "The value is not valid."))
    limit = min(limit, LARGEST_PAGE)
    try:
        return limit, page_of(names, query.get("PageToken", ""), max(limit, 1), universe_id)
    except BadCursor:
        raise Refused(answers.invalid_field("PageToken", "The value is not valid.")) from None


def _tokens(page: Page | None) -> dict[str, str]:
    """The token of the next page; it is omitted where there is none."""
    return {"nextPageToken": page.next_cursor} if page and page.next_cursor else {}


def _marks(universe: Universe, count: int) -> dict[str, Any]:
    """The total, or what could not be fetched of it."""
    fleet = universe.fleet
    if fleet.misses_active:
        return {"activeServersFetchError": True}
    if fleet.misses_shut_down:
        return {"shutdownServersFetchError": True}
    return {"totalCount": count}


def _server(universe: Universe, server: GameServer) -> dict[str, Any]:
    ended = universe.fleet.now() if server.ended is None else server.ended
    return {
        "placeId": str(server.place_id),
        "placeVersion": str(server.version),
        "jobId": server.job_id,
        "engineVersion": ENGINE_VERSION,
        "createTime": text_of(server.created),
        "uptime": _span(max(0, ended - server.created) // TICKS_PER_SECOND),
        "memoryUsageBytes": 900_000_000,
        "frameRate": 60.0,
        "occupancy": server.occupancy,
        "maxOccupancy": MAX_OCCUPANCY,
        "type": 0,
        "full": server.occupancy >= MAX_OCCUPANCY,
        "shutDown": not server.active,
        "status": server.status,
        "terminationTime": None if server.ended is None else text_of(server.ended),
        "playerIds": None,
    }


def _span(seconds: int) -> str:
    days, rest = divmod(seconds, 86_400)
    return f"{days}.{rest // 3600:02d}:{rest // 60 % 60:02d}:{rest % 60:02d}"


def _line(universe: Universe, server: GameServer, line: LogLine) -> dict[str, Any]:
    return {
        "messageTimestampMs": text_of(line.tick),
        "universeId": universe.id,
        "placeId": str(server.place_id),
        "placeVersion": str(server.version),
        "jobId": server.job_id,
        "severity": line.severity,
        "message": line.message,
        "stackTrace": "",
        "messageTemplate": None,
        "context": None,
        "skippedCount": 0,
        "rateLimitedCount": 0,
    }
