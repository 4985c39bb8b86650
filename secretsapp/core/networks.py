"""The networks around an address, by which what strangers try is counted."""

import ipaddress

# What one customer is given of IPv6, from a line at home to a company: more than one /64.
IPV6_PREFIXES = (64, 56, 48)


def networks_around(address: str) -> tuple[str, ...]:
    """The networks that one stranger may have all of, the narrowest first.

    Of IPv4 that is the address itself; what is no address, such as none, counts as one network.
    """
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return (address,)
    if isinstance(found, ipaddress.IPv4Address):
        return (str(found),)
    return tuple(
        str(ipaddress.IPv6Network((found, prefix), strict=False)) for prefix in IPV6_PREFIXES
    )
