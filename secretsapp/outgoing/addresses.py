"""Which addresses may be spoken to: those of the internet, and what the operator allows.

A name is looked up once and every address is checked. The connection then goes to a checked address
and not to the name, so a name that leads elsewhere on a second look changes nothing.
"""

import socket
from collections.abc import Callable, Sequence
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
)
from threading import Thread

from secretsapp.core.times import Deadline
from secretsapp.outgoing.errors import NameNotFound, PrivateAddress, TimedOut
from secretsapp.outgoing.targets import Target

Address = IPv4Address | IPv6Address
Networks = Sequence[IPv4Network | IPv6Network]
# From a host and a port to its addresses; raises OSError or UnicodeError where it has none.
Resolve = Callable[[str, int], Sequence[str]]

# IANA's special-purpose registries, and one address of a cloud that is none of the internet's.
_NOT_OF_THE_INTERNET = [
    *map(
        IPv4Network,
        [
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "168.63.129.16/32",  # what Azure tells its machines
            "169.254.0.0/16",  # what clouds tell their machines, among others
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.88.99.0/24",
            "192.168.0.0/16",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/3",
        ],
    )
]
_INTERNET_V6 = IPv6Network("2000::/3")
# Protocol assignments with Teredo, documentation, and 6to4, through which relays of others lead.
_NOT_OF_THE_INTERNET_V6 = [
    *map(IPv6Network, ["2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"])
]
# Addresses that only stand for one of IPv4, in their last 32 bits.
_STANDS_FOR_V4 = [*map(IPv6Network, ["::ffff:0:0/96", "64:ff9b::/96"])]


def resolve(host: str, port: int) -> list[str]:
    """The addresses of a host as the operating system finds them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


def checked(
    target: Target, *, networks: Networks, deadline: Deadline, resolve: Resolve = resolve
) -> list[str]:
    """Every address of the target, each once and each allowed.

    Raises PrivateAddress if a single one is not, NameNotFound, or TimedOut.
    """
    found = [*dict.fromkeys(_looked_up(target, deadline, resolve))]
    for address in found:
        if not is_allowed(address, networks):
            raise PrivateAddress(target.host, address=address)
    if not found:
        raise NameNotFound(target.host)
    return found


def is_allowed(address: str, networks: Networks = ()) -> bool:
    """Whether the text is an address of the internet, or in one of the networks."""
    try:
        found = ip_address(address)
    except ValueError:
        return False
    real = _stood_for(found)
    if any(each in network for each in (found, real) for network in networks):
        return True
    return _is_of_the_internet(real)


def _is_of_the_internet(address: Address) -> bool:
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _NOT_OF_THE_INTERNET)
    special = any(address in network for network in _NOT_OF_THE_INTERNET_V6)
    return address in _INTERNET_V6 and not special


def _stood_for(address: Address) -> Address:
    """The address of IPv4 that one of IPv6 stands for, or the address itself."""
    if isinstance(address, IPv6Address) and any(address in each for each in _STANDS_FOR_V4):
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address


def _looked_up(target: Target, deadline: Deadline, resolve: Resolve) -> Sequence[str]:
    """What the name leads to. Looking up knows no timeout, so it is left alone when time is up."""
    found: list[Sequence[str]] = []
    failed: list[Exception] = []

    def look() -> None:
        try:
            found.append(resolve(target.host, target.port))
        except (OSError, UnicodeError) as error:
            failed.append(error)

    search = Thread(target=look, daemon=True)
    search.start()
    try:
        search.join(deadline.left())
    except TimeoutError:
        raise TimedOut(target.host) from None
    if failed:
        raise NameNotFound(target.host)
    if not found:
        raise TimedOut(target.host)
    return found[0]
