"""Tokens that machines send to read something: compared without telling how much was right."""

import hashlib
import hmac

from django.http import HttpRequest, HttpResponse

SCHEME = "bearer"


def is_sent(request: HttpRequest) -> bool:
    """Whether the request brings a token, right or wrong."""
    return "Authorization" in request.headers


def has_token(request: HttpRequest, token: str) -> bool:
    """Whether the request bears the token; the time it takes to tell says nothing of it."""
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    same = hmac.compare_digest(_hash(given.strip()), _hash(token))
    return same and scheme.lower() == SCHEME


def challenge(realm: str, setting: str) -> HttpResponse:
    """The answer to a request without the token, which names the setting that has it."""
    return HttpResponse(
        f"Send the {setting} of this installation as a bearer token.",
        content_type="text/plain",
        status=401,
        headers={"WWW-Authenticate": f'Bearer realm="{realm}"'},
    )


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).digest()
