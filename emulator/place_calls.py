"""Publishing a place: a new version of it from a file (documented)."""

from emulator import answers
from emulator.answers import Answer, Refused
from emulator.calls import Call
from emulator.gate import Holder
from emulator.rules import as_id
from emulator.universe import Universe

CALLS_PER_MINUTE = 30
# How a file of each form begins, as Studio saves it (seen).
BEGINNINGS = {"application/octet-stream": b"<roblox!", "application/xml": b"<roblox "}
VERSION_TYPES = ("Saved", "Published")


def universe_of(call: Call, holder: Holder, scope: str) -> Universe:
    """The universe of the path; here a key that isn't for it is a 401 (documented)."""
    universe = call.state.universes.get(as_id(call.parts[0]) or 0)
    if universe is None:
        raise Refused(answers.gateway_error(404, "Place or universe does not exist."))
    if not holder.may(scope, universe.profile):
        raise Refused(answers.gateway_error(401, "API key not valid for operation."))
    return universe


def publish(call: Call, universe: Universe) -> Answer:
    """Take a version; only a published one is what servers start with from then on."""
    place_id = _place(call, universe)
    version_type = call.request.query.get("versionType", "")
    if version_type not in VERSION_TYPES or not _is_place_file(call):
        raise Refused(answers.gateway_error(400, "Invalid request."))
    is_published = version_type == "Published"
    version = universe.fleet.publish(place_id) if is_published else universe.fleet.save(place_id)
    answer = answers.of_json(200, {"versionNumber": version})
    return answer.with_headers({"content-type": "text/plain; charset=utf-8"})


def _place(call: Call, universe: Universe) -> int:
    place_id = as_id(call.parts[1]) or 0
    if place_id in universe.profile.place_ids:
        return place_id
    if call.state.universe_of_place(place_id):
        raise Refused(answers.gateway_error(409, "Place not part of the universe."))
    raise Refused(answers.gateway_error(404, "Place or universe does not exist."))


def _is_place_file(call: Call) -> bool:
    beginning = BEGINNINGS.get(call.request.headers.get("content-type", ""))
    return beginning is not None and call.request.body.startswith(beginning)
