"""The second key of a universe: the one for its game servers."""

from secretsapp.core.actor import Actor
from secretsapp.core.events.secrets import UniverseEvent
from secretsapp.core.roles import Permission
from secretsapp.models import ApiKey, Universe
from secretsapp.opencloud import answers, server_management
from secretsapp.rules import connections
from secretsapp.rules.acting import Right, acting
from secretsapp.rules.locks import lock_api_key, lock_universe
from secretsapp.rules.policy import require_installation
from secretsapp.rules.versions import differences
from secretsapp.servers.connecting import refusal_of

TO_MANAGE = Right(Permission.MANAGE_UNIVERSES)


def choose(actor: Actor, universe: Universe, api_key: ApiKey | None) -> None:
    """Let the universe's servers be read and restarted with that key, or with none of their own.

    The key has to read the servers first. Raises Forbidden, Roblox's refusal, and NotFound where
    universe or key were removed meanwhile.
    """
    require_installation(actor, Permission.MANAGE_UNIVERSES, universe.pk)
    if api_key is not None:
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


def _prove(actor: Actor, universe: Universe, api_key: ApiKey) -> None:
    try:
        with connections.client_of(actor, api_key) as client:
            server_management.forecast(client, universe.pk)
    except answers.OpenCloudError as error:
        raise refusal_of(error, restarts=False) from None


def _named(api_key: ApiKey | None) -> dict[str, str]:
    return {"key for servers": api_key.name if api_key else ""}
