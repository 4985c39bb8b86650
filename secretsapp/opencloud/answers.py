"""An HTTP answer of Roblox, and what it means for a read and for a write."""

import json
from dataclasses import dataclass, field
from typing import Any

from secretsapp.core.times import seconds_to_wait
from secretsapp.opencloud.errors import (
    Conflict,
    Missing,
    NotAllowed,
    Refused,
    TooManyRequests,
    Unauthorized,
    Unknown,
    Unusable,
)
from secretsapp.opencloud.types import Json

REQUEST_TIMEOUT = 408

# These are the codes that gRPC-style APIs share, which Roblox's v2 answers use; only they are
# kept, because any other text of a body could repeat what was sent.
KNOWN_CODES = frozenset(
    {
        "ABORTED",
        "ALREADY_EXISTS",
        "FAILED_PRECONDITION",
        "INSUFFICIENT_SCOPE",
        "INTERNAL",
        "INVALID_ARGUMENT",
        "NOT_FOUND",
        "OUT_OF_RANGE",
        "PERMISSION_DENIED",
        "RESOURCE_EXHAUSTED",
        "UNAUTHENTICATED",
        "UNAVAILABLE",
    }
)

_BY_STATUS: dict[int, type[Refused]] = {
    401: Unauthorized,
    403: NotAllowed,
    404: Missing,
    409: Conflict,
}


@dataclass(frozen=True)
class Answer:
    """A complete answer: status, the wait Roblox asks for, and the body, which is never shown."""

    status: int
    retry_after: str
    body: bytes = field(repr=False)

    def as_read(self) -> Json:
        """The JSON object that a read was answered with; raises Refused or Unusable."""
        self._raise_if_refused()
        if self.status != 200:
            raise Unusable(f"Roblox answered {self.status}.")
        found = self._json_object()
        if found is None:
            raise Unusable("Roblox answered with something other than JSON.")
        return found

    def as_write(self) -> Json:
        """The JSON object that an accepted write was answered with, empty if it has no body.

        Raises Refused where Roblox said no, and Unknown for everything else: a server error, a
        redirect, and a page of something in between may each hide a write that took effect.
        """
        self._raise_if_refused()
        if self.status not in (200, 201, 204):
            raise Unknown(f"Roblox answered {self.status}.")
        found = self._json_object() if self.body.strip() else {}
        if found is None:
            raise Unknown("Roblox answered with something other than JSON.")
        return found

    def _raise_if_refused(self) -> None:
        if not 400 <= self.status < 500 or self.status == REQUEST_TIMEOUT:
            return
        code = _known_code(self._json_object() or {})
        if self.status == 429:
            raise TooManyRequests(self.status, code, seconds_to_wait(self.retry_after))
        raise _BY_STATUS.get(self.status, Refused)(self.status, code)

    def _json_object(self) -> dict[str, Any] | None:
        try:
            found = json.loads(self.body)
        except (ValueError, RecursionError):
            return None
        return found if isinstance(found, dict) else None


def _known_code(body: Json) -> str:
    """Roblox's error code: it is at the top, in `error`, or in the first of `errors`."""
    errors = body.get("errors")
    first = errors[0] if isinstance(errors, list) and errors else {}
    nested = first.get("code") if isinstance(first, dict) else None
    for code in (body.get("code"), body.get("error"), nested):
        if isinstance(code, str) and code in KNOWN_CODES:
            return code
    return ""
