"""The one answer to whether an API key opens a universe: what Roblox shows, and what that means."""

from dataclasses import dataclass

from secretsapp.core.errors import DoubtfulKey
from secretsapp.core.key_verdicts import KeyVerdict
from secretsapp.opencloud.answers import (
    Missing,
    NotAllowed,
    NothingSent,
    OpenCloudError,
    Refused,
    TooManyRequests,
    Unauthorized,
    Unusable,
)
from secretsapp.opencloud.client import Client
from secretsapp.opencloud.types import Introspection, RemoteSecret, RemoteUniverse

# What Roblox's answer to the question about a key says of one that it can't find.
_NO_SUCH_KEY = (400, 401)

READ, WRITE = "universe.secret:read", "universe.secret:write"


@dataclass(frozen=True)
class Probe:
    """What one universe answered: its secrets, or the refusal.

    `profile` is its name and owner if the key may read them, `is_missing` says that Roblox knows no
    such universe. `hint` is what Roblox tells of the key itself: of new keys alone.
    """

    universe_id: int
    hint: Introspection | None
    profile: RemoteUniverse | None
    is_missing: bool = False
    refusal: Refused | None = None
    listing: tuple[RemoteSecret, ...] = ()

    @property
    def verdict(self) -> KeyVerdict:
        """Whether the key opens the universe, or why not."""
        if self.refusal is None:
            lacks = lacks_write(self.hint, self.universe_id)
            return KeyVerdict.READS_ONLY if lacks else KeyVerdict.OPENS
        if isinstance(self.refusal, Unauthorized):
            return _refused_key(self.hint)
        if self.is_missing or isinstance(self.refusal, Missing):
            return KeyVerdict.MISSING
        if isinstance(self.refusal, NotAllowed):
            return _not_allowed(self.hint, self.universe_id)
        return KeyVerdict.FAILS_OTHERWISE


def lacks_write(hint: Introspection | None, universe_id: int) -> bool:
    """Whether Roblox tells the key's scopes, and writing in the universe is none of them."""
    return bool(hint and hint.scopes) and not (hint and hint.covers(WRITE, universe_id))


def _refused_key(hint: Introspection | None) -> KeyVerdict:
    if hint is None:
        return KeyVerdict.REFUSED
    if hint.expired:
        return KeyVerdict.ENDED
    return KeyVerdict.NOT_FROM_HERE if hint.enabled else KeyVerdict.DISABLED


def _not_allowed(hint: Introspection | None, universe_id: int) -> KeyVerdict:
    if hint is None or not hint.scopes:
        return KeyVerdict.NOT_ALLOWED
    if not hint.has(READ):
        return KeyVerdict.LACKS_READ
    is_covered = hint.covers(READ, universe_id)
    return KeyVerdict.LACKS_RIGHT if is_covered else KeyVerdict.NOT_COVERED


def hint_of(client: Client) -> Introspection | None:
    """What Roblox tells of the key itself, if anything; raises NothingSent."""
    try:
        return client.introspect()
    except NothingSent:
        raise
    except OpenCloudError:
        return None


def hint_if_reachable(client: Client) -> Introspection | None:
    """What Roblox tells of the key itself, where nothing depends on its being there."""
    try:
        return hint_of(client)
    except NothingSent:
        return None


def check_new(client: Client) -> None:
    """Raise DoubtfulKey where Roblox says that a key which was just pasted is no good.

    Where Roblox can't be asked, or answers something else, the key gets the benefit of the doubt.
    """
    try:
        hint = client.introspect()
    except Refused as refusal:
        if refusal.status in _NO_SUCH_KEY:
            raise _doubtful(
                "Roblox doesn’t know this key. Copy it again, all of it. Some older keys can’t be "
                "checked"
            ) from None
        return
    except OpenCloudError:
        return
    if hint.expired:
        raise _doubtful("This key has expired at Roblox. Create a new one, or renew it there")
    if not hint.enabled:
        raise _doubtful("This key is disabled at Roblox. Enable it there")


def _doubtful(what: str) -> DoubtfulKey:
    return DoubtfulKey(f"Nothing was saved. {what}.", field="value")


def probe(client: Client, universe_id: int, hint: Introspection | None) -> Probe:
    """Read what managing the universe's secrets begins with.

    Raises the OpenCloudErrors that say nothing of the key: NothingSent, TooManyRequests, Unusable.
    """
    profile, is_missing = _profile(client, universe_id)
    try:
        client.public_key(universe_id)
        listing = client.list_secrets(universe_id)
    except TooManyRequests:
        raise
    except Refused as refusal:
        meant = _meant(refusal, profile)
        return Probe(universe_id, hint, profile, is_missing=is_missing, refusal=meant)
    return Probe(universe_id, hint, profile, listing=tuple(listing))


def prove(client: Client, universe_id: int) -> Probe:
    """The probe of a universe that the key opens; raises the refusal where it does not."""
    found = probe(client, universe_id, hint_of(client))
    if found.refusal is not None:
        raise found.refusal
    return found


def opens(client: Client, universe_id: int) -> bool:
    """Whether the key is given the universe's public key: the short form of a probe."""
    try:
        client.public_key(universe_id)
    except TooManyRequests:
        raise
    except Refused:
        return False
    return True


def _profile(client: Client, universe_id: int) -> tuple[RemoteUniverse | None, bool]:
    """Name and owner, and whether Roblox says there is no such universe.

    Roblox documents no scope for it, so that a key may open a universe and not read this.
    """
    try:
        return client.universe(universe_id), False
    except TooManyRequests:
        raise
    except (Refused, Unusable) as error:
        return None, isinstance(error, Missing)


def _meant(refusal: Refused, profile: RemoteUniverse | None) -> Refused:
    """Roblox says 401 also where it means 403: a key that reads anything is not itself refused."""
    if isinstance(refusal, Unauthorized) and profile is not None:
        return NotAllowed(refusal.status, refusal.code)
    return refusal
