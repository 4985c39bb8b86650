"""The key for a universe's game servers: chosen, put to use, and its refusals in our words."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from secretsapp.api_keys.probing import hint_if_reachable
from secretsapp.core.actor import Actor
from secretsapp.core.errors import RobloxRefused, SealroomError
from secretsapp.core.events.secrets import UniverseEvent
from secretsapp.core.roles import Permission
from secretsapp.core.upkeep_errors import NoServerKey, WrongKind
from secretsapp.models import ApiKey, Universe
from secretsapp.opencloud import answers, server_management
from secretsapp.opencloud.client import Client
from secretsapp.rules import connections
from secretsapp.rules.acting import Right, acting
from secretsapp.rules.locks import lock_api_key, lock_universe
from secretsapp.rules.policy import require_installation
from secretsapp.rules.roblox import translate
from secretsapp.rules.versions import differences

TO_MANAGE = Right(Permission.MANAGE_UNIVERSES)


@dataclass(frozen=True)
class Use:
    """What the key is put to: the scope that it takes, and what a failure left undone."""

    scope: str
    undone: str = ""


READING = Use("universe:read")
RESTARTING = Use("universe:write", ", so nothing was restarted")
PUBLISHING = Use("universe-places:write", ", so nothing was published")
_HOW = (
    "At Roblox, create an API key with the scopes universe:read, universe:write and, to publish, "
    "universe-places:write for this game, add it to Sealroom, and choose it as the key for "
    "servers in the universe’s settings."
)


@contextmanager
def client_for_servers(actor: Actor, universe: Universe, use: Use) -> Iterator[Client]:
    """A client that may read the universe's servers, restart them, or publish its places.

    Without a key for servers the one for secrets is tried, if Roblox tells that it has the scope.
    Raises NoServerKey, and each OpenCloudError inside as the refusal that a person is shown.
    """
    try:
        with connections.client_of(actor, universe.server_key or universe.api_key) as client:
            if universe.server_key is None:
                _require_scope(client, universe, use.scope)
            yield client
    except answers.OpenCloudError as error:
        raise refusal_of(error, use) from None


def _require_scope(client: Client, universe: Universe, scope: str) -> None:
    """Roblox tells the scopes of new keys alone: what it doesn't tell counts as missing."""
    hint = hint_if_reachable(client)
    if hint is None or not hint.covers(scope, universe.pk):
        raise NoServerKey(
            f"{universe.name} has no API key for its game servers, and its key for secrets isn’t "
            f"known to have the scope {scope}. {_HOW}"
        )


def refusal_of(error: answers.OpenCloudError, use: Use) -> SealroomError:
    """The refusal of a failed call about servers."""
    if isinstance(error, answers.NotAllowed):
        return RobloxRefused(
            f"Roblox doesn’t allow this{use.undone}. The API key for servers is missing the scope "
            f"{use.scope}, it doesn’t cover this universe, or its user can’t manage the game. Fix "
            "it at Roblox, or choose another key for servers in the universe’s settings."
        )
    return translate(error, only_reads=use is READING)


def choose(actor: Actor, universe: Universe, api_key: ApiKey | None) -> None:
    """Let the universe's servers be read and restarted with that key, or with none of their own.

    The key has to read the servers first. Raises Forbidden, WrongKind for an access by OAuth,
    Roblox's refusal, and NotFound where universe or key were removed meanwhile.
    """
    require_installation(actor, Permission.MANAGE_UNIVERSES, universe.pk)
    if api_key is not None:
        _refuse_access(api_key)
        _prove(actor, universe, api_key)
    with acting(actor, TO_MANAGE) as act:
        stored = lock_universe(universe)
        if api_key is not None:
            lock_api_key(api_key, was_tried=True)
        before, after = _named(stored.server_key), _named(api_key)
        universe.server_key = stored.server_key = api_key
        if detail := differences(before, after):
            stored.save(update_fields=["server_key"])
            act.tell(UniverseEvent.UNIVERSE_CHANGED, stored, detail=detail)


def _refuse_access(api_key: ApiKey) -> None:
    if api_key.is_oauth:
        raise WrongKind(
            f"“{api_key.name}” is connected with OAuth, which is for secrets alone. Choose an API "
            "key for servers."
        )


def _prove(actor: Actor, universe: Universe, api_key: ApiKey) -> None:
    try:
        with connections.client_of(actor, api_key) as client:
            server_management.forecast(client, universe.pk)
    except answers.OpenCloudError as error:
        raise refusal_of(error, READING) from None


def _named(api_key: ApiKey | None) -> dict[str, str]:
    return {"key for servers": api_key.name if api_key else ""}
