"""The cookie by which a browser is known to have been signed in before."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from secretsapp.models import User
from secretsapp.people import known_devices
from secretsapp.people.known_devices import Device

_SIGNED_IN = "_person_of_this_device"


def find(request: HttpRequest, email: str) -> Device | None:
    """The device that asks, if it is known for the account of that address."""
    return known_devices.find(_cookie(request), email)


def remember(request: HttpRequest, person: User) -> None:
    """Let the answer make this device known for a person who has just proved who they are."""
    setattr(request, _SIGNED_IN, person)


def set_cookie(request: HttpRequest, response: HttpResponse) -> None:
    """Give the device its cookie, if it is to be remembered."""
    person: User | None = getattr(request, _SIGNED_IN, None)
    if person is not None:
        response.set_cookie(
            settings.DEVICE_COOKIE_NAME,
            known_devices.remember(_cookie(request), person),
            max_age=known_devices.REMEMBERED_FOR,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )


def _cookie(request: HttpRequest) -> str:
    return request.COOKIES.get(settings.DEVICE_COOKIE_NAME, "")
