"""Who gets in: the key or token, the rate limit, the scope, and the universe, in this order."""

from collections.abc import Callable
from typing import Protocol, TypeVar

from emulator import answers
from emulator.answers import Answer, Refused
from emulator.api_keys import ApiKey
from emulator.calls import Call, Handler
from emulator.rules import as_id
from emulator.universe import Profile, Universe

UniverseHandler = Callable[[Call, Universe], Answer]
Entrance = Callable[[Call, "Holder", str], Universe]
KeyHandler = Callable[[Call, ApiKey], Answer]
Who = TypeVar("Who", bound="Holder")
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

    def enter(call: Call, holder: Holder) -> Answer:
        return handler(call, find(call, holder, scope))

    return _counted(handler.__name__, most, authenticate, enter)


def counted(handler: KeyHandler, most: int | None = None) -> Handler:
    """A handler that lets in every API key that is valid, so often a minute at most."""
    return _counted(handler.__name__, most, _api_key, handler)


def _counted(
    name: str, most: int | None, who: Callable[[Call], Who], handler: Callable[[Call, Who], Answer]
) -> Handler:
    def guard(call: Call) -> Answer:
        holder = who(call)
        allowance = call.state.limiter.count(holder.limited_as, name, most)
        if allowance is None:
            return _enter(call, holder, handler)
        if allowance.exceeded:
            return answers.too_many_requests().with_headers(allowance.headers)
        return _enter(call, holder, handler).with_headers(allowance.headers)

    return guard


def _enter(call: Call, holder: Who, handler: Callable[[Call, Who], Answer]) -> Answer:
    try:
        return handler(call, holder)
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
