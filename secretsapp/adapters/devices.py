"""The cookie by which a browser is known to have been signed in before."""

from dataclasses import replace

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from secretsapp.models import User
from secretsapp.people import known_devices
from secretsapp.people.known_devices import Device

_REMEMBERED = "_device_to_remember"
# In the session: what the device is called in which it began.
DEVICE = "device"


def find(request: HttpRequest, email: str) -> Device | None:
    """The device that asks, if it is known for the account of that address."""
    return known_devices.find(_cookie(request), email)


def remember(request: HttpRequest, person: User) -> Device:
    """Let the answer make this device known for a person who has just proved who they are.

    It is called what it was when the session began, whatever cookie came now: a device that nobody
    has recognized yet must not become another one.
    """
    device = known_devices.of_person(_cookie(request), person)
    device = replace(device, id=request.session.get(DEVICE, device.id))
    request.session[DEVICE] = device.id
    setattr(request, _REMEMBERED, device)
    return device


def forget(request: HttpRequest) -> None:
    """Let the answer make no device known: the sign-in came to nothing."""
    setattr(request, _REMEMBERED, None)


def own_id(request: HttpRequest) -> str:
    """What the device is called in which the session began; empty where it has no name yet."""
    return str(request.session.get(DEVICE, ""))


def set_cookie(request: HttpRequest, response: HttpResponse) -> None:
    """Give the device its cookie, if it is to be remembered."""
    device: Device | None = getattr(request, _REMEMBERED, None)
    if device is not None:
        response.set_cookie(
            settings.DEVICE_COOKIE_NAME,
            known_devices.remember(_cookie(request), device),
            max_age=known_devices.REMEMBERED_FOR,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )


def _cookie(request: HttpRequest) -> str:
    return request.COOKIES.get(settings.DEVICE_COOKIE_NAME, "")
