"""Games as Roblox tells anyone of them, on another host: no key is sent there."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from secretsapp.core.input_rules import UNIVERSE_ID_LIMIT
from secretsapp.opencloud.answers import Json, Unusable
from secretsapp.opencloud.client import Timeouts
from secretsapp.opencloud.types import read_cursor, read_text

if TYPE_CHECKING:
    from secretsapp.opencloud.transport import Transport

# The most that Roblox gives at once (documented); no group has nearly as many games.
PAGE_LIMIT = 100
PAGES_AT_MOST = 50


@dataclass(frozen=True)
class Game:
    """A game of a group: the id of its universe, and its name, which may be empty."""

    universe_id: int
    name: str


def list_games(
    base_url: str, group_id: int, *, proxy: str | None, timeouts: Timeouts
) -> list[Game]:
    """Every game that Roblox lists of the group, each once; none for one that it doesn't know.

    Raises NothingSent, Refused, or Unusable where the list doesn't end or can't be read.
    """
    found: dict[int, Game] = {}
    cursors, cursor = {""}, ""
    with _opened(base_url, proxy, timeouts) as transport:
        for _ in range(PAGES_AT_MOST):
            page = transport.read(_path(group_id), _query(cursor)).as_read()
            found |= {game.universe_id: game for game in _games(page)}
            cursor = read_cursor(page)
            if not cursor:
                return list(found.values())
            if cursor in cursors:
                raise Unusable("Roblox listed the same page twice.")
            cursors.add(cursor)
    raise Unusable("Roblox's list did not end.")


def find_games(
    base_url: str, universe_ids: Sequence[int], *, proxy: str | None, timeouts: Timeouts
) -> list[Game]:
    """What Roblox tells of these games, at most 50 at once (seen by clients).

    Those that it doesn't tell of are missing. Raises NothingSent, Refused, or Unusable.
    """
    query = {"universeIds": ",".join(map(str, universe_ids))}
    with _opened(base_url, proxy, timeouts) as transport:
        return _games(transport.read("/v1/games", query).as_read())


def _opened(base_url: str, proxy: str | None, timeouts: Timeouts) -> "Transport":
    from secretsapp.opencloud.transport import Transport  # noqa: PLC0415 - as in the client

    return Transport(
        base_url,
        None,
        proxy=proxy,
        connect=timeouts.connect,
        read=timeouts.read,
        answer=timeouts.answer,
    )


def _path(group_id: int) -> str:
    return f"/v2/groups/{group_id}/gamesV2"


def _query(cursor: str) -> dict[str, str | int]:
    first: dict[str, str | int] = {"limit": PAGE_LIMIT, "sortOrder": "Asc"}
    return first | {"cursor": cursor} if cursor else first


def _games(page: Json) -> list[Game]:
    items = page.get("data")
    if not isinstance(items, list):
        raise Unusable("Roblox's answer is not a list of games.")
    return [_game(item) for item in items]


def _game(item: object) -> Game:
    universe_id = item.get("id") if isinstance(item, dict) else None
    if not isinstance(item, dict) or type(universe_id) is not int:
        raise Unusable("Roblox listed something that is not a game.")
    if not 0 < universe_id <= UNIVERSE_ID_LIMIT:
        raise Unusable("Roblox listed a game with an id that can't be.")
    return Game(universe_id, read_text(item, "name"))
