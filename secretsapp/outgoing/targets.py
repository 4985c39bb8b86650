"""Addresses that people name for something to be sent to, read strictly and written in one way."""

import re
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import SplitResult, quote, urlsplit

from secretsapp.core.errors import InvalidInput
from secretsapp.core.input_rules import one_form

HTTPS_PORT = 443
SYSLOG_PORT = 6514
LONGEST = 2000
_LABEL = "[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?"
_HOST = re.compile(rf"(?=.{{1,253}}$){_LABEL}(\.{_LABEL})*")
# What stays as it is in a path or query; all else is written with %.
_SAFE = "/%:@!$&'()*+,;=~?-._"
_BAD_ADDRESS = "Enter an address such as https://hooks.example.com/path."
_BAD_PLACE = "Enter a host and a port, such as logs.example.com:6514."


@dataclass(frozen=True)
class Target:
    """A host, its port, and for HTTPS the path with its query, which can hold a secret."""

    host: str
    port: int
    path: str = field(default="/", repr=False)

    @property
    def place(self) -> str:
        """The host, with its port where that is not the usual one of HTTPS: what can be shown."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == HTTPS_PORT else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        """The whole address over HTTPS, in its one form."""
        return f"https://{self.place}{self.path}"

    def under(self, path: str) -> "Target":
        """The target of a path below this one."""
        return Target(self.host, self.port, f"{self.path.rstrip('/')}/{path}")


def read_url(text: str, *, field: str = "address") -> Target:
    """The target of an HTTPS address; raises InvalidInput, which never repeats what was written."""
    parts = _split(text.strip(), field)
    if parts.scheme != "https":
        raise InvalidInput("The address must begin with https://.", field=field)
    if parts.username is not None or parts.password is not None:
        raise InvalidInput("The address must not have a user name or password.", field=field)
    port = _port(parts, field, HTTPS_PORT, _BAD_ADDRESS)
    path = parts.path if parts.path.startswith("/") else f"/{parts.path}"
    query = f"?{parts.query}" if parts.query else ""
    return Target(_host(parts, field, _BAD_ADDRESS), port, quote(path + query, safe=_SAFE))


def read_place(text: str, *, field: str = "address") -> Target:
    """The target `host` or `host:port` of syslog over TLS; raises InvalidInput."""
    parts = _split(f"//{text.strip()}", field)
    if parts.path or parts.query or parts.fragment or parts.username is not None:
        raise InvalidInput(_BAD_PLACE, field=field)
    port = _port(parts, field, SYSLOG_PORT, _BAD_PLACE)
    return Target(_host(parts, field, _BAD_PLACE), port, "")


def _split(text: str, field: str) -> SplitResult:
    """The parts of an address; what is invisible is refused, for parsers differ about it."""
    if len(text) > LONGEST:
        raise InvalidInput(f"The address is too long: at most {LONGEST:,} characters.", field=field)
    if not text.isprintable() or " " in text or "\\" in text:
        raise InvalidInput("The address has spaces or characters that don’t belong.", field=field)
    try:
        return urlsplit(text)
    except ValueError:
        raise InvalidInput(_BAD_ADDRESS, field=field) from None


def _port(parts: SplitResult, field: str, usual: int, sentence: str) -> int:
    try:
        port = usual if parts.port is None else parts.port
    except ValueError:
        port = 0
    if not port:
        raise InvalidInput(sentence, field=field)
    return port


def _host(parts: SplitResult, field: str, sentence: str) -> str:
    """A host in its one form: an address as the machine writes it, a name in ASCII."""
    written = parts.hostname or ""
    try:
        # What follows a % may be any text, and means something on one machine alone.
        return ip_address("" if "%" in written else written).compressed
    except ValueError:
        host = one_form(written)
    if "[" in parts.netloc or not _HOST.fullmatch(host):
        raise InvalidInput(sentence, field=field)
    return host
