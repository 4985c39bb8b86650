"""What can go wrong between us and Roblox, split by what the caller can do about it.

`outcome` is the word under which a call that ended so is counted.

OpenCloudError
├── NothingSent         the request never left: try again whenever you like
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

from typing import ClassVar


class OpenCloudError(Exception):
    """Any failure of a call to Roblox; the message holds no key, value or raw body."""

    outcome: ClassVar[str] = "unusable"


class NothingSent(OpenCloudError):
    """No connection could be made, so nothing was sent."""

    outcome = "nothing_sent"


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
