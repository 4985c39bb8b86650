"""The key for a universe's game servers, and Roblox's refusals about them in our words."""

from collections.abc import Iterator
from contextlib import contextmanager

from secretsapp.api_keys.probing import hint_if_reachable
from secretsapp.core.actor import Actor
from secretsapp.core.errors import RobloxRefused, SealroomError
from secretsapp.core.upkeep_errors import NoServerKey
from secretsapp.models import Universe
from secretsapp.opencloud import answers
from secretsapp.opencloud.client import Client
from secretsapp.rules import connections
from secretsapp.rules.roblox import translate

READ, WRITE = "universe:read", "universe:write"

_HOW = (
    "At Roblox, create an API key with the scopes universe:read and universe:write for this game, "
    "add it to Sealroom, and choose it as the key for servers in the universe’s settings."
)


@contextmanager
def client_for_servers(actor: Actor, universe: Universe, *, restarts: bool) -> Iterator[Client]:
    """A client that may read the universe's servers, or restart them.

    Without a key for servers the one for secrets is tried, if Roblox tells that it has the scope.
    Raises NoServerKey, and each OpenCloudError inside as the refusal that a person is shown.
    """
    try:
        with connections.client_of(actor, universe.server_key or universe.api_key) as client:
            if universe.server_key is None:
                _require_scope(client, universe, WRITE if restarts else READ)
            yield client
    except answers.OpenCloudError as error:
        raise refusal_of(error, restarts=restarts) from None


def _require_scope(client: Client, universe: Universe, scope: str) -> None:
    """Roblox tells the scopes of new keys alone: what it doesn't tell counts as missing."""
    hint = hint_if_reachable(client)
    if hint is None or not hint.covers(scope, universe.pk):
        raise NoServerKey(
            f"{universe.name} has no API key for its game servers, and its key for secrets isn’t "
            f"known to have the scope {scope}. {_HOW}"
        )


def refusal_of(error: answers.OpenCloudError, *, restarts: bool) -> SealroomError:
    """The refusal of a failed call about servers."""
    if isinstance(error, answers.NotAllowed):
        scope = WRITE if restarts else READ
        return RobloxRefused(
            f"Roblox doesn’t allow this{', so nothing was restarted' if restarts else ''}. The API "
            f"key for servers is missing the scope {scope}, it doesn’t cover this universe, or its "
            "user can’t manage the game. Fix it at Roblox, or choose another key for servers in "
            "the universe’s settings."
        )
    return translate(error, only_reads=not restarts)
