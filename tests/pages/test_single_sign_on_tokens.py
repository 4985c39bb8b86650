"""Tokens of single sign-on that prove nothing: forged, foreign, expired, or none at all."""

import base64
import hmac
import json
from collections.abc import Callable
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.test import Client

from secretsapp.models import AuditEvent
from tests.pages.reading import body
from tests.pages.signing_on import (
    CONNECT,
    VERIFIED,
    go,
    refused,
)
from tests.stage import Cast
from tests.support.receiver import says
from tests.support.sign_on_provider import (
    CLIENT_ID,
    CLIENT_SECRET,
    Said,
    SigningKey,
    SignOnProvider,
    written,
)


def but(**changes: Any) -> Callable[[Said], Said]:
    """The claims with others; without those that are None."""

    def alter(claims: Said) -> Said:
        return {name: said for name, said in (claims | changes).items() if said is not None}

    return alter


OTHER_APPLICATION, UNREADABLE = "is for another application", "can’t be read"
CLAIMS = {
    "issuer": (but(iss="https://other.example"), "comes from another issuer"),
    "issuer with a slash": (lambda said: said | {"iss": said["iss"] + "/"}, "another issuer"),
    "no issuer": (but(iss=None), UNREADABLE),
    "audience": (but(aud="another"), OTHER_APPLICATION),
    "no audience": (but(aud=None), UNREADABLE),
    "several audiences": (but(aud=[CLIENT_ID, "another"]), OTHER_APPLICATION),
    "another party": (but(azp="another"), OTHER_APPLICATION),
    "nonce": (but(nonce="another"), "answers another sign-in"),
    "no nonce": (but(nonce=None), "answers another sign-in"),
    "a nonce that is no text": (but(nonce="\ud800"), "answers another sign-in"),
    "a nonce that is none": (but(nonce=["x"]), "answers another sign-in"),
    "expired": (but(exp=1), "has expired"),
    "no end": (but(exp=None), UNREADABLE),
    "an end that is none": (but(exp="soon"), UNREADABLE),
    "an endless one": (but(exp=float("inf")), UNREADABLE),
    "from the future": (but(iat=2**40), "is from the future"),
    "not yet": (but(nbf=2**40), "is from the future"),
    "nobody": (but(sub=None), UNREADABLE),
    "no name of anybody": (but(sub=""), "names nobody"),
    "a number": (but(sub=1001), UNREADABLE),
    "a long name": (but(sub="x" * 256), "names nobody"),
    "a name with lines": (but(sub="x\n"), "names nobody"),
    "an address alone": (but(sub="\0"), "names nobody"),
}


@pytest.mark.parametrize("what", CLAIMS)
def test_claims_that_prove_nothing_sign_nobody_in(
    client: Client, cast: Cast, acme: SignOnProvider, what: str
) -> None:
    acme.person |= VERIFIED
    acme.altered, sentence = CLAIMS[what]
    refused(client, go(client, acme), sentence)
    assert acme.tokens[0] not in body(client.get("/sign-in/"))
    assert AuditEvent.objects.filter(tag="person.sign_in_failed").exists()


def hs256(secret: bytes) -> Callable[[bytes], bytes]:
    """Signs with a secret that both know."""
    return lambda signed: hmac.digest(secret, signed, "sha256")


def public_text(key: SigningKey) -> bytes:
    """The public half of a key, which everybody knows, as text."""
    public = key.private.public_key()
    return bytes(public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))


def deep() -> str:
    """JSON that is too deep to be read."""
    return base64.urlsafe_b64encode(b"[" * 5000).rstrip(b"=").decode()


