"""A provider of single sign-on for the tests, which speaks OpenID Connect over TLS on loopback.

It has its own code for everything: discovery, authorization, codes that count once and with PKCE,
signed tokens, keys that rotate, userinfo. It lets in whom the test says, and can misbehave.
"""

import base64
import hashlib
import json
import secrets
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from http.client import HTTPSConnection
from typing import Any
from urllib.parse import parse_qs, parse_qsl, unquote, urlencode, urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils

from secretsapp.core.providers import Provider
from tests.opencloud.wires import Script
from tests.support.receiver import Received, Receiver, says

HOST = "localhost"
CLIENT_ID, CLIENT_SECRET = "sealroom-tests", "no secret: of tests"
JSON = "application/json"
Said = dict[str, Any]


@cache
def _private(kid: str, kind: str, bits: int) -> Any:
    """A private key; making one takes as long as many sign-ins."""
    if kind == "RS256":
        return rsa.generate_private_key(65537, bits)
    return ec.generate_private_key(ec.SECP256R1())


@dataclass
class SigningKey:
    """A key that the provider signs with: RS256, or ES256."""

    kid: str
    kind: str = "RS256"
    bits: int = 2048

    @property
    def private(self) -> Any:
        """The half that the provider keeps."""
        return _private(self.kid, self.kind, self.bits)

    def sign(self, signed: bytes) -> bytes:
        """The signature, in the form of JWS."""
        if self.kind == "RS256":
            return bytes(self.private.sign(signed, padding.PKCS1v15(), hashes.SHA256()))
        pair = utils.decode_dss_signature(self.private.sign(signed, ec.ECDSA(hashes.SHA256())))
        return b"".join(each.to_bytes(32) for each in pair)

    @property
    def public(self) -> Said:
        """The key as the provider lists it."""
        numbers = self.private.public_key().public_numbers()
        common = {"kid": self.kid, "use": "sig", "alg": self.kind}
        if self.kind == "RS256":
            return common | {
                "kty": "RSA",
                "n": _number(numbers.n, self.bits // 8),
                "e": _number(numbers.e, 3),
            }
        point = {"x": _number(numbers.x, 32), "y": _number(numbers.y, 32)}
        return common | {"kty": "EC", "crv": "P-256"} | point


@dataclass
class Code:
    """What the provider remembers of a code that it gave."""

    asked: dict[str, str]
    claims: Said
    is_used: bool = False


@dataclass
class SignOnProvider:
    """A provider at a receiver, whose host must be HOST.

    `person` is who signs in there, just now if that is asked for, and before if it isn't, of which
    it tells nothing then. `altered` changes the claims of a token, `token_of` makes the
    token itself, `described` overrides its description, and `instead` plays another script at a
    path.
    """

    receiver: Receiver
    id: str = "acme"
    person: Said = field(default_factory=lambda: {"sub": "1001", "name": "A name there"})
    key: SigningKey = field(default_factory=lambda: SigningKey("first"))
    listed: list[SigningKey] | None = None
    altered: Callable[[Said], Said] = lambda claims: claims
    token_of: Callable[[Said], str] | None = None
    described: Said = field(default_factory=dict)
    in_userinfo: Said = field(default_factory=dict)
    instead: dict[str, Script] = field(default_factory=dict)
    answers: Said = field(default_factory=dict)
    codes: dict[str, Code] = field(default_factory=dict)
    tokens: list[str] = field(default_factory=list)

    @classmethod
    def at(cls, receiver: Receiver, provider_id: str = "acme") -> "SignOnProvider":
        """A provider that answers what comes there."""
        made = cls(receiver, id=provider_id)
        receiver.plays = made.answer
        return made

    @property
    def issuer(self) -> str:
        """Its name, below which it describes itself."""
        return f"https://{HOST}:{self.receiver.port}/{self.id}"

    def configured(self, **others: Any) -> Provider:
        """The provider as an operator sets it up."""
        known = {"name": self.id.capitalize(), "issuer": self.issuer}
        known |= {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
        return Provider(**{"id": self.id, **known, **others})

    @property
    def description(self) -> Said:
        """What it says of itself."""
        usual = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "jwks_uri": f"{self.issuer}/keys",
            "authorization_response_iss_parameter_supported": True,
        }
        return {name: said for name, said in (usual | self.described).items() if said is not None}

    def authorize(self, address: str) -> str:
        """Open an address as a browser does: where it is sent back to."""
        parts = urlsplit(address)
        context = ssl.create_default_context(cadata=self.receiver.authorities)
        browser = HTTPSConnection(parts.hostname or "", parts.port, context=context, timeout=10)
        browser.request("GET", f"{parts.path}?{parts.query}")
        answer = browser.getresponse()
        browser.close()
        return str(answer.headers["Location"])

    def answer(self, received: Received) -> Script:
        """What it answers to a request."""
        path = urlsplit(received.path).path.removeprefix(f"/{self.id}/")
        if path in self.instead:
            return self.instead[path]
        plays = {
            ".well-known/openid-configuration": lambda: _says(self.description),
            "authorize": lambda: self._authorized(received),
            "token": lambda: self._redeemed(received),
            "userinfo": lambda: _says({"sub": self.person["sub"]} | self.in_userinfo),
            "keys": lambda: _says({"keys": [each.public for each in self.listed or [self.key]]}),
        }
        return plays[path]() if path in plays else says(404)

    def _authorized(self, received: Received) -> Script:
        asked = dict(parse_qsl(urlsplit(received.path).query))
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(16)
        fresh = {"auth_time": int(time.time())} if asked.get("max_age") == "0" else {}
        self.codes[code] = Code(asked, fresh | self.person)
        answer: Said = {"code": code, "state": asked["state"], "iss": self.issuer}
        answer |= self.answers
        told = urlencode({name: said for name, said in answer.items() if said is not None})
        return says(302, location=f"{asked['redirect_uri']}?{told}")

    def _redeemed(self, received: Received) -> Script:
        given = {name: each[0] for name, each in parse_qs(received.body.decode()).items()}
        found = self.codes.get(given.get("code", ""))
        if found is None or found.is_used or not _is_owed(found, given, received.headers):
            return _says({"error": "invalid_grant"}, status=400)
        found.is_used = True
        token = self.token(self.claims(found))
        self.tokens.append(token)
        return _says({"access_token": "an access token", "token_type": "Bearer", "id_token": token})

    def claims(self, found: Code) -> Said:
        """What a token says, of who signed in for that code."""
        now = int(time.time())
        usual = {"iss": self.issuer, "aud": CLIENT_ID, "iat": now, "exp": now + 300}
        return self.altered(usual | {"nonce": found.asked["nonce"]} | found.claims)

    def token(self, claims: Said) -> str:
        """A signed token."""
        if self.token_of is not None:
            return self.token_of(claims)
        return written({"alg": self.key.kind, "kid": self.key.kid}, claims, self.key.sign)


def written(header: Said, claims: Said, sign: Callable[[bytes], bytes]) -> str:
    """A token with that header, signed in that way."""
    signed = f"{_packed(json.dumps(header).encode())}.{_packed(json.dumps(claims).encode())}"
    return f"{signed}.{_packed(sign(signed.encode()))}"


def _is_owed(found: Code, given: Said, headers: Mapping[str, str]) -> bool:
    """Whether the code is redeemed by who it was made for, who knows the verifier."""
    challenge = _packed(hashlib.sha256(given.get("code_verifier", "").encode()).digest())
    is_client = _client(given, headers) == (CLIENT_ID, CLIENT_SECRET)
    is_way_back = given.get("redirect_uri") == found.asked["redirect_uri"]
    return is_client and is_way_back and challenge == found.asked["code_challenge"]


def _client(given: Said, headers: Mapping[str, str]) -> tuple[str, str]:
    told = headers.get("authorization", "").removeprefix("Basic ")
    if not told:
        return given.get("client_id", ""), given.get("client_secret", "")
    name, _, secret = base64.b64decode(told).decode().partition(":")
    return unquote(name), unquote(secret)


def _says(said: object, status: int = 200) -> Script:
    return says(status, json.dumps(said).encode(), content_type=JSON)


def _number(number: int, size: int) -> str:
    return _packed(number.to_bytes(size))


def _packed(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
