"""A device that makes and uses passkeys (WebAuthn), as a browser hands on what it answers."""

import hashlib
import html
import json
import os
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from django.http import HttpResponseBase
from fido2 import cbor

from secretsapp.models import User
from secretsapp.people import passkeys, webauthn
from tests.pages.reading import body
from tests.support.apps_of_people import actor_of

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40
ES256 = -7


@dataclass
class Device:
    """One passkey, in a device whose person proves who they are unless it is said otherwise.

    `host` and `origin` are what the browser says of the page; `handle` what the passkey was told to
    be whose.
    """

    host: str = "localhost"
    origin: str = "http://localhost:8000"
    verifies: bool = True
    id: bytes = field(default_factory=lambda: os.urandom(32))
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    handle: bytes = b""
    algorithm: int = ES256

    def make(self, options: dict[str, Any]) -> str:
        """The answer to what a page asks for a new passkey."""
        self.handle = _decoded(options["user"]["id"])
        client = self._client("webauthn.create", options["challenge"])
        content = {
            "fmt": "none",
            "attStmt": {},
            "authData": self._data(ATTESTED) + self._credential(),
        }
        attestation = _encoded(cbor.encode(content))
        return self._answer({"clientDataJSON": _encoded(client), "attestationObject": attestation})

    def use(self, options: dict[str, Any]) -> str:
        """The answer to what a page asks for a passkey that there is."""
        client, data = self._client("webauthn.get", options["challenge"]), self._data(0)
        signed = data + hashlib.sha256(client).digest()
        return self._answer(
            {
                "clientDataJSON": _encoded(client),
                "authenticatorData": _encoded(data),
                "signature": _encoded(self.key.sign(signed, ec.ECDSA(hashes.SHA256()))),
                "userHandle": _encoded(self.handle),
            }
        )

    def _answer(self, response: dict[str, str]) -> str:
        named = {"id": _encoded(self.id), "rawId": _encoded(self.id), "type": "public-key"}
        return json.dumps({**named, "response": response, "clientExtensionResults": {}})

    def _client(self, kind: str, challenge: str) -> bytes:
        said = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        return json.dumps(said).encode()

    def _data(self, flags: int) -> bytes:
        flags |= PRESENT | (VERIFIED if self.verifies else 0)
        return hashlib.sha256(self.host.encode()).digest() + bytes([flags]) + bytes(4)

    def _credential(self) -> bytes:
        numbers = self.key.public_key().public_numbers()
        x, y = numbers.x.to_bytes(32), numbers.y.to_bytes(32)
        key = cbor.encode({1: 2, 3: self.algorithm, -1: 1, -2: x, -3: y})
        return bytes(16) + len(self.id).to_bytes(2) + self.id + key


def options_on(page: HttpResponseBase) -> dict[str, Any]:
    """What a page asks the browser for."""
    found = re.search(r'data-options="([^"]+)"', body(page))
    assert found
    options: dict[str, Any] = json.loads(html.unescape(found[1]))
    return options


def give_passkey(person: User, name: str = "Laptop", **device: Any) -> Device:
    """Add a passkey to the account; gives the device that it is in."""
    given = Device(host=webauthn.host(), origin=webauthn.origin(), **device)
    challenge = passkeys.begin_adding(actor_of(person), person)
    passkeys.add(
        actor_of(person),
        person,
        state=challenge.state,
        answer=given.make(json.loads(challenge.options)),
        name=name,
        stored_key="",
    )
    person.refresh_from_db()
    return given


def _encoded(content: bytes) -> str:
    return urlsafe_b64encode(content).decode().rstrip("=")


def _decoded(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
