"""The address from which Roblox sees this machine come, where the machine itself can tell."""

import ipaddress
import socket
from threading import Thread
from urllib.parse import urlsplit

PATIENCE_SECONDS = 1.0
DEFAULT_PORTS = {"http": 80, "https": 443}


def own_address(base_url: str) -> str:
    """The source address that the operating system takes on the way to `base_url`, or nothing.

    Only an address that the whole internet can reach is told: behind NAT it is another one that
    arrives at Roblox. Nothing is sent. Looking up a name knows no timeout, so that is left alone
    once it takes too long.
    """
    found: list[str] = []
    search = Thread(target=lambda: found.append(_source(base_url)), daemon=True)
    search.start()
    search.join(PATIENCE_SECONDS)
    return found[0] if found and is_global(found[0]) else ""


def is_global(address: str) -> bool:
    """Whether the text is an address of the internet itself."""
    try:
        return ipaddress.ip_address(address).is_global
    except ValueError:
        return False


def _source(base_url: str) -> str:
    """The local end of a UDP socket, for which connecting only chooses the way."""
    parts = urlsplit(base_url)
    port = parts.port or DEFAULT_PORTS.get(parts.scheme, 443)
    try:
        ways = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_DGRAM)
        family, kind, protocol, _, target = ways[0]
        with socket.socket(family, kind, protocol) as way:
            way.connect(target)
            address: str = way.getsockname()[0]
    except OSError:
        return ""
    return address


def as_cidr(address: str) -> str:
    """A single address as Roblox's list of a key takes it; what is no address stays as it is."""
    try:
        return str(ipaddress.ip_network(address))
    except ValueError:
        return address
