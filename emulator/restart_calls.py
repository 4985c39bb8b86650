"""Restarts of game servers: what one would do, its launch, and how far it came (documented)."""

import json
from collections.abc import Mapping
from typing import Any

from emulator import answers
from emulator.answers import Answer, Refused
from emulator.calls import Call
from emulator.clock import text_of
from emulator.fleet import Chosen, GameServer, Restart
from emulator.rules import as_id
from emulator.universe import Universe

LONGEST_BLEED_OFF = 240
LONGEST_BLEED_OFF_V2 = 60
ATTRIBUTES_LIMIT_BYTES = 500


def forecast(_call: Call, universe: Universe) -> Answer:
    """What runs in each place that has servers, and how much of it a restart would end."""
    places = sorted({server.place_id for server in universe.fleet.active()})
    content = {str(place): _place_forecast(universe, place) for place in places}
    return answers.of_json(200, {"placeForecasts": content})


def launch(call: Call, universe: Universe) -> Answer:
    """Take a restart; servers end once the bleed-off is over."""
    body = _body(call)
    minutes = _minutes(body.get("bleedOffDurationMinutes"), LONGEST_BLEED_OFF)
    places = _chosen(body.get("places"), universe)
    restart = universe.fleet.schedule(places, minutes, _attributes(body.get("attributes")))
    content = {
        "id": restart.id,
        "playersImpacted": sum(restart.players.values()),
        "instancesImpacted": sum(map(len, restart.jobs.values())),
    }
    return answers.of_json(200, content)


def list_restarts(_call: Call, universe: Universe) -> Answer:
    """How far each restart came."""
    universe.fleet.active()
    content = {each.id: _status(universe, each) for each in universe.fleet.restarts.values()}
    return answers.of_json(200, {"restartStatuses": content})


def restart_universe(call: Call, universe: Universe) -> Answer:
    """The older call: without `closeAllVersions`, servers of the latest version don't restart."""
    body = _body(call)
    chosen = Chosen(exclude_current=body.get("closeAllVersions") is not True)
    minutes = 0
    if body.get("bleedOffServers") is True:
        minutes = _minutes(body.get("bleedOffDurationMinutes"), LONGEST_BLEED_OFF_V2)
    places = body.get("placeIds") or universe.profile.place_ids
    if not isinstance(places, list | tuple) or not set(places) <= set(universe.profile.place_ids):
        raise Refused(answers.cloud_error(400, "INVALID_ARGUMENT", "Invalid place ids."))
    universe.fleet.schedule(dict.fromkeys(places, chosen), minutes, {})
    return answers.of_json(200, {})


def _body(call: Call) -> dict[str, Any]:
    body = call.json_object()
    if body is None:
        raise Refused(answers.invalid_field("$", "The body is not a JSON object."))
    return body


def _minutes(found: object, most: int) -> int:
    """The minutes before servers end; nothing is none."""
    if found is None:
        return 0
    if type(found) is not int or not 1 <= found <= most:
        raise Refused(answers.invalid_field("bleedOffDurationMinutes", "The value is not valid."))
    return found


def _attributes(found: object) -> Mapping[str, object]:
    if found is None:
        return {}
    size = len(json.dumps(found, ensure_ascii=False, separators=(",", ":")).encode())
    if not isinstance(found, dict) or size > ATTRIBUTES_LIMIT_BYTES:
        raise Refused(answers.invalid_field("attributes", "The value is not valid."))
    return found


def _chosen(found: object, universe: Universe) -> dict[int, Chosen]:
    """The places that are meant, all where none is named, and of each the versions."""
    if found is None:
        return dict.fromkeys(universe.profile.place_ids, Chosen())
    if not isinstance(found, dict):
        raise Refused(answers.invalid_field("places", "The value is not valid."))
    return {_own_place(name, universe): _versions(only) for name, only in found.items()}


def _own_place(name: str, universe: Universe) -> int:
    place_id = as_id(name)
    if place_id is None or place_id not in universe.profile.place_ids:
        raise Refused(answers.invalid_field("places", "The value is not valid."))
    return place_id


def _versions(found: object) -> Chosen:
    if not isinstance(found, dict):
        raise Refused(answers.invalid_field("places", "The value is not valid."))
    versions, exclude = found.get("versions"), found.get("excludeCurrentVersion") is True
    if versions and exclude:
        raise Refused(answers.invalid_field("places", "These exclude each other."))
    return Chosen(frozenset(versions) if versions else None, exclude)


def _place_forecast(universe: Universe, place: int) -> dict[str, Any]:
    """As Roblox's forecast: `impacted` are those that are not of the latest version."""
    servers = universe.fleet.active(place)
    latest = universe.fleet.latest_of(place)
    older = [each for each in servers if each.version != latest]
    versions = sorted({each.version for each in servers})
    by_version = {each: [one for one in servers if one.version == each] for each in versions}
    return {
        "playersImpacted": _players(older),
        "totalPlayers": _players(servers),
        "instancesImpacted": len(older),
        "totalInstances": len(servers),
        "latestPlaceVersion": str(latest),
        "publishTime": universe.profile.create_time,
        "isNotInUniverse": place not in universe.profile.place_ids,
        "playersPerVersion": {str(each): _players(of) for each, of in by_version.items()},
        "instancesPerVersion": {str(each): len(of) for each, of in by_version.items()},
    }


def _players(servers: list[GameServer]) -> int:
    return sum(each.occupancy for each in servers)


def _status(universe: Universe, restart: Restart) -> dict[str, Any]:
    return {
        "universeId": str(universe.id),
        "scheduledTime": text_of(restart.scheduled),
        "startTime": text_of(restart.begins),
        "placeRestartStatuses": {
            str(place): _place_status(universe, restart, place) for place in restart.places
        },
    }


def _place_status(universe: Universe, restart: Restart, place: int) -> dict[str, Any]:
    left = [each for each in universe.fleet.active(place) if each.job_id in restart.jobs[place]]
    begun = restart.begins <= universe.fleet.now()
    going_on = "RESTARTING" if begun else "DELAYING"
    return {
        "state": going_on if restart.done is None else "SUCCEEDED",
        "startTime": text_of(restart.begins),
        "endTime": None if restart.done is None else text_of(restart.done),
        "totalPlayers": restart.players[place],
        "totalInstances": len(restart.jobs[place]),
        "remainingPlayers": _players(left),
        "remainingInstances": len(left),
        "filter": {},
        "latestVersion": str(universe.fleet.latest_of(place)),
    }
