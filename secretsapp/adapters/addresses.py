"""Where a request came from: its address, past the proxies that are trusted, and its session."""

import ipaddress
import re
from dataclasses import replace
from uuid import uuid4

from django.conf import settings
from django.http import HttpRequest

from secretsapp.core.actor import TRACE_LENGTH, Actor

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# Some proxies write the port that a connection came from beside its address: Azure's, for one.
_WITH_PORT = re.compile(r"\[(?P<bracketed>[^\[\]]+)\](:[0-9]{1,5})?|(?P<plain>[0-9.]+):[0-9]{1,5}")

# What events call a session: it opens nothing, and stays the same where its key changes.
SESSION_ID = "session_id"


def name_session(request: HttpRequest) -> None:
    """Give the session, in which someone has just signed in, the name that events have of it."""
    request.session[SESSION_ID] = uuid4().hex[:TRACE_LENGTH]


def came_by(actor: Actor, request: HttpRequest) -> Actor:
    """The actor with the request's address and id, and with their session if they are signed in."""
    return replace(
        actor,
        address=client_address(request),
        session_id="" if actor.person_id is None else request.session.get(SESSION_ID, ""),
        request_id=getattr(request, "request_id", ""),
    )


def client_address(request: HttpRequest) -> str:
    """The nearest address that is no trusted proxy, or empty where there is none (a socket).

    X-Forwarded-For is believed only as far as trusted proxies wrote it, from the right; a port or
    brackets around an address are left out.
    """
    address = _peer(request)
    hops = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    while hops and address is not None and _is_trusted(address):
        previous = _parse_hop(hops.pop())
        if previous is None:
            break
        address = previous
    return str(address) if address else ""


def is_from_trusted_proxy(request: HttpRequest) -> bool:
    """Whether a trusted proxy handed the request to us, and so may speak of it."""
    address = _peer(request)
    return address is not None and _is_trusted(address)


def _peer(request: HttpRequest) -> Address | None:
    return _parse(request.META.get("REMOTE_ADDR", ""))


def _parse_hop(text: str) -> Address | None:
    """The address in an item of X-Forwarded-For: `192.0.2.7:443`, `[2001:db8::7]:443` and bare."""
    found = _WITH_PORT.fullmatch(text.strip())
    return _parse((found["bracketed"] or found["plain"]) if found else text)


def _parse(text: str) -> Address | None:
    """An address in the one form by which it is counted, compared and recorded."""
    try:
        address = ipaddress.ip_address(text.strip())
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv4Address):
        return address
    # What follows a % means something on one machine alone, and may be any text of any length.
    if address.scope_id is not None:
        return None
    return address.ipv4_mapped or address


def _is_trusted(address: Address) -> bool:
    return any(address in network for network in settings.TRUSTED_PROXIES)
