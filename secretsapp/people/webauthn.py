"""Passkeys as browsers speak of them (WebAuthn): a challenge, and what is answered to it.

fido2 verifies. Which host and which origin count, what a challenge is for, and that it counts once
and for a few minutes, are ours.
"""

import json
import struct
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.cache import cache
from fido2.server import Fido2Server
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from secretsapp.core.errors import InvalidInput
from secretsapp.models import User

FIELD = "credential"
REFUSED = "That passkey didn’t work, so nothing was changed. Try again."
GOOD_FOR_SECONDS = 600
ALONE = "sign in alone"
_DEFAULT_PORTS = {"https": 443, "http": 80}
_LONGEST_ID = 18
# What fido2 raises of an answer that is none: its bytes are read before they are verified.
_UNUSABLE = (
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    AssertionError,
    NotImplementedError,
    RecursionError,
    struct.error,
)

# What a session keeps of a challenge until it is answered.
State = Mapping[str, Any]


@dataclass(frozen=True)
class Challenge:
    """What the browser is told, as JSON, and what is kept to check its answer."""

    options: str
    state: dict[str, Any]


def host() -> str:
    """The host that passkeys are for; none where Sealroom stands at a mere IP address.

    Of this machine itself they are for `localhost`: browsers make none for an address.
    """
    name = urlsplit(settings.SITE_URL).hostname or ""
    try:
        return "localhost" if ip_address(name).is_loopback else ""
    except ValueError:
        return name


def origin() -> str:
    """The one origin whose pages may ask for a passkey: not those of other hosts below ours."""
    site = urlsplit(settings.SITE_URL)
    port = "" if site.port in {None, _DEFAULT_PORTS.get(site.scheme)} else f":{site.port}"
    return f"{site.scheme}://{host()}{port}"


def begin_adding(person: User, known: Iterable[AttestedCredentialData]) -> Challenge:
    """Ask for a new passkey of the person's, on no device that has one of the known ones."""
    options, state = _server().register_begin(
        PublicKeyCredentialUserEntity(
            id=str(person.pk).encode(),
            name=person.email,
            display_name=person.name or person.email,
        ),
        list(known),
        resident_key_requirement=ResidentKeyRequirement.PREFERRED,
        user_verification=UserVerificationRequirement.PREFERRED,
    )
    return _challenge(options, state, _adding(person))


def complete_adding(state: State, answer: str, person: User) -> AttestedCredentialData:
    """The passkey that was made for that challenge; raises InvalidInput."""
    _check_state(state, _adding(person))
    with _refusing_the_unusable():
        made = _server().register_complete(state, json.loads(answer)).credential_data
        if made is None or made.public_key.ALGORITHM not in made.public_key.supported_algorithms():
            raise ValueError("This is no key that could be verified.")
        return made


def begin_proving(person: User, known: Iterable[AttestedCredentialData]) -> Challenge:
    """Ask for one of the person's passkeys, after their password."""
    asked = UserVerificationRequirement.PREFERRED
    options, state = _server().authenticate_begin(list(known), user_verification=asked)
    return _challenge(options, state, _proving(person))


def complete_proving(
    state: State, answer: str, person: User, known: Iterable[AttestedCredentialData]
) -> bytes:
    """The id of the passkey that answered, one of the known ones; raises InvalidInput."""
    return _complete(state, answer, _proving(person), known)


def begin_alone() -> Challenge:
    """Ask for any passkey whose device makes sure who uses it: by a PIN, a finger or a face."""
    asked = UserVerificationRequirement.REQUIRED
    options, state = _server().authenticate_begin(user_verification=asked)
    return _challenge(options, state, ALONE)


def whose(answer: str) -> int:
    """Whose passkey it says to be, by the id of their account: anyone can say that.

    Raises InvalidInput where it says nothing of the kind.
    """
    with _refusing_the_unusable():
        handle = AuthenticationResponse.from_dict(json.loads(answer)).response.user_handle or b""
        if len(handle) > _LONGEST_ID or not handle.isdigit():
            raise ValueError("This names no account.")
        return int(handle)


def complete_alone(state: State, answer: str, known: Iterable[AttestedCredentialData]) -> bytes:
    """The id of the passkey that answered, one of the known ones; raises InvalidInput."""
    return _complete(state, answer, ALONE, known)


def _complete(
    state: State, answer: str, purpose: str, known: Iterable[AttestedCredentialData]
) -> bytes:
    _check_state(state, purpose)
    with _refusing_the_unusable():
        found = _server().authenticate_complete(state, list(known), json.loads(answer))
        return found.credential_id


def pack(credential: AttestedCredentialData) -> str:
    """The passkey as text, to be stored."""
    return bytes(credential).hex()


def unpack(text: str) -> AttestedCredentialData:
    """The passkey that was stored so."""
    return AttestedCredentialData(bytes.fromhex(text))


def _server() -> Fido2Server:
    entity = PublicKeyCredentialRpEntity(id=host(), name=f"Sealroom ({host()})")
    return Fido2Server(entity, verify_origin=lambda said: said == origin())


def _challenge(options: Mapping[str, Any], state: Mapping[str, Any], purpose: str) -> Challenge:
    kept = {**state, "purpose": purpose, "at": time.time()}
    return Challenge(json.dumps(dict(options)["publicKey"]), kept)


def _adding(person: User) -> str:
    return f"add {person.pk}"


def _proving(person: User) -> str:
    return f"prove {person.pk}"


def _check_state(state: State, purpose: str) -> None:
    """Raise InvalidInput unless there is a challenge, for this very purpose, not too old, and not
    answered before: a session that is sent twice at once has it twice."""
    age = time.time() - float(state.get("at", 0))
    is_of_now = state.get("purpose") == purpose and 0 <= age <= GOOD_FOR_SECONDS
    if not (is_of_now and cache.add(f"challenge:{state['challenge']}", "y", GOOD_FOR_SECONDS)):
        raise InvalidInput(REFUSED, field=FIELD)


@contextmanager
def _refusing_the_unusable() -> Iterator[None]:
    try:
        yield
    except _UNUSABLE:
        raise InvalidInput(REFUSED, field=FIELD) from None
