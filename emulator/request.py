"""A request as it came off the wire."""

from dataclasses import dataclass, field
from urllib.parse import parse_qsl


@dataclass(frozen=True)
class Request:
    """Method, path (still percent-encoded), query, headers by lower-case name, and body."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str] = field(repr=False)
    body: bytes = field(repr=False)


def split_target(target: str) -> tuple[str, dict[str, str]]:
    """Path and query of a request's target; a proxy's client sends a whole address, as is right."""
    if target.lower().startswith(("http://", "https://")):
        _, _, rest = target.partition("://")
        _, slash, tail = rest.partition("/")
        target = slash + tail
    path, _, query = target.partition("?")
    return path, dict(parse_qsl(query, keep_blank_values=True))
