"""Tells of every call to Roblox which it was, how it ended and how long it took."""

import time
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from secretsapp.opencloud.errors import (
    NothingSent,
    NoUniverse,
    OpenCloudError,
    Refused,
    TooManyRequests,
    Unknown,
)

# The name of the call, its outcome and its seconds.
Observe = Callable[[str, str, float], None]

OK = "ok"
NOTHING_SENT = "nothing_sent"
REFUSED = "refused"
BUSY = "busy"
UNKNOWN = "unknown"
UNUSABLE = "unusable"

# The first that fits; what fits none is an answer that could not be used.
_OUTCOMES: tuple[tuple[type[OpenCloudError], str], ...] = (
    (NothingSent, NOTHING_SENT),
    (TooManyRequests, BUSY),
    (Refused, REFUSED),
    (Unknown, UNKNOWN),
    (NoUniverse, OK),
)


class _Observed(Protocol):
    """What has calls that are observed."""

    observe: Observe


_Caller = TypeVar("_Caller", bound=_Observed)
_Arguments = ParamSpec("_Arguments")
_Answer = TypeVar("_Answer")


def observed(
    call: Callable[Concatenate[_Caller, _Arguments], _Answer],
) -> Callable[Concatenate[_Caller, _Arguments], _Answer]:
    """The call, of whose end `observe` of its object is told."""

    @wraps(call)
    def tell(
        caller: _Caller, /, *arguments: _Arguments.args, **named: _Arguments.kwargs
    ) -> _Answer:
        began = time.monotonic()
        try:
            answer = call(caller, *arguments, **named)
        except OpenCloudError as error:
            caller.observe(call.__name__, _outcome(error), time.monotonic() - began)
            raise
        caller.observe(call.__name__, OK, time.monotonic() - began)
        return answer

    return tell


def unobserved(_call: str, _outcome: str, _seconds: float) -> None:
    """Tell nobody."""


def _outcome(error: OpenCloudError) -> str:
    return next((word for kind, word in _OUTCOMES if isinstance(error, kind)), UNUSABLE)
