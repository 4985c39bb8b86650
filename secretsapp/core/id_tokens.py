"""Verifies what a provider says of someone: an ID token, as OpenID Connect Core 3.1.3.7 asks.

https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation
"""

from collections.abc import Mapping, Sequence
from typing import Any

import jwt

from secretsapp.core.providers import Claims, Provider, SignOnRefused

# Only signatures that nobody but the provider can make: with HS256 anyone could who knows the
# client's secret, and with `none` anyone at all.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "ES512", "EdDSA")
CLOCKS_DIFFER_BY_SECONDS = 60
LONGEST_TOKEN = 16_384
LONGEST_SUBJECT = 255
LONGEST_SHOWN = 100
# Seconds from here on are no time that can be reckoned with: the year is 2286.
_NO_TIME = 10**10
# Every claim of these must be there, or a token without an end would never expire.
_NEEDED = ["iss", "sub", "aud", "exp", "iat"]
_SHOWN = ("email", "preferred_username", "nickname", "name")
_WHY: dict[type[jwt.PyJWTError], str] = {
    jwt.ExpiredSignatureError: "has expired",
    jwt.InvalidAudienceError: "is for another application",
    jwt.InvalidIssuerError: "comes from another issuer",
    jwt.InvalidSignatureError: "has a wrong signature",
    jwt.InvalidAlgorithmError: "is signed in a way that isn’t accepted",
    jwt.ImmatureSignatureError: "is from the future",
}


def read(
    token: str, *, provider: Provider, keys: Sequence[Mapping[str, Any]], nonce: str
) -> Mapping[str, Any]:
    """The claims of a token that the provider made for this installation, now, for this sign-in.

    `keys` are what the provider lists. Raises SignOnRefused, which says what is wrong with it.
    """
    found = _verified(token, provider, keys)
    if found.get("nonce") != nonce:
        raise _refused(provider, "answers another sign-in")
    if not _is_for_us_alone(found, provider.client_id):
        raise _refused(provider, "is for another application")
    if not 0 < len(found["sub"]) <= LONGEST_SUBJECT or not found["sub"].isprintable():
        raise _refused(provider, "names nobody")
    return found


def claims_of(said: Mapping[str, Any]) -> Claims:
    """What counts of the claims of a verified token, or of one with more from the provider.

    An address is verified only if that is said in so many words: `true`, and not `"true"`.
    """
    return Claims(
        issuer=said["iss"],
        subject=said["sub"],
        shown=_shown(said),
        address=_text(said.get("email")),
        is_verified=said.get("email_verified") is True,
        signed_in_at=_time(said["auth_time"]) if "auth_time" in said else None,
    )


def _verified(
    token: str, provider: Provider, keys: Sequence[Mapping[str, Any]]
) -> Mapping[str, Any]:
    """The claims, once signature, issuer, audience and times are right."""
    # What PyJWT raises holds parts of the token, so it is not kept as the cause.
    failure: SignOnRefused | None = None
    try:
        return jwt.decode(
            token,
            _key(token, keys),
            algorithms=ALGORITHMS,
            audience=provider.client_id,
            issuer=provider.issuer,
            leeway=CLOCKS_DIFFER_BY_SECONDS,
            options={"require": _NEEDED, "enforce_minimum_key_length": True},
        )
    except jwt.PyJWTError as error:
        why = next((_WHY[each] for each in type(error).__mro__ if each in _WHY), "can’t be read")
        failure = _refused(provider, why)
    except (ValueError, TypeError, LookupError, OverflowError, RecursionError):
        failure = _refused(provider, "can’t be read")
    raise failure


def _key(token: str, keys: Sequence[Mapping[str, Any]]) -> jwt.PyJWK:
    """The key that the token names, for the way in which it is signed; raises PyJWTError."""
    if len(token) > LONGEST_TOKEN:
        raise jwt.DecodeError
    header = jwt.get_unverified_header(token)
    algorithm = header.get("alg")
    if algorithm not in ALGORITHMS:
        raise jwt.InvalidAlgorithmError
    usable = [key for key in keys if _is_usable(key, header)]
    if len(usable) != 1:
        raise jwt.InvalidSignatureError
    return jwt.PyJWK(dict(usable[0]), algorithm)


def _is_usable(key: Mapping[str, Any], header: Mapping[str, Any]) -> bool:
    """Whether it may sign in that way, and is the one that is named; a token may name none.

    Of a key that is listed with its private half everyone can sign.
    """
    is_named = header.get("kid") in (None, key.get("kid"))
    return (
        is_named
        and "d" not in key
        and key.get("use", "sig") == "sig"
        and key.get("alg", header["alg"]) == header["alg"]
    )


def _is_for_us_alone(found: Mapping[str, Any], client_id: str) -> bool:
    """Whether nobody else may have been given the token: who has several names the one."""
    audience = found["aud"]
    is_alone = audience in (client_id, [client_id])
    return bool(found.get("azp", client_id if is_alone else None) == client_id)


def _shown(said: Mapping[str, Any]) -> str:
    found = next((text for each in _SHOWN if (text := _text(said.get(each)))), said["sub"])
    return str(found)[:LONGEST_SHOWN]


def _time(given: object) -> int:
    """A time in whole seconds; anything else was long ago, so nothing rests on it."""
    return given if isinstance(given, int) and 0 <= given < _NO_TIME else 0


def _text(given: object) -> str:
    """A text that can be shown and stored; anything else is none."""
    return given if isinstance(given, str) and given.isprintable() and len(given) <= 254 else ""


def _refused(provider: Provider, why: str) -> SignOnRefused:
    return SignOnRefused(f"What {provider.name} says of you {why}.")
