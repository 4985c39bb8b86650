"""Devices from which a person signed in before: what strangers try does not keep these out.

A device proves itself by a signed token in a cookie, as OWASP's device cookies do. It gives no
right and no password less: whose it is has limits on wrong passwords of their own.
"""

import secrets
from dataclasses import dataclass
from datetime import timedelta

from django.core.signing import BadSignature, TimestampSigner

from secretsapp.models import User
from secretsapp.people.directory import account_of

REMEMBERED_FOR = timedelta(days=180)
PEOPLE_A_DEVICE = 4
PURPOSE = "secretsapp.people.known_devices"

_BETWEEN_TOKENS = "|"
_BETWEEN_PARTS = "."


@dataclass(frozen=True)
class Device:
    """A device that is known for a person, while they are in that generation."""

    person_id: int
    generation: int
    id: str

    @property
    def token(self) -> str:
        """What the device keeps, signed as of now."""
        parts = (str(self.person_id), str(self.generation), self.id)
        return _signer().sign(_BETWEEN_PARTS.join(parts))


def of_person(cookie: str, person: User) -> Device:
    """The device that gave this cookie, as one from which the person signed in.

    The same device keeps its id, so that its limits go on too. One of an earlier generation is a
    new one: its cookie may be someone else's, who must not pass for the device that it came from.
    """
    whose = person.pk, person.generation
    known = _devices_in(cookie)
    ids = [each.id for each in known if (each.person_id, each.generation) == whose]
    return Device(person.pk, person.generation, ids[0] if ids else secrets.token_urlsafe(16))


def remember(cookie: str, device: Device) -> str:
    """The cookie for a device that gave this one: it holds the few people who used it last."""
    others = [each.token for each in _devices_in(cookie) if each.person_id != device.person_id]
    return _BETWEEN_TOKENS.join([device.token, *others][:PEOPLE_A_DEVICE])


def find(cookie: str, email: str) -> Device | None:
    """The device that gave this cookie, if it is known for the account of that address.

    People are looked up by what the cookie says and not by the address, so the time it takes
    tells no one who has an account.
    """
    devices = _devices_in(cookie)
    if not devices:
        return None
    people = User.objects.in_bulk([device.person_id for device in devices])
    for device in devices:
        person = people.get(device.person_id)
        if person and (person.email, person.generation) == (email.lower(), device.generation):
            return device
    return None


def account_key(email: str) -> str:
    """By what wrong passwords for that address count, whether it has an account or not.

    A new generation of the person, such as by a password that was set with a link, begins again.
    """
    account = account_of(email)
    return f"{account.generation if account else 0}:{email.lower()}"


def _devices_in(cookie: str) -> list[Device]:
    """The devices whose tokens we signed, not too long ago; the newest first."""
    found = [_device_of(token) for token in cookie.split(_BETWEEN_TOKENS)[:PEOPLE_A_DEVICE]]
    return [device for device in found if device is not None]


def _device_of(token: str) -> Device | None:
    try:
        text = _signer().unsign(token, max_age=REMEMBERED_FOR)
        person_id, generation, id_ = text.split(_BETWEEN_PARTS)
    except (BadSignature, ValueError):
        return None
    return Device(int(person_id), int(generation), id_)


def _signer() -> TimestampSigner:
    return TimestampSigner(salt=PURPOSE)