FIRST, OTHER = SigningKey("first"), SigningKey("other")
EC = SigningKey("first", "ES256")
NOT_ACCEPTED, WRONG = "isn’t accepted", "wrong signature"
RS = {"alg": "RS256", "kid": "first"}
TOKENS: dict[str, tuple[Callable[[Said], str], str]] = {
    "not signed": (lambda said: written({"alg": "none"}, said, lambda _: b""), NOT_ACCEPTED),
    "None": (lambda said: written({"alg": "None"}, said, lambda _: b""), NOT_ACCEPTED),
    "without a way": (lambda said: written({"kid": "first"}, said, FIRST.sign), NOT_ACCEPTED),
    "with the client's secret": (
        lambda said: written({"alg": "HS256"}, said, hs256(CLIENT_SECRET.encode())),
        NOT_ACCEPTED,
    ),
    "with the public key as a secret": (
        lambda said: written({"alg": "HS256", "kid": "first"}, said, hs256(public_text(FIRST))),
        NOT_ACCEPTED,
    ),
    "by another key": (lambda said: written(RS, said, OTHER.sign), WRONG),
    "by a key that isn't listed": (
        lambda said: written({"alg": "RS256", "kid": "other"}, said, OTHER.sign),
        WRONG,
    ),
    "by a key that it brings": (
        lambda said: written(RS | {"kid": "other", "jwk": OTHER.public}, said, OTHER.sign),
        WRONG,
    ),
    "in another way than it says": (
        lambda said: written({"alg": "ES256", "kid": "first"}, said, EC.sign),
        WRONG,
    ),
    "changed": (lambda said: written(RS, said, FIRST.sign)[:-8] + "AAAAAAAA", WRONG),
    "without a signature": (lambda said: written(RS, said, lambda _: b""), WRONG),
    "deep": (lambda _said: f"{deep()}.{deep()}.x", UNREADABLE),
    "in pieces": (lambda _said: "a.b", UNREADABLE),
    "none": (lambda _said: "", UNREADABLE),
    "too long": (lambda said: written(RS, said | {"x": "x" * 20_000}, FIRST.sign), UNREADABLE),
    "a list": (lambda _said: written(RS, [], FIRST.sign), UNREADABLE),  # type: ignore[arg-type]
}


@pytest.mark.parametrize("what", TOKENS)
def test_a_token_that_the_provider_did_not_sign_signs_nobody_in(
    client: Client, cast: Cast, acme: SignOnProvider, what: str
) -> None:
    acme.person |= VERIFIED
    acme.token_of, sentence = TOKENS[what]
    refused(client, go(client, acme), sentence)


@pytest.mark.parametrize(
    "key",
    [
        {"use": "enc"},
        {"alg": "RS512"},
        {"kid": "other"},
        {"kty": "oct", "k": "c2VjcmV0"},
        {"n": "AQAB"},
        {"n": "not a number"},
        {"kty": None},
    ],
)
def test_a_key_that_is_for_something_else_or_none_verifies_nothing(
    client: Client, cast: Cast, acme: SignOnProvider, key: Said
) -> None:
    acme.person |= VERIFIED
    listed = json.dumps({"keys": [acme.key.public | key, "none", None]}).encode()
    acme.instead = {"keys": says(200, listed)}
    refused(client, go(client, acme), "What Acme says of you")


@pytest.mark.parametrize("keys", [{}, {"keys": "none"}, {"keys": [{}] * 51}])
def test_a_list_of_keys_that_is_none_or_too_long_verifies_nothing(
    client: Client, cast: Cast, acme: SignOnProvider, keys: Said
) -> None:
    acme.person |= VERIFIED
    acme.instead = {"keys": says(200, json.dumps(keys).encode())}
    refused(client, go(client, acme), "can’t be used")


def test_a_key_that_is_listed_with_its_private_half_verifies_nothing(
    client: Client, cast: Cast, acme: SignOnProvider
) -> None:
    acme.person |= VERIFIED
    private: Any = jwt.algorithms.RSAAlgorithm.to_jwk(acme.key.private, as_dict=True)
    listed = json.dumps({"keys": [private | acme.key.public]}).encode()
    acme.instead = {"keys": says(200, listed)}
    refused(client, go(client, acme), WRONG)


@pytest.mark.parametrize(
    "time", [10**400, -(10**400), -(10**18), 10**18], ids=["huge", "deep", "before", "after"]
)
def test_a_time_that_is_none_confirms_nothing_and_breaks_no_page(
    client: Client, cast: Cast, acme: SignOnProvider, time: int
) -> None:
    acme.person |= VERIFIED | {"auth_time": time}
    assert go(client, acme).status_code == 302
    assert client.get(CONNECT).headers["Location"] == f"/confirm/?next={CONNECT}"


def test_a_weak_key_verifies_nothing(client: Client, cast: Cast, acme: SignOnProvider) -> None:
    acme.person |= VERIFIED
    acme.key = SigningKey("weak", bits=1024)
    refused(client, go(client, acme), UNREADABLE)


def test_two_keys_of_which_a_token_names_none_verify_nothing(
    client: Client, cast: Cast, acme: SignOnProvider
) -> None:
    acme.person |= VERIFIED
    acme.listed = [acme.key, OTHER]
    acme.token_of = lambda said: written({"alg": "RS256"}, said, FIRST.sign)
    refused(client, go(client, acme), WRONG)
