"""Who gets in: the key or token, the rate limit, the scope, and the universe, in this order."""

from collections.abc import Callable
from typing import Protocol

from emulator import answers
from emulator.answers import Answer, Refused
from emulator.api_keys import ApiKey
from emulator.calls import Call, Handler
from emulator.rules import as_id
from emulator.universe import Profile, Universe

UniverseHandler = Callable[[Call, Universe], Answer]
BEARER = "Bearer "


class Holder(Protocol):
    """An API key, or what an access token stands for."""

    @property
    def limited_as(self) -> int: ...
    def may(self, scope: str, profile: Profile) -> bool:
        """Whether it holds the scope for the universe."""


def authenticate(call: Call) -> Holder:
    """Who the request came from; refuses with the one 401 otherwise."""
    authorization = call.request.headers.get("authorization", "")
    if authorization.startswith(BEARER):
        granted = call.state.oauth.bearer(authorization.removeprefix(BEARER))
        if granted is None:
            raise Refused(answers.gateway_error(401, "Unauthorized"))
        return granted
    return _api_key(call)


def _api_key(call: Call) -> ApiKey:
    api_key = call.state.api_keys.get(call.request.headers.get("x-api-key", ""))
    if api_key is None or not api_key.usable(call.state.clock.now()):
        raise Refused(answers.invalid_api_key())
    call.state.note_use(api_key)
    return api_key


def guarded(scope: str, handler: UniverseHandler, most: int | None = None) -> Handler:
    """A handler that only lets in what holds the scope, so often a minute at most."""

    def guard(call: Call) -> Answer:
        holder = authenticate(call)
        allowance = call.state.limiter.count(holder.limited_as, handler.__name__, most)
        if allowance is None:
            return _enter(call, holder, scope, handler)
        if allowance.exceeded:
            return answers.too_many_requests().with_headers(allowance.headers)
        return _enter(call, holder, scope, handler).with_headers(allowance.headers)

    return guard


def _enter(call: Call, holder: Holder, scope: str, handler: UniverseHandler) -> Answer:
    try:
        return handler(call, _universe(call, holder, scope))
    except Refused as refusal:
        return refusal.answer


def _universe(call: Call, holder: Holder, scope: str) -> Universe:
    """The universe named in the path; one that does not exist looks like one not permitted."""
    universe_id = as_id(call.parts[0])
    if universe_id is None:
        raise Refused(answers.invalid_field("universeId", "The value is not valid."))
    universe = call.state.universes.get(universe_id)
    if universe is None or not holder.may(scope, universe.profile):
        raise Refused(answers.problem(403))
    return universe
