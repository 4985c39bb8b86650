"""OAuth 2.0: an app, what people granted it, and the tokens that they stand for.

Access tokens end after 15 minutes and refresh tokens after 90 days; a refresh token and a code
count once (documented). The state file keeps none of this.
"""

import base64
import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import RLock

from emulator.clock import Clock
from emulator.universe import Profile

ACCESS_FOR = timedelta(seconds=899)
REFRESH_FOR = timedelta(days=90)
CODE_FOR = timedelta(minutes=1)
# So that limits of an authorization are not those of an account with the same number.
LIMITED_APART = 2**63


@dataclass(frozen=True)
class App:
    """An app as its developer registered it: one address to send people back to, and scopes."""

    client_id: str
    client_secret: str = field(repr=False)
    redirect_uri: str
    scopes: frozenset[str]


@dataclass(frozen=True)
class Consent:
    """What the next person who is asked will do: grant these universes, or refuse."""

    person_id: int
    universes: frozenset[int]
    refuses: bool = False


@dataclass
class Authorization:
    """What a person granted an app; `permitted` is whether they may use secrets of the group."""

    number: int
    client_id: str
    person_id: int
    universes: frozenset[int]
    scopes: frozenset[str]
    revoked: bool = False
    permitted: bool = True

    @property
    def limited_as(self) -> int:
        """Whom its calls are counted for: limits are those of the authorization (documented)."""
        return LIMITED_APART + self.number

    def may(self, scope: str, profile: Profile) -> bool:
        """Whether it holds the scope for the universe."""
        covered = profile.universe_id in self.universes
        return scope in self.scopes and covered and self.permitted


@dataclass
class Code:
    """A code on its way: what it was asked for with, and until when it counts."""

    authorization: Authorization
    challenge: str
    ends: datetime


@dataclass
class Token:
    """An access token, or a refresh token, which counts once."""

    authorization: Authorization
    issued: datetime
    ends: datetime
    used: bool = False


class OAuth:
    """The apps that are known, and what was given out; `consent` is the next person's answer.

    `names_issuer` lets answers name who sent them (RFC 9207), which Roblox doesn't document.
    """

    def __init__(self, lock: RLock, clock: Clock) -> None:
        self.apps: dict[str, App] = {}
        self.consent: Consent | None = None
        self.names_issuer = False
        self.authorizations: list[Authorization] = []
        self.access_tokens: dict[str, Token] = {}
        self.refresh_tokens: dict[str, Token] = {}
        self._codes: dict[str, Code] = {}
        self._lock = lock
        self._clock = clock

    def add_app(
        self, client_id: str, client_secret: str, redirect_uri: str, scopes: Iterable[str]
    ) -> App:
        """An app that is registered."""
        app = App(client_id, client_secret, redirect_uri, frozenset(scopes))
        with self._lock:
            self.apps[client_id] = app
        return app

    def let_consent(
        self, person_id: int, universes: Iterable[int] = (), *, refuses: bool = False
    ) -> None:
        """Let everyone who is asked from now on be that person, and grant that or refuse."""
        with self._lock:
            self.consent = Consent(person_id, frozenset(universes), refuses)

    def revoke_all(self) -> None:
        """Let every person take back what they granted, at Roblox."""
        with self._lock:
            for each in self.authorizations:
                each.revoked = True

    def end_access(self) -> None:
        """Let every access token be over."""
        with self._lock:
            for token in self.access_tokens.values():
                token.ends = self._clock.now()

    def new_code(self, app: App, consent: Consent, scopes: frozenset[str], challenge: str) -> str:
        """A code for what a person granted just now."""
        number = len(self.authorizations) + 1
        granted = Authorization(number, app.client_id, consent.person_id, consent.universes, scopes)
        self.authorizations.append(granted)
        code = secrets.token_urlsafe(32)
        self._codes[code] = Code(granted, challenge, self._clock.now() + CODE_FOR)
        return code

    def redeemed(self, app: App, code: str, verifier: str) -> Authorization | None:
        """What a code stands for, once: with the verifier of its challenge, and in time."""
        found = self._codes.pop(code, None)
        if found is None or found.ends <= self._clock.now():
            return None
        is_its = found.authorization.client_id == app.client_id
        return found.authorization if is_its and challenge_of(verifier) == found.challenge else None

    def refreshed(self, app: App, refresh_token: str) -> Authorization | None:
        """What a refresh token stands for, once."""
        found = self.refresh_tokens.get(refresh_token)
        if (
            found is None
            or not self.is_good(found)
            or found.authorization.client_id != app.client_id
        ):
            return None
        found.used = True
        return found.authorization

    def is_good(self, token: Token) -> bool:
        """Whether a token counts now."""
        is_over = token.used or token.ends <= self._clock.now()
        return not (is_over or token.authorization.revoked)

    def issue(self, granted: Authorization) -> tuple[str, str]:
        """A new access token and a new refresh token."""
        now = self._clock.now()
        access, refresh = secrets.token_urlsafe(48), secrets.token_urlsafe(48)
        self.access_tokens[access] = Token(granted, now, now + ACCESS_FOR)
        self.refresh_tokens[refresh] = Token(granted, now, now + REFRESH_FOR)
        return access, refresh

    def bearer(self, access_token: str) -> Authorization | None:
        """Whom an access token lets in."""
        found = self.access_tokens.get(access_token)
        return found.authorization if found and self.is_good(found) else None


def challenge_of(verifier: str) -> str:
    """The challenge of a verifier by S256 (RFC 7636)."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")
