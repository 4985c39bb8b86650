"""Authenticator apps: the codes that they show, as RFC 6238 says, and what they were told."""

import hashlib
import hmac
import struct
import time
from base64 import b32decode

import time_machine
from django.utils import timezone

from secretsapp.core import actor as actors
from secretsapp.core.actor import Actor, Door
from secretsapp.models import User
from secretsapp.people import factors

STEP_SECONDS = 30
DIGITS = 6


def code_of(secret: str, *, steps_ahead: int = 0) -> str:
    """What an app with that secret shows now, or so many half minutes later."""
    counter = int(time.time()) // STEP_SECONDS + steps_ahead
    digest = hmac.new(b32decode(secret), struct.pack(">Q", counter), hashlib.sha1).digest()
    at = digest[-1] & 0x0F
    number = struct.unpack(">I", digest[at : at + 4])[0] & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}}"


def actor_of(person: User) -> Actor:
    """The person, in a browser."""
    return actors.person(person.pk, person.email, Door.BROWSER)


def give_app(person: User) -> str:
    """Add an app to the account; gives its secret. The code of half a minute ago is used up."""
    person.refresh_from_db()
    secret = factors.new_secret()
    # The clock stands: the code of half a minute ago must not become that of a minute ago.
    with time_machine.travel(timezone.now(), tick=False):
        code = code_of(secret, steps_ahead=-1)
        factors.add_app(actor_of(person), person, secret=secret, code=code, stored_key="")
    person.refresh_from_db()
    return secret
