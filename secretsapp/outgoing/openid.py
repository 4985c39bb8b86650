"""Asks a provider of single sign-on, by OpenID Connect: what it is, and who someone is.

Nothing of a provider is kept: its keys are read at each sign-in, so a key that it gave up counts no
more, and nobody who edits the database puts one in its place.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self
from urllib.parse import quote, urlencode

from secretsapp.core.errors import InvalidInput
from secretsapp.core.providers import Provider, SignOnRefused
from secretsapp.core.times import Deadline
from secretsapp.outgoing.errors import OutgoingError
from secretsapp.outgoing.lines import Way
from secretsapp.outgoing.posting import Answer, get, post
from secretsapp.outgoing.targets import Target, read_url

WELL_KNOWN = ".well-known/openid-configuration"
KEYS_AT_MOST = 50
_JSON = {"Accept": "application/json"}
_FORM = {**_JSON, "Content-Type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True)
class Endpoints:
    """Where a provider is asked what; `names_itself` says that its answers name it (RFC 9207)."""

    authorization: str
    token: str
    keys: str
    userinfo: str = ""
    takes_basic: bool = True
    names_itself: bool = False

    def as_json(self) -> dict[str, Any]:
        """What a session keeps of them."""
        return asdict(self)

    @classmethod
    def of(cls, found: Mapping[str, Any]) -> Self:
        """Those that a provider's description names, all of them over HTTPS."""
        methods = found.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        return cls(
            authorization=read_url(found["authorization_endpoint"]).url,
            token=read_url(found["token_endpoint"]).url,
            keys=read_url(found["jwks_uri"]).url,
            userinfo=read_url(found["userinfo_endpoint"]).url
            if "userinfo_endpoint" in found
            else "",
            takes_basic="client_secret_basic" in methods,
            names_itself=found.get("authorization_response_iss_parameter_supported") is True,
        )


@dataclass(frozen=True)
class Asking:
    """A provider that is asked several things, by one way and within one time."""

    provider: Provider
    way: Way
    deadline: Deadline

    def endpoints(self) -> Endpoints:
        """Where it is asked; raises SignOnRefused, also where it describes another provider."""
        found = self._read(f"{self.provider.issuer.rstrip('/')}/{WELL_KNOWN}")
        if found.get("issuer") != self.provider.issuer:
            raise SignOnRefused(
                f"{self.provider.name} describes another issuer than the one that is set up here."
            )
        try:
            return Endpoints.of(found)
        except (InvalidInput, LookupError, TypeError, AttributeError):
            raise self._unusable() from None

    def redeem(
        self, endpoints: Endpoints, code: str, *, verifier: str, back: str
    ) -> Mapping[str, Any]:
        """What a code is good for, once: tokens. Raises SignOnRefused."""
        given = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": back,
            "code_verifier": verifier,
        }
        headers = dict(_FORM)
        if endpoints.takes_basic:
            headers["Authorization"] = _basic(self.provider)
        else:
            given["client_id"] = self.provider.client_id
            given["client_secret"] = self.provider.client_secret
        return self._ask(endpoints.token, headers, urlencode(given).encode())

    def keys(self, endpoints: Endpoints) -> list[Mapping[str, Any]]:
        """The keys that it signs with; raises SignOnRefused."""
        found = self._read(endpoints.keys).get("keys")
        if not isinstance(found, list) or len(found) > KEYS_AT_MOST:
            raise self._unusable()
        return [key for key in found if isinstance(key, dict)]

    def userinfo(self, endpoints: Endpoints, access_token: str) -> Mapping[str, Any]:
        """What it says of someone beside the ID token; raises SignOnRefused."""
        return self._ask(endpoints.userinfo, {**_JSON, "Authorization": f"Bearer {access_token}"})

    def _read(self, address: str) -> Mapping[str, Any]:
        return self._ask(address, _JSON)

    def _ask(
        self, address: str, headers: Mapping[str, str], body: bytes | None = None
    ) -> Mapping[str, Any]:
        """The object that it answers; raises SignOnRefused, which holds nothing of the request."""
        try:
            answer = self._answer(read_url(address), headers, body)
        except (OutgoingError, TimeoutError, InvalidInput) as error:
            outcome = getattr(error, "outcome", "no usable address")
            raise SignOnRefused(
                f"{self.provider.name} couldn’t be asked ({outcome.replace('_', ' ')})."
            ) from None
        if answer.status in range(400, 500) and body is not None:
            raise SignOnRefused(
                f"{self.provider.name} refused to say who you are: a sign-in there counts once, "
                "and only for a few minutes."
            )
        return self._object(answer)

    def _answer(self, target: Target, headers: Mapping[str, str], body: bytes | None) -> Answer:
        seconds = self.deadline.left()
        if body is None:
            return get(target, headers=headers, way=self.way, seconds=seconds)
        return post(target, body=body, headers=headers, way=self.way, seconds=seconds)

    def _object(self, answer: Answer) -> Mapping[str, Any]:
        try:
            found = json.loads(answer.body) if answer.status == 200 else None
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            raise self._unusable()
        return found

    def _unusable(self) -> SignOnRefused:
        return SignOnRefused(f"What {self.provider.name} answered can’t be used.")


def _basic(provider: Provider) -> str:
    """The client's name and secret as RFC 6749, 2.3.1 writes them."""
    pair = f"{quote(provider.client_id, safe='')}:{quote(provider.client_secret, safe='')}"
    return f"Basic {base64.b64encode(pair.encode()).decode('ascii')}"
