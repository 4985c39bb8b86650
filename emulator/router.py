"""Which handler answers which method and path."""

import re
from dataclasses import dataclass
from urllib.parse import unquote

from emulator import (
    answers,
    community_calls,
    group_calls,
    lookup_calls,
    oauth_calls,
    place_calls,
    restart_calls,
    secret_calls,
    server_calls,
)
from emulator.answers import Answer, Refused
from emulator.api_keys import (
    READ_SECRETS,
    READ_UNIVERSE,
    WRITE_PLACES,
    WRITE_SECRETS,
    WRITE_UNIVERSE,
)
from emulator.calls import Call, Handler
from emulator.gate import counted, guarded
from emulator.request import Request
from emulator.server_calls import managed
from emulator.state import State

UNIVERSE = "/cloud/v2/universes/([^/:]+)"
SECRETS = f"{UNIVERSE}/secrets"
MANAGEMENT = "/server-management/v1/universes/([^/]+)"
PLACE = f"{MANAGEMENT}/places/([^/]+)"
SERVERS = f"{PLACE}/versions/([^/]+)/game-servers"
GROUP = "/cloud/v2/groups/([^/]+)"
AUDIT_LOG = "/legacy-groups/v1/groups/([^/]+)/audit-log"
RESTARTS_PER_MINUTE = 30
OAUTH = oauth_calls.PATH


@dataclass(frozen=True)
class Route:
    """A method, a pattern for the whole path, and the handler of both."""

    method: str
    path: str
    handler: Handler


# A path may match several patterns; the first of the right method answers.
ROUTES = (
    Route("GET", f"{SECRETS}/public-key", guarded(READ_SECRETS, secret_calls.public_key)),
    Route("GET", SECRETS, guarded(READ_SECRETS, secret_calls.list_secrets)),
    Route("POST", SECRETS, guarded(WRITE_SECRETS, secret_calls.create_secret)),
    Route("PATCH", f"{SECRETS}/([^/]+)", guarded(WRITE_SECRETS, secret_calls.update_secret)),
    Route("DELETE", f"{SECRETS}/([^/]+)", guarded(WRITE_SECRETS, secret_calls.delete_secret)),
    Route(
        "POST",
        f"{UNIVERSE}:restartServers",
        guarded(WRITE_UNIVERSE, restart_calls.restart_universe, RESTARTS_PER_MINUTE),
    ),
    Route(
        "GET",
        f"{PLACE}/game-servers:filter-options",
        managed(READ_UNIVERSE, server_calls.filter_options),
    ),
    Route("GET", SERVERS, managed(READ_UNIVERSE, server_calls.list_servers)),
    Route("GET", f"{SERVERS}/([^/]+)/logs", managed(READ_UNIVERSE, server_calls.list_logs)),
    Route("GET", f"{MANAGEMENT}/restarts:forecast", managed(READ_UNIVERSE, restart_calls.forecast)),
    Route("GET", f"{MANAGEMENT}/restarts", managed(READ_UNIVERSE, restart_calls.list_restarts)),
    Route("POST", f"{MANAGEMENT}/restarts", managed(WRITE_UNIVERSE, restart_calls.launch)),
    Route("GET", f"{UNIVERSE}/places/([^/]+)", lookup_calls.get_place),
    Route(
        "POST",
        "/universes/v1/([^/]+)/places/([^/]+)/versions",
        guarded(
            WRITE_PLACES,
            place_calls.publish,
            place_calls.CALLS_PER_MINUTE,
            place_calls.universe_of,
        ),
    ),
    Route("GET", UNIVERSE, lookup_calls.get_universe),
    Route("GET", "/universes/v1/places/([^/]+)/universe", lookup_calls.universe_of_place),
    Route("POST", "/api-keys/v1/introspect", lookup_calls.introspect),
    Route("GET", GROUP, counted(community_calls.get_group, 150)),
    Route("GET", f"{GROUP}/roles", counted(community_calls.list_roles, 300)),
    Route("GET", f"{GROUP}/memberships", counted(community_calls.list_memberships, 300)),
    Route("GET", AUDIT_LOG, counted(community_calls.audit_log, 100)),
    # At Roblox these are on a host of their own, games.roblox.com, which asks for no key.
    Route("GET", "/v2/groups/([^/]+)/gamesV2", group_calls.list_games),
    Route("GET", "/v1/games", group_calls.find_games),
    Route("GET", f"{OAUTH}/.well-known/openid-configuration", oauth_calls.discovery),
    Route("GET", f"{OAUTH}/v1/authorize", oauth_calls.authorize),
    Route("POST", f"{OAUTH}/v1/token", oauth_calls.token),
    Route("POST", f"{OAUTH}/v1/token/introspect", oauth_calls.introspect),
    Route("POST", f"{OAUTH}/v1/token/resources", oauth_calls.resources),
    Route("POST", f"{OAUTH}/v1/token/revoke", oauth_calls.revoke),
)


def answer(state: State, request: Request) -> Answer:
    """Carry the request out as a whole, under the lock, and answer it."""
    with state.lock:
        try:
            return _handle(state, request)
        except Refused as refusal:
            return refusal.answer


def _handle(state: State, request: Request) -> Answer:
    found = [
        (route, match) for route in ROUTES if (match := re.fullmatch(route.path, request.path))
    ]
    for route, match in found:
        if route.method == request.method:
            parts = tuple(unquote(part) for part in match.groups())
            return route.handler(Call(state, request, parts))
    if found:
        return _wrong_method([route for route, _ in found])
    return answers.gateway_error(404, "NotFound")


def _wrong_method(routes: list[Route]) -> Answer:
    allowed = ", ".join(sorted({route.method for route in routes}))
    return answers.gateway_error(405, "Method not allowed").with_headers({"allow": allowed})
