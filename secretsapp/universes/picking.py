"""Games to choose from, of a group or of what an API key opens, so that no one types ids."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from django.conf import settings

from secretsapp.api_keys.remembered import opened_ids
from secretsapp.core.actor import Actor
from secretsapp.core.errors import Correctable, InvalidInput, RobloxBusy, RobloxUnreachable
from secretsapp.core.roles import Permission
from secretsapp.models import ApiKey, Universe
from secretsapp.opencloud.answers import OpenCloudError
from secretsapp.opencloud.games import Game, find_games, list_games
from secretsapp.rules import connections
from secretsapp.rules.policy import require_installation
from secretsapp.rules.roblox import in_our_words
from secretsapp.universes import managing

# Each takes some calls of Roblox, and a person waits for all of them.
ADDED_AT_ONCE = 20
# They say nothing of one game, so the others would fare no better.
_OF_ALL = (RobloxBusy, RobloxUnreachable)


@dataclass(frozen=True)
class Choice:
    """A game to choose, and whether it is in Sealroom."""

    game: Game
    is_here: bool


@dataclass(frozen=True)
class Added:
    """What came of adding several: those that are here now, and a sentence for each that isn't."""

    universes: list[Universe]
    refusals: list[str]


def games_of(actor: Actor, group_id: int) -> list[Choice]:
    """The games that Roblox lists of the group, by name, to who may add universes."""
    require_installation(actor, Permission.MANAGE_UNIVERSES)
    # What is remembered of the actor's rights ends here, as it may take long.
    actor.forget()
    proxy: str | None = settings.OPEN_CLOUD_PROXY
    with in_our_words(only_reads=True), connections.conversation():
        games = list_games(
            settings.GAMES_URL, group_id, proxy=proxy, timeouts=connections.timeouts()
        )
    require_installation(actor, Permission.MANAGE_UNIVERSES)
    ids = [game.universe_id for game in games]
    here = set(Universe.objects.filter(pk__in=ids).values_list("pk", flat=True))
    by_name = sorted(games, key=lambda game: (game.name.casefold(), game.universe_id))
    return [Choice(game, game.universe_id in here) for game in by_name]


def opened_by(actor: Actor, api_key: ApiKey) -> list[Choice]:
    """What Roblox told that the key opens and isn't here, to who may add universes.

    None has a name yet: see `named`.
    """
    require_installation(actor, Permission.MANAGE_UNIVERSES)
    told = opened_ids(api_key)
    here = Universe.objects.filter(pk__in=told).values_list("pk", flat=True)
    return [Choice(Game(each, ""), False) for each in sorted(told.difference(here))]


def named(actor: Actor, choices: Sequence[Choice]) -> list[Choice]:
    """These with the names of those that Roblox tells anyone of, if it can be asked."""
    if not choices:
        return []
    actor.forget()
    found: list[Game] = []
    ids = [each.game.universe_id for each in choices]
    proxy: str | None = settings.OPEN_CLOUD_PROXY
    with suppress(OpenCloudError, RobloxBusy), connections.conversation():
        found = find_games(settings.GAMES_URL, ids, proxy=proxy, timeouts=connections.timeouts())
    require_installation(actor, Permission.MANAGE_UNIVERSES)
    by_id = {game.universe_id: game for game in found}
    return [Choice(by_id.get(each.game.universe_id, each.game), each.is_here) for each in choices]


def add_several(
    actor: Actor, universe_ids: Sequence[int], *, api_key: ApiKey, environment: str
) -> Added:
    """Add each universe that the key opens, one after the other; see `managing.add`.

    One that is refused keeps no other from being added. Raises Forbidden, and InvalidInput for none
    or too many.
    """
    require_installation(actor, Permission.MANAGE_UNIVERSES)
    if not universe_ids:
        raise InvalidInput("Tick at least one game.", field="game")
    if len(universe_ids) > ADDED_AT_ONCE:
        raise InvalidInput(f"Choose {ADDED_AT_ONCE} games at most.", field="game")
    added = Added([], [])
    for universe_id in universe_ids:
        try:
            found = managing.add(
                actor, universe_id=universe_id, api_key=api_key, environment=environment
            )
        except Correctable as refusal:
            added.refusals.append(f"{universe_id}: {refusal}")
            if isinstance(refusal, _OF_ALL):
                break
        else:
            added.universes.append(found)
    return added
