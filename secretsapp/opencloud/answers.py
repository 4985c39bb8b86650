"""What a call to Roblox is answered, and what can go wrong, by what the caller can do about it.

`outcome` is the word under which a call that ended so is counted.

OpenCloudError
├── NothingSent         the request never left: try again whenever you like
│   └── NotRenewed      the access by OAuth could not be renewed first; `why`
├── Refused             Roblox answered no, and changed nothing; `status`, `code`
│   ├── Unauthorized    401: wrong or expired key, or this address is not on its list
│   ├── NotAllowed      403: scope, universe or group permission is missing
│   ├── Missing         404
│   ├── Conflict        409: the name is taken
│   └── TooManyRequests 429: `retry_after` in seconds, if told
├── Unknown             a write was sent, no usable answer came: read, never repeat
└── Unusable            a read was answered with something that cannot be used
    └── NoUniverse      a place was looked up that belongs to no universe
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar

from secretsapp.core.times import seconds_to_wait

Json = Mapping[str, Any]


class Renewal(StrEnum):
    """Why an access by OAuth is not renewed; the first two last until someone connects again."""

    # Roblox takes the refresh token no more: a person took it back, or it was not used in time.
    REVOKED = "revoked"
    # The new refresh token was lost before it was stored, and the old one counts once.
    INTERRUPTED = "interrupted"
    # Whether Roblox renewed it is not known yet.
    UNSURE = "unsure"
    # Another process is at it.
    UNDER_WAY = "under way"
    # Roblox doesn't know the app, or none is set up here.
    APP = "app"


class OpenCloudError(Exception):
    """Any failure of a call to Roblox; the message holds no key, value or raw body."""

    outcome: ClassVar[str] = "unusable"


class NothingSent(OpenCloudError):
    """No connection could be made, so nothing was sent."""

    outcome = "nothing_sent"


class NotRenewed(NothingSent):
    """The access by OAuth could not be renewed, so the call itself never left; `why` says more."""

    def __init__(self, why: Renewal) -> None:
        super().__init__("The access to Roblox could not be renewed.")
        self.why = why


class Refused(OpenCloudError):
    """Roblox answered with a 4xx status; `code` is its error code if it is one we know.

    Nothing else of the body is kept: it could repeat what was sent.
    """

    outcome = "refused"

    def __init__(self, status: int, code: str = "") -> None:
        super().__init__(f"Roblox answered {status}.")
        self.status = status
        self.code = code


class Unauthorized(Refused):
    """401."""


class NotAllowed(Refused):
    """403."""


class Missing(Refused):
    """404."""


class Conflict(Refused):
    """409."""


class TooManyRequests(Refused):
    """429; `retry_after` is in seconds, None if Roblox did not say."""

    outcome = "busy"

    def __init__(self, status: int, code: str = "", retry_after: int | None = None) -> None:
        super().__init__(status, code)
        self.retry_after = retry_after


class Unknown(OpenCloudError):
    """A write was sent and whether it took effect is not known."""

    outcome = "unknown"


class Unusable(OpenCloudError):
    """A read could not be completed, or its answer could not be understood."""


class NoUniverse(Unusable):
    """The place belongs to no universe: an answer like any other."""

    outcome = "ok"


REQUEST_TIMEOUT = 408

# These are the codes that gRPC-style APIs share, which Roblox's v2 answers use; only such are
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
        # Those of OAuth (RFC 6749, 5.2).
        "invalid_client",
        "invalid_grant",
    }
)

_BY_STATUS: dict[int, type[Refused]] = {
    401: Unauthorized,
    403: NotAllowed,
    404: Missing,
    409: Conflict,
}


@dataclass(frozen=True)
class Allowance:
    """How many more such calls Roblox takes, and in how many seconds it starts to count again."""

    remaining: int
    reset_seconds: int

    @classmethod
    def read(cls, headers: Mapping[str, str]) -> "Allowance | None":
        """The headers that many answers carry (documented), or None where they say nothing."""
        texts = (headers.get(f"x-ratelimit-{word}", "") for word in ("remaining", "reset"))
        remaining, reset = (seconds_to_wait(text) for text in texts)
        return None if remaining is None or reset is None else cls(remaining, reset)


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
