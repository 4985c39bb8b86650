"""How often a network, an account and a known device may try something.

They are counted by allauth in the shared cache, so for all processes together. Where a count
cannot be read or written nothing is tried.
"""

import time
from dataclasses import dataclass
from math import ceil

from allauth.core.internal import ratelimit
from allauth.core.internal.ratelimit import RateLimitUsage
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from secretsapp.adapters import devices
from secretsapp.adapters.addresses import client_address
from secretsapp.core.networks import networks_around
from secretsapp.models import User
from secretsapp.people import known_devices

MINUTE, HOUR = 60, 3600
_APP, _WAIT = "sealroom", "limit_wait"


@dataclass(frozen=True)
class Limit:
    """So many tries in a span such as `5m`; of IPv6, so many for a /64 and more for what is wider.

    Who has many networks has them side by side: a /56 has twice as many tries, a /48 four times.
    """

    action: str
    tries: int
    span: str

    def rate(self, width: int) -> str:
        """The limit of a network that is wider by so many steps, as allauth writes it."""
        return f"{self.tries * 2**width}/{self.span}/key"


SIGN_INS = Limit("sign_in", 30, "m")
BACK = Limit("sign_on_back", 30, "m")
CODES = Limit("code", 20, "m")
MAILS = Limit("mail", 20, "m")
PASSWORDS = Limit("password", 10, "5m")
# More than one network has, so that one alone cannot close an account for other networks.
PASSWORDS_OF_ACCOUNT = Limit("password_of_account", 100, "5m")
# A code has six digits, of which three are right at a time: 60 tries a day find one in 15 years.
SECOND_FACTORS = Limit("second_factor", 10, "5m")
SECOND_FACTORS_A_DAY = Limit("second_factor_a_day", 60, "d")
# Who reads someone's mail can get new links, and with each a new device: these count all of them.
SECOND_FACTORS_IN_ALL = Limit("second_factor_in_all", 240, "d")

# Each sends two mails, of which one goes to an address that may be anyone's.
NEW_ADDRESSES = Limit("new_address", 10, "d")


def take_password(request: HttpRequest, email: str) -> RateLimitUsage | None:
    """Count a try at the password of that address; None where it is one too many.

    A device that is known for the account has tries of its own, whatever others tried. Where these
    are used up, as by someone who stole its cookie, it is a device like any other.
    """
    device = devices.find(request, email)
    if device and (own := _take(request, PASSWORDS, f"device:{device.id}")):
        return own
    of_network = _take_of_networks(request, PASSWORDS)
    if of_network is None:
        return None
    of_account = _take(request, PASSWORDS_OF_ACCOUNT, known_devices.account_key(email))
    return of_account and RateLimitUsage([*of_network.usage, *of_account.usage])


def refuse(request: HttpRequest, limit: Limit, email: str = "") -> HttpResponse | None:
    """The page that asks for patience, where this request is one too many.

    A device that is known for the account of that address has a limit of its own.
    """
    if request.method != "POST":
        return None
    device = devices.find(request, email) if email else None
    if device and _take(request, limit, f"device:{device.id}"):
        return None
    if _take_of_networks(request, limit):
        return None
    return _refusal(request, "from your network")


def refuse_back(request: HttpRequest) -> HttpResponse | None:
    """The page that asks for patience, where too many answers of providers came from a network."""
    return None if _take_of_networks(request, BACK) else _refusal(request, "from your network")


def refuse_second_factor(request: HttpRequest, person: User) -> HttpResponse | None:
    """The page that asks for patience, where this is one code too many for that account.

    They know the password, so networks are not counted. A device that is known for the account has
    tries of its own, so someone who stole a password keeps nobody out of theirs.
    """
    if request.method != "POST":
        return None
    device = devices.find(request, person.email)
    key = f"device:{device.id}" if device else known_devices.account_key(person.email)
    counted = (SECOND_FACTORS, key), (SECOND_FACTORS_A_DAY, key)
    in_all = (SECOND_FACTORS_IN_ALL, f"person:{person.pk}")
    if all(_take(request, limit, each) for limit, each in (*counted, in_all)):
        return None
    return _refusal(request, "for this account")


def refuse_new_address(request: HttpRequest, person: User) -> HttpResponse | None:
    """The same where this is one address too many that the person wants to have."""
    if request.method != "POST" or _take(request, NEW_ADDRESSES, f"person:{person.pk}"):
        return None
    return _refusal(request, "for this account")


def _refusal(request: HttpRequest, whence: str) -> HttpResponse:
    seconds = wait(request)
    context = {"whence": whence, "wait": in_words(seconds)}
    answer = render(request, "429.html", context, status=429)
    answer.headers["Retry-After"] = str(seconds)
    return answer


def wait(request: HttpRequest) -> int:
    """After how many seconds the try that was refused last in this request would count again."""
    return int(getattr(request, _WAIT, MINUTE))


def in_words(seconds: int) -> str:
    """So many seconds, as people say it."""
    if seconds <= 2 * MINUTE:
        return "1 second" if seconds == 1 else f"{seconds} seconds"
    if seconds <= 2 * HOUR:
        return f"{ceil(seconds / MINUTE)} minutes"
    return f"{ceil(seconds / HOUR)} hours"


def _take_of_networks(request: HttpRequest, limit: Limit) -> RateLimitUsage | None:
    """Count it for each network around the address: one that is refused counts for none wider."""
    taken = RateLimitUsage([])
    for width, network in enumerate(networks_around(client_address(request))):
        usage = _take(request, limit, f"network:{network}", width)
        if usage is None:
            return None
        taken.usage.extend(usage.usage)
    return taken


def _take(request: HttpRequest, limit: Limit, key: str, width: int = 0) -> RateLimitUsage | None:
    config = {limit.action: limit.rate(width)}
    usage: RateLimitUsage | None = ratelimit.consume(
        request, app=_APP, action=limit.action, config=config, key=key, limit_get=True
    )
    if usage is None:
        setattr(request, _WAIT, _seconds_left(request, limit, key, width))
    return usage


def _seconds_left(request: HttpRequest, limit: Limit, key: str, width: int) -> int:
    """Until the oldest try that counts is forgotten, by what allauth keeps of them."""
    rate = ratelimit.parse_rate(limit.rate(width))
    kept = ratelimit.get_cache_key(request, app=_APP, action=limit.action, rate=rate, key=key)
    tries: list[float] = cache.get(kept) or [time.time()]
    return max(1, ceil(min(tries) + float(rate.duration) - time.time()))
