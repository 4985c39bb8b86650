"""Single sign-on with OpenID Connect: the way to a provider, and what comes back from it.

What a provider says counts once, in the browser that was sent there, for what it was sent for. It
says who someone is, and never what they may do.
"""

import base64
import hashlib
import hmac
import secrets
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse

from secretsapp.core import id_tokens
from secretsapp.core.errors import NotFound
from secretsapp.core.providers import Claims, Provider, SignOnRefused
from secretsapp.core.times import Deadline
from secretsapp.outgoing.openid import Asking, Endpoints
from secretsapp.rules.ways_out import way_out

GOOD_FOR_SECONDS = 600
OF_NOBODY = "This answer belongs to no sign-in that was begun in this browser, or was used before."
ASK_SECONDS = 8.0
_BYTES = 32


class Purpose(StrEnum):
    """What someone is sent to a provider for."""

    SIGN_IN = "sign in"
    CONNECT = "connect it"
    CONFIRM = "confirm that it’s you"


@dataclass(frozen=True)
class Sent:
    """Someone who was sent to a provider; the session, which is encrypted, keeps it.

    `person_id` is who was signed in, and `there` the page of ours that they go to in the end.
    """

    provider: str
    purpose: Purpose
    person_id: int | None
    there: str
    began_at: float
    endpoints: dict[str, Any]
    state: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)

    def as_json(self) -> dict[str, Any]:
        """What the session keeps."""
        return asdict(self)


def provider_of(provider_id: str) -> Provider:
    """The provider of that id; raises NotFound where none is set up."""
    for provider in settings.SSO_PROVIDERS:
        if provider.id == provider_id:
            found: Provider = provider
            return found
    raise NotFound("This way to sign in isn’t set up here.")


def send(
    provider: Provider, purpose: Purpose, *, person_id: int | None = None, there: str = ""
) -> tuple[Sent, str]:
    """What to keep of a sign-in that begins, and the address at the provider that it leads to.

    Raises SignOnRefused where the provider doesn't answer as it should.
    """
    endpoints = _asking(provider).endpoints()
    sent = Sent(
        provider=provider.id,
        purpose=purpose,
        person_id=person_id,
        there=there,
        began_at=time.time(),
        endpoints=endpoints.as_json(),
        state=secrets.token_urlsafe(_BYTES),
        nonce=secrets.token_urlsafe(_BYTES),
        verifier=secrets.token_urlsafe(_BYTES),
    )
    return sent, _address(provider, endpoints, sent)


def _address(provider: Provider, endpoints: Endpoints, sent: Sent) -> str:
    challenge = base64.urlsafe_b64encode(hashlib.sha256(sent.verifier.encode()).digest())
    asked = {
        "response_type": "code",
        "client_id": provider.client_id,
        "redirect_uri": back_to(provider),
        "scope": " ".join(provider.scopes),
        "state": sent.state,
        "nonce": sent.nonce,
        "code_challenge": challenge.rstrip(b"=").decode("ascii"),
        "code_challenge_method": "S256",
    }
    if sent.purpose is Purpose.CONFIRM:
        asked |= {"prompt": "login", "max_age": "0"}
    between = "&" if "?" in endpoints.authorization else "?"
    return f"{endpoints.authorization}{between}{urlencode(asked)}"


def back_to(provider: Provider) -> str:
    """Where a provider sends people back to: each has an address of its own, of no request."""
    return f"{settings.SITE_URL}{reverse('sso_back', args=[provider.id])}"


def is_answered(kept: Mapping[str, Any], said: Mapping[str, str]) -> bool:
    """Whether what came is the answer to what the session kept, and not to that of another."""
    state = said.get("state", "")
    return bool(kept) and hmac.compare_digest(state.encode(), kept["state"].encode())


def take(kept: Mapping[str, Any], provider: Provider, said: Mapping[str, str]) -> Sent:
    """Who was sent to a provider, by what the session kept; raises SignOnRefused where the answer
    is not that provider's, or too much time has passed."""
    sent = Sent(**{**kept, "purpose": Purpose(kept["purpose"])})
    if sent.provider != provider.id or said.get("iss", provider.issuer) != provider.issuer:
        raise SignOnRefused("The answer came from another provider than the one you were sent to.")
    if not 0 <= time.time() - sent.began_at <= GOOD_FOR_SECONDS:
        raise SignOnRefused("That took too long: a sign-in has to be finished within 10 minutes.")
    return sent


def redeem(sent: Sent, provider: Provider, said: Mapping[str, str]) -> Claims:
    """Whom the provider says that someone is; raises SignOnRefused where that isn't proved."""
    endpoints = Endpoints(**sent.endpoints)
    if endpoints.names_itself and "iss" not in said:
        raise SignOnRefused("The answer doesn’t say which provider it came from.")
    if "error" in said or not said.get("code"):
        raise SignOnRefused(f"{provider.name} didn’t sign you in.")
    asking = _asking(provider)
    back = back_to(provider)
    tokens = asking.redeem(endpoints, said["code"], verifier=sent.verifier, back=back)
    keys = asking.keys(endpoints)
    token = str(tokens.get("id_token", ""))
    found = id_tokens.read(token, provider=provider, keys=keys, nonce=sent.nonce)
    claims = id_tokens.claims_of(_with_address(asking, endpoints, found, tokens))
    if sent.purpose is Purpose.CONFIRM:
        _check_fresh(claims, provider, since=sent.began_at)
    return claims


def _check_fresh(claims: Claims, provider: Provider, *, since: float) -> None:
    """Raise SignOnRefused unless they proved who they are after that, in seconds.

    Who sits at an open session can take `max_age` out of the address that leads there. A provider
    that is asked for it has to tell the time, so one that isn't told shows that it wasn't asked.
    """
    at = claims.signed_in_at
    if at is None:
        raise SignOnRefused(
            f"{provider.name} didn’t say when you signed in there, so it can’t confirm that it’s "
            "you. Ask an admin for a link to set a password, and add a passkey."
        )
    if at < since - id_tokens.CLOCKS_DIFFER_BY_SECONDS:
        raise SignOnRefused(f"{provider.name} didn’t ask you to sign in again.")


def _with_address(
    asking: Asking, endpoints: Endpoints, found: Mapping[str, Any], tokens: Mapping[str, Any]
) -> Mapping[str, Any]:
    """The claims, with the address that some providers tell only where they are asked for it."""
    if "email" in found or not asking.provider.trusted_domains or not endpoints.userinfo:
        return found
    more = asking.userinfo(endpoints, str(tokens.get("access_token", "")))
    if more.get("sub") != found["sub"]:
        raise SignOnRefused(f"What {asking.provider.name} says is of two different people.")
    # Both from one place: what is said of another address is not said of this one.
    return {**found, **{name: more.get(name) for name in ("email", "email_verified")}}


def _asking(provider: Provider) -> Asking:
    return Asking(provider, way_out(), Deadline.within(ASK_SECONDS))
