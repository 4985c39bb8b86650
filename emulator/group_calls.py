"""Games as anyone can list them; no key is asked for (documented)."""

from typing import Any

from emulator import answers
from emulator.answers import Answer, Refused
from emulator.calls import Call
from emulator.pages import BadCursor, page_of
from emulator.rules import as_id
from emulator.universe import Profile, Universe

LIMITS = ("10", "25", "50", "100")
# What is documented of the filter are its numbers alone; strangers are shown what is public.
FILTERS = ("1", "2", "4")
PUBLIC = "PUBLIC"
# The most that clients have seen answered at once.
IDS_AT_MOST = 50
# As wide as any id, so that the order of the texts is that of the numbers.
WIDTH = 19


def list_games(call: Call) -> Answer:
    """One page of the public games of a group, ordered by id; none for a group that is unknown."""
    group_id, query = as_id(call.parts[0]), call.request.query
    limit, order = query.get("limit", "10"), query.get("sortOrder", "Asc")
    wrong = limit not in LIMITS or query.get("accessFilter", "1") not in FILTERS
    if group_id is None or wrong or order not in ("Asc", "Desc"):
        return answers.gateway_error(400, "The request is invalid.")
    games = _games_of(call, group_id)
    try:
        page = page_of(sorted(games), query.get("cursor", ""), int(limit), group_id)
    except BadCursor:
        raise Refused(answers.gateway_error(400, "Invalid cursor.")) from None
    content = {
        "previousPageCursor": page.previous_cursor,
        "nextPageCursor": page.next_cursor,
        "data": [_game(games[key].profile) for key in page.names],
    }
    return answers.of_json(200, content)


def find_games(call: Call) -> Answer:
    """The public games of these universes, in the order asked; others are left out."""
    ids = [as_id(each) for each in call.request.query.get("universeIds", "").split(",")]
    if None in ids or len(ids) > IDS_AT_MOST:
        return answers.gateway_error(400, "The universe ids are invalid.")
    known = call.state.universes
    found = [known[each] for each in ids if each in known]
    games = [_game(each.profile) for each in found if each.profile.visibility == PUBLIC]
    return answers.of_json(200, {"data": games})


def _games_of(call: Call, group_id: int) -> dict[str, Universe]:
    return {
        str(universe.id).zfill(WIDTH): universe
        for universe in call.state.universes.values()
        if universe.profile.group_id == group_id and universe.profile.visibility == PUBLIC
    }


def _game(profile: Profile) -> dict[str, Any]:
    return {
        "id": profile.universe_id,
        "name": profile.name,
        "description": None,
        "creator": {"id": profile.group_id, "type": "Group"},
        "rootPlace": {"id": profile.root_place_id, "type": "Place"},
        "created": profile.create_time,
        "updated": profile.create_time,
        "placeVisits": 0,
    }
