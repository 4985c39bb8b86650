"""The network address a request came from, past the proxies that are trusted."""

import ipaddress

from django.conf import settings
from django.http import HttpRequest

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def client_address(request: HttpRequest) -> str:
    """The nearest address that is no trusted proxy, or empty where there is none (a socket).

    X-Forwarded-For is believed only as far as trusted proxies wrote it, from the right.
    """
    address = _parse(request.META.get("REMOTE_ADDR", ""))
    hops = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    while hops and address is not None and _is_trusted(address):
        previous = _parse(hops.pop())
        if previous is None:
            break
        address = previous
    return str(address) if address else ""


def _parse(text: str) -> Address | None:
    try:
        return ipaddress.ip_address(text.strip())
    except ValueError:
        return None


def _is_trusted(address: Address) -> bool:
    return any(address in network for network in settings.TRUSTED_PROXIES)
