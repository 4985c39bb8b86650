"""How people prove on the pages that it's them: by a password, and by a passkey."""

from django.http import HttpResponseBase
from django.test import Client

from tests.support.passkeys_of_people import Device, options_on

SIGN_IN, SECOND, ALONE = "/sign-in/", "/sign-in/second-factor/", "/sign-in/passkey/"
ADD, CODES, ME = "/me/passkeys/new/", "/me/recovery-codes/", "/me/"
VIEWER = "viewer@example.com"


def with_password(password: str, email: str = VIEWER) -> Client:
    """A browser in which someone's password was right."""
    client = Client()
    client.post(SIGN_IN, {"login": email, "password": password})
    return client


def is_signed_in(client: Client) -> bool:
    """Whether the browser has a session."""
    return client.get(ME).status_code == 200


def prove(client: Client, device: Device) -> HttpResponseBase:
    """Use the passkey for the second step."""
    return client.post(SECOND, {"credential": device.use(options_on(client.get(SECOND)))})


def alone(device: Device, client: Client | None = None, **sent: str) -> Client:
    """A browser in which the passkey was used, and nothing else."""
    client = client or Client()
    client.post(ALONE, {"credential": device.use(options_on(client.post(ALONE))), **sent})
    return client


def add(client: Client, device: Device, name: str = "Laptop") -> HttpResponseBase:
    """Add a passkey of that device on the page for it."""
    answer = device.make(options_on(client.get(ADD)))
    return client.post(ADD, {"name": name, "credential": answer})
