"""What can go wrong on the way to Roblox and back, and for which requests it should."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from emulator.answers import Answer, of_json
from emulator.request import Request

Body = bytes | str | Mapping[str, object] | list[object] | None

HTML_PAGE = "<!DOCTYPE html><html><body><h1>Something in between</h1></body></html>"


class Delivery(Enum):
    """How much of an answer gets through."""

    WHOLE = "whole"
    TRUNCATED = "truncated"
    CUT = "cut"


@dataclass(frozen=True)
class Fault:
    """What happens to a request: whether it is carried out, and what becomes of its answer.

    Delays are in seconds. `answer` replaces the answer that the request would have had.
    """

    carried_out: bool = True
    answer: Answer | None = None
    delivery: Delivery = Delivery.WHOLE
    delay_before: float = 0.0
    delay_after: float = 0.0


NO_FAULT = Fault()


def status(
    code: int,
    body: Body = None,
    headers: Mapping[str, str] | None = None,
    *,
    carried_out: bool = False,
) -> Fault:
    """Answer with a status and a body of your own, having carried the request out or not."""
    answer = _answer(code, body).with_headers(_lower(headers or {}))
    return Fault(carried_out=carried_out, answer=answer)


def html(code: int = 200, *, carried_out: bool = False) -> Fault:
    """Answer with a page, as something between us and Roblox might."""
    answer = Answer(code, HTML_PAGE.encode(), {"content-type": "text/html; charset=utf-8"})
    return Fault(carried_out=carried_out, answer=answer)


def redirect(url: str, code: int = 307) -> Fault:
    """Send the client to another address; nothing is carried out."""
    return Fault(carried_out=False, answer=Answer(code, headers={"location": url}))


def delay(seconds: float, *, carried_out_first: bool = False) -> Fault:
    """Answer late: the request is carried out after the wait, or before it if so asked."""
    if carried_out_first:
        return Fault(delay_after=seconds)
    return Fault(delay_before=seconds)


def cut_before() -> Fault:
    """Close the connection without an answer, and without carrying the request out."""
    return Fault(carried_out=False, delivery=Delivery.CUT)


def cut_after() -> Fault:
    """Carry the request out, and close the connection without an answer."""
    return Fault(delivery=Delivery.CUT)


def truncated() -> Fault:
    """Carry the request out, announce the whole answer, and send only a part of its body."""
    return Fault(delivery=Delivery.TRUNCATED)


@dataclass
class Injection:
    """A fault for the next `times` matching requests, after `skip` of them went unharmed."""

    fault: Fault
    times: int
    skip: int
    method: str | None
    path: str | re.Pattern[str] | None

    def matches(self, request: Request) -> bool:
        """Whether the request is one of those meant, by its method and path."""
        return self.method in (None, request.method) and self._matches_path(request.path)

    def _matches_path(self, path: str) -> bool:
        if self.path is None:
            return True
        if isinstance(self.path, str):
            return self.path in path
        return self.path.search(path) is not None

    def strikes(self) -> bool:
        """Count one matching request; whether the fault befalls it."""
        if self.skip > 0:
            self.skip -= 1
            return False
        self.times -= 1
        return True


class FaultPlan:
    """The faults that wait for their requests."""

    def __init__(self) -> None:
        self._injections: list[Injection] = []

    def add(self, injection: Injection) -> None:
        """Let a fault wait; of several that match, the one added first strikes."""
        self._injections.append(injection)

    def clear(self) -> None:
        """Forget all faults that have not struck."""
        self._injections.clear()

    def take(self, request: Request) -> Fault:
        """The fault that befalls this request, perhaps none."""
        for injection in self._injections:
            if injection.matches(request) and injection.strikes():
                if injection.times == 0:
                    self._injections.remove(injection)
                return injection.fault
        return NO_FAULT


def _answer(code: int, body: Body) -> Answer:
    if body is None:
        return Answer(code)
    if isinstance(body, bytes):
        return Answer(code, body, {"content-type": "application/octet-stream"})
    if isinstance(body, str):
        return Answer(code, body.encode(), {"content-type": "text/plain; charset=utf-8"})
    return of_json(code, body)


def _lower(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}
