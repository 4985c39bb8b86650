"""The look-ups: a universe, the universe of a place, and what an API key may do."""

from datetime import datetime
from typing import Any

from emulator import answers
from emulator.answers import Answer
from emulator.api_keys import ApiKey
from emulator.calls import Call
from emulator.clock import as_text, text_of
from emulator.gate import authenticate
from emulator.rules import as_id
from emulator.server_calls import MAX_OCCUPANCY
from emulator.universe import Profile, Universe


def get_universe(call: Call) -> Answer:
    """Name, owner and root place of a universe; any API key that is valid may ask."""
    authenticate(call)
    universe_id = as_id(call.parts[0])
    if universe_id is None:
        return answers.cloud_error(400, "INVALID_ARGUMENT", "Invalid universe ID in the request.")
    universe = call.state.universes.get(universe_id)
    if universe is None:
        return answers.cloud_error(404, "NOT_FOUND", "The universe does not exist.")
    return answers.of_json(200, _universe(universe.profile))


def get_place(call: Call) -> Answer:
    """Name of a place of the universe; any API key that is valid may ask."""
    authenticate(call)
    universe_id, place_id = as_id(call.parts[0]), as_id(call.parts[1])
    universe = call.state.universes.get(universe_id or 0)
    if universe is None or place_id not in universe.profile.place_ids:
        return answers.cloud_error(404, "NOT_FOUND", "The place does not exist.")
    return answers.of_json(200, _place(universe, place_id))


def universe_of_place(call: Call) -> Answer:
    """The universe of a place, null if there is none; no one needs to say who they are."""
    place_id = as_id(call.parts[0])
    if place_id is None:
        return answers.gateway_error(400, "The place id is not valid.")
    universe = call.state.universe_of_place(place_id)
    return answers.of_json(200, {"universeId": universe.id if universe else None})


def introspect(call: Call) -> Answer:
    """What an API key may do, and whether it may still do it; only new keys are known here."""
    key, now = (call.json_object() or {}).get("apiKey"), call.state.clock.now()
    api_key = call.state.api_keys.get(key) if isinstance(key, str) else None
    if api_key is None or not api_key.introspected(now):
        return answers.gateway_error(400, "Invalid API Key")
    return answers.of_json(200, _introspection(api_key, now))


def _universe(profile: Profile) -> dict[str, Any]:
    path = f"universes/{profile.universe_id}"
    return {
        "path": path,
        "createTime": profile.create_time,
        "updateTime": profile.create_time,
        "displayName": profile.name,
        "description": "",
        **_owner(profile),
        "visibility": profile.visibility,
        "voiceChatEnabled": False,
        "ageRating": "AGE_RATING_UNSPECIFIED",
        "desktopEnabled": True,
        "mobileEnabled": True,
        "tabletEnabled": True,
        "consoleEnabled": False,
        "vrEnabled": False,
        "rootPlace": f"{path}/places/{profile.root_place_id}",
    }


def _place(universe: Universe, place_id: int) -> dict[str, Any]:
    profile, published = universe.profile, universe.fleet.published.get(place_id)
    return {
        "path": f"universes/{profile.universe_id}/places/{place_id}",
        "createTime": profile.create_time,
        "updateTime": profile.create_time if published is None else text_of(published),
        "displayName": f"Place {place_id}",
        "description": "",
        "serverSize": MAX_OCCUPANCY,
        "root": place_id == profile.root_place_id,
        "universeRuntimeCreation": False,
    }


def _owner(profile: Profile) -> dict[str, str]:
    if profile.user_id is not None:
        return {"user": f"users/{profile.user_id}"}
    return {"group": f"groups/{profile.group_id}"}


def _introspection(api_key: ApiKey, now: datetime) -> dict[str, Any]:
    content = {
        "name": api_key.name,
        "authorizedUserId": api_key.owner_id,
        "scopes": _scopes(api_key),
        "enabled": api_key.enabled,
        "expired": api_key.expired(now),
    }
    if api_key.expires is None:
        return content
    return {**content, "expirationTimeUtc": as_text(api_key.expires)}


def _scopes(api_key: ApiKey) -> list[dict[str, Any]]:
    """The scopes grouped by resource; a star stands for every universe (documented)."""
    universes = ["*"] if api_key.universes is None else [str(n) for n in sorted(api_key.universes)]
    operations: dict[str, list[str]] = {}
    for scope in sorted(api_key.scopes):
        resource, _, operation = scope.rpartition(":")
        operations.setdefault(resource, []).append(operation)
    return [
        {"name": resource, "operations": names, "universeIds": universes}
        for resource, names in operations.items()
    ]
