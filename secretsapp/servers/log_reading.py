"""Looks into the logs of a few servers for secrets that scripts ask for and that aren't there.

Of the lines nothing is kept or shown but how many were exactly Roblox's sentence, and when.
"""

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import IntegrityError
from django.db.models import Q
from django.utils import timezone

from secretsapp.core.actor import Actor
from secretsapp.core.errors import SealroomError
from secretsapp.core.roles import Permission
from secretsapp.core.times import parse_roblox_time
from secretsapp.models import LogReading, Universe
from secretsapp.opencloud import server_management
from secretsapp.opencloud.client import LONGEST_CALL_SECONDS, Client
from secretsapp.opencloud.server_types import GameServer, LogLine, Version
from secretsapp.rules.locks import claim
from secretsapp.rules.policy import require_somewhere
from secretsapp.servers.server_keys import READING, client_for_servers

# What a server logs where a script asks for a secret that it doesn't have (seen in clients).
SENTENCE = "Can't find secret with given key"
SERVERS_AT_MOST = 10
VERSIONS_AT_MOST = 5
PAGES_AT_MOST = 2
REST = timedelta(minutes=2)
CLAIM = timedelta(seconds=30 * LONGEST_CALL_SECONDS)
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class LogServer:
    """A server that missed a secret: how often, and when last, if its log told."""

    job_id: str
    place_id: int
    lines: int
    last: datetime | None


def of_universe(universe: Universe) -> LogReading | None:
    """What was found last, if anyone looked; to be asked by who may see the universe."""
    return LogReading.objects.filter(universe=universe, tried_at__isnull=False).first()


def servers_of(reading: LogReading | None) -> list[LogServer]:
    """The servers in whose logs a secret was missing."""
    found = map(json.loads, reading.found.splitlines() if reading else ())
    return [
        LogServer(each["job_id"], each["place_id"], each["lines"], parse_roblox_time(each["last"]))
        for each in found
    ]


def look(actor: Actor, universe: Universe) -> bool:
    """Look into the logs of the servers that started last; False where that was just done.

    Raises Forbidden for who sees nothing of the universe. A failure is stored, to be shown.
    """
    require_somewhere(actor, Permission.LIST_SECRETS, universe.pk)
    # The universe may have been removed meanwhile: then there is no row to claim.
    with suppress(IntegrityError):
        LogReading.objects.bulk_create([LogReading(universe=universe)], ignore_conflicts=True)
    now = timezone.now()
    rested = Q(tried_at__isnull=True) | Q(tried_at__lte=now - REST)
    row = LogReading.objects.filter(universe=universe)
    if not claim(row.filter(rested), lasting=CLAIM, tried_at=now):
        return False
    try:
        with client_for_servers(actor, universe, READING) as client:
            running, servers = _newest(client, universe.pk)
            found = [told for server in servers if (told := _looked_for(client, server))]
    except SealroomError as error:
        row.update(claimed_until=None, failure=str(error))
        return True
    row.update(
        found="\n".join(map(json.dumps, found)),
        looked_at=len(servers),
        running=running,
        failure="",
        read_at=now,
        claimed_until=None,
    )
    return True


def _newest(client: Client, universe_id: int) -> tuple[int, list[GameServer]]:
    """How many servers were listed, and the few that started last: they have read what is new."""
    servers: list[GameServer] = []
    for version in list(_versions(client, universe_id))[:VERSIONS_AT_MOST]:
        servers += server_management.list_servers(client, version, pages=1).servers
    servers.sort(key=lambda server: server.created or LONG_AGO, reverse=True)
    return len(servers), servers[:SERVERS_AT_MOST]


def _versions(client: Client, universe_id: int) -> Iterator[Version]:
    for place in server_management.forecast(client, universe_id):
        for number in place.versions or ():
            yield Version(universe_id, place.place_id, number)


def _looked_for(client: Client, server: GameServer) -> dict[str, Any] | None:
    """The server, how often a secret was missing there and when last; None where never."""
    lines = server_management.list_log(client, server, pages=PAGES_AT_MOST)
    missing = [line for line in lines if line.message.strip() == SENTENCE]
    if not missing:
        return None
    return {
        "job_id": server.job_id,
        "place_id": server.version.place_id,
        "lines": len(missing),
        "last": _last(missing),
    }


def _last(lines: list[LogLine]) -> str:
    times = [line.time for line in lines if line.time is not None]
    return max(times).isoformat() if times else ""
