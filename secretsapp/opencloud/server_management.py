"""The calls about game servers and restarts, in beta at Roblox; 100 a minute of each endpoint.

They need the scope `universe:read`, and the launch of a restart `universe:write`. Like the calls of
`Client`, whose errors they raise, only reads are repeated.
"""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime

from secretsapp.opencloud.client import Client, observed
from secretsapp.opencloud.server_types import (
    Counted,
    GameServer,
    Listed,
    LogLine,
    PlaceForecast,
    RestartReceipt,
    RestartStatus,
    Version,
    read_counted,
    read_forecast,
    read_log_lines,
    read_page_token,
    read_restart_receipt,
    read_restarts,
    read_servers,
    read_versions,
)

# The largest pages that Roblox sends (documented).
PAGE_SIZE = 100
RUNNING = "shutDown == false"

Query = dict[str, str | int]


@observed
def forecast(client: Client, universe_id: int) -> list[PlaceForecast]:
    """The places that have servers, with how many servers and players, and in which versions."""
    return read_forecast(client.transport.read(f"{_of(universe_id)}/restarts:forecast").as_read())


@observed
def running_versions(client: Client, universe_id: int, place_id: int) -> tuple[int, ...]:
    """The versions of a place that its servers have."""
    path = f"{_of(universe_id)}/places/{place_id}/game-servers:filter-options"
    return read_versions(client.transport.read(path, {"Filter": "PlaceVersion"}).as_read())


@observed
def count_servers(client: Client, version: Version, *, before: datetime) -> Counted:
    """How many servers that run were created before then; a page of size zero tells no more."""
    time = before.astimezone(UTC).isoformat().replace("+00:00", "Z")
    query: Query = {"MaxPageSize": 0, "Filter": f'{RUNNING} && createTime < timestamp("{time}")'}
    return read_counted(client.transport.read(_servers(version), query).as_read())


@observed
def list_servers(client: Client, version: Version, *, pages: int) -> Listed:
    """The servers of a version that run, from so many pages at most.

    Servers come and go meanwhile: none is told twice.
    """
    found: dict[str, GameServer] = {}
    token, is_partial = "", False
    for _ in range(pages):
        query: Query = {"MaxPageSize": PAGE_SIZE, "Filter": RUNNING, **_at(token)}
        page = client.transport.read(_servers(version), query).as_read()
        servers, token, is_page_partial = read_servers(page, version)
        found |= {server.job_id: server for server in servers}
        is_partial |= is_page_partial
        if not token:
            break
    return Listed(tuple(found.values()), is_partial or bool(token))


@observed
def list_log(client: Client, server: GameServer, *, pages: int) -> list[LogLine]:
    """The lines of a server's log that are errors, from so many pages at most."""
    lines: list[LogLine] = []
    token = ""
    for _ in range(pages):
        path = f"{_servers(server.version)}/{server.job_id}/logs"
        query: Query = {"MaxPageSize": PAGE_SIZE, "Filter": "severity == 3", **_at(token)}
        page = client.transport.read(path, query).as_read()
        lines += read_log_lines(page)
        token = read_page_token(page)
        if not token:
            break
    return lines


@observed
def list_restarts(client: Client, universe_id: int) -> list[RestartStatus]:
    """How far the restarts of the universe came."""
    return read_restarts(client.transport.read(f"{_of(universe_id)}/restarts").as_read())


@observed
def launch_restart(
    client: Client,
    universe_id: int,
    place_ids: Collection[int],
    *,
    bleed_off_minutes: int | None,
    attributes: Mapping[str, str],
) -> RestartReceipt:
    """Restart all servers of these places, of whatever version; of every place if none is named.

    A place without a filter restarts in all its versions (documented); the older call would need
    `closeAllVersions` for that. `attributes` reach the game with the restart.
    """
    body: dict[str, object] = {"attributes": dict(attributes)}
    if place_ids:
        body["places"] = {str(place_id): {} for place_id in place_ids}
    if bleed_off_minutes is not None:
        body["bleedOffDurationMinutes"] = bleed_off_minutes
    answer = client.transport.write("POST", f"{_of(universe_id)}/restarts", body)
    return read_restart_receipt(answer.as_write())


def _of(universe_id: int) -> str:
    return f"/server-management/v1/universes/{universe_id}"


def _servers(version: Version) -> str:
    place = f"{_of(version.universe_id)}/places/{version.place_id}"
    return f"{place}/versions/{version.number}/game-servers"


def _at(token: str) -> dict[str, str]:
    return {"PageToken": token} if token else {}
