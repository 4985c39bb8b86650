"""Who gets in: the API key, the rate limit, the scope, and the universe, in this order."""

from collections.abc import Callable

from emulator import answers
from emulator.answers import Answer, Refused
from emulator.api_keys import ApiKey
from emulator.calls import Call, Handler
from emulator.rules import as_id
from emulator.universe import Universe

UniverseHandler = Callable[[Call, Universe], Answer]
Entrance = Callable[[Call, ApiKey, str], Universe]
KeyHandler = Callable[[Call, ApiKey], Answer]


def authenticate(call: Call) -> ApiKey:
    """The usable API key that came with the request; refuses with the one 401 otherwise."""
    api_key = call.state.api_keys.get(call.request.headers.get("x-api-key", ""))
    if api_key is None or not api_key.usable(call.state.clock.now()):
        raise Refused(answers.invalid_api_key())
    call.state.note_use(api_key)
    return api_key


def guarded(
    scope: str,
    handler: UniverseHandler,
    most: int | None = None,
    entrance: Entrance | None = None,
) -> Handler:
    """A handler that only lets in what holds the scope, so often a minute at most.

    `entrance` finds the universe where a service refuses in another form than most do.
    """
    find = entrance or _universe

    def enter(call: Call, api_key: ApiKey) -> Answer:
        return handler(call, find(call, api_key, scope))

    enter.__name__ = handler.__name__
    return counted(enter, most)


def counted(handler: KeyHandler, most: int | None = None) -> Handler:
    """A handler that lets in every API key that is valid, so often a minute at most."""

    def guard(call: Call) -> Answer:
        api_key = authenticate(call)
        allowance = call.state.limiter.count(api_key.owner_id, handler.__name__, most)
        if allowance is None:
            return _enter(call, api_key, handler)
        if allowance.exceeded:
            return answers.too_many_requests().with_headers(allowance.headers)
        return _enter(call, api_key, handler).with_headers(allowance.headers)

    return guard


def _enter(call: Call, api_key: ApiKey, handler: KeyHandler) -> Answer:
    try:
        return handler(call, api_key)
    except Refused as refusal:
        return refusal.answer


def _universe(call: Call, api_key: ApiKey, scope: str) -> Universe:
    """The universe named in the path; one that does not exist looks like one not permitted."""
    universe_id = as_id(call.parts[0])
    if universe_id is None:
        raise Refused(answers.invalid_field("universeId", "The value is not valid."))
    universe = call.state.universes.get(universe_id)
    if universe is None or not api_key.may(scope, universe.profile):
        raise Refused(answers.problem(403))
    return universe
