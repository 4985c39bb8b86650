"""The way to Roblox to grant access by OAuth 2.0, and whether what comes back is its answer.

What comes back counts once, in the session that was sent there, for who was signed in.
"""

import base64
import hashlib
import hmac
import secrets
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse

from secretsapp.api_keys.key_rules import check_words, refuse_taken
from secretsapp.api_keys.probing import READ, WRITE
from secretsapp.core.actor import Actor
from secretsapp.core.roles import Permission
from secretsapp.core.upkeep_errors import NotConnected, WrongKind
from secretsapp.models import ApiKey
from secretsapp.opencloud.answers import NotRenewed, OpenCloudError, Refused
from secretsapp.opencloud.types import Tokens, read_tokens
from secretsapp.rules import connections, oauth_access
from secretsapp.rules.policy import require_installation
from secretsapp.rules.roblox import translate

GOOD_FOR_SECONDS = 600
_BYTES = 32
_OF_NOBODY = (
    "This answer belongs to no connection that was begun in this browser, or was used before. "
    "Nothing was stored. Begin again."
)


@dataclass(frozen=True)
class Sent:
    """Someone who was sent to Roblox to grant access; the session, which is encrypted, keeps it.

    `api_key_id` is what is to be connected again, or empty.
    """

    person_id: int | None
    name: str
    note: str
    api_key_id: str
    began_at: float
    state: str = field(repr=False)
    verifier: str = field(repr=False)

    def as_json(self) -> dict[str, Any]:
        """What the session keeps."""
        return asdict(self)

    @property
    def address(self) -> str:
        """Where Roblox asks the person; raises NotRenewed where no app is set up here."""
        challenge = base64.urlsafe_b64encode(hashlib.sha256(self.verifier.encode()).digest())
        app = oauth_access.oauth_app()
        asked = {
            "client_id": app.client_id,
            "redirect_uri": back_to(),
            "scope": f"{READ} {WRITE}",
            "response_type": "code",
            "state": self.state,
            "code_challenge": challenge.rstrip(b"=").decode("ascii"),
            "code_challenge_method": "S256",
        }
        return f"{app.base_url}/v1/authorize?{urlencode(asked)}"


def is_set_up() -> bool:
    """Whether there is an app with which people can connect."""
    return bool(settings.ROBLOX_APP_ID)


def back_to() -> str:
    """Where Roblox sends people back to: of the settings, and of no request."""
    return f"{settings.SITE_URL}{reverse('oauth_back')}"


def begin(actor: Actor, *, name: str, note: str = "") -> Sent:
    """What to keep of a connection that begins; Forbidden, InvalidInput, AlreadyExists."""
    require_installation(actor, Permission.MANAGE_API_KEYS)
    _require_app()
    name = name.strip()
    check_words(name, note)
    refuse_taken(name)
    return _sent(actor, name=name, note=note)


def begin_again(actor: Actor, api_key: ApiKey) -> Sent:
    """The same for one that is to be connected again; its universes stay. Raises Forbidden."""
    require_installation(actor, Permission.MANAGE_API_KEYS)
    _require_app()
    require_access(api_key)
    return _sent(actor, name=api_key.name, api_key_id=str(api_key.pk))


def _sent(actor: Actor, *, name: str, note: str = "", api_key_id: str = "") -> Sent:
    return Sent(
        person_id=actor.person_id,
        name=name,
        note=note,
        api_key_id=api_key_id,
        began_at=time.time(),
        state=secrets.token_urlsafe(_BYTES),
        verifier=secrets.token_urlsafe(_BYTES),
    )


def _require_app() -> None:
    if not is_set_up():
        raise NotConnected(
            "No app is set up here. Register one at Roblox, and set ROBLOX_APP_ID and "
            "ROBLOX_APP_SECRET."
        )


def require_access(api_key: ApiKey) -> None:
    """Raise WrongKind for an API key."""
    if not api_key.is_oauth:
        raise WrongKind(f"“{api_key.name}” is an API key: replace or remove it instead.")


def is_answered(kept: Mapping[str, Any], said: Mapping[str, str]) -> bool:
    """Whether what came is the answer to what was kept, and not to that of another session."""
    state = said.get("state", "")
    return bool(kept) and hmac.compare_digest(state.encode(), str(kept["state"]).encode())


def take_up(actor: Actor, kept: Mapping[str, Any], said: Mapping[str, str]) -> Sent:
    """Who was sent there, by what the session kept; NotConnected where this isn't the answer."""
    if not is_answered(kept, said):
        raise NotConnected(_OF_NOBODY)
    sent = Sent(**kept)
    if sent.person_id != actor.person_id:
        raise NotConnected("Someone else signed in here meanwhile. Nothing was stored.")
    if said.get("iss", _issuer()) != _issuer():
        raise NotConnected("This answer didn’t come from Roblox. Nothing was stored.")
    if not 0 <= time.time() - sent.began_at <= GOOD_FOR_SECONDS:
        raise NotConnected(
            "That took too long: finish within 10 minutes. Nothing was stored. Begin again."
        )
    if "error" in said or not said.get("code"):
        raise NotConnected(
            "Roblox granted no access: it was refused there, or the app isn’t registered for this "
            "address and these scopes. Nothing was stored."
        )
    return sent


def _issuer() -> str:
    return f"{settings.OAUTH_URL}/"


def redeem(sent: Sent, code: str) -> Tokens:
    """What the code is good for, once; raises NotConnected."""
    form = {"grant_type": "authorization_code", "code": code, "code_verifier": sent.verifier}
    try:
        with connections.conversation():
            return read_tokens(oauth_access.ask_as_app("/v1/token", **form))
    except NotRenewed as error:
        raise translate(error) from None
    except Refused:
        raise NotConnected(
            "Roblox didn’t accept its own answer: it counts once, and for a minute. Nothing was "
            "stored. Begin again."
        ) from None
    except OpenCloudError:
        raise NotConnected(
            "Roblox couldn’t be asked for the access it granted. Nothing was stored. Begin again "
            "in a minute."
        ) from None
