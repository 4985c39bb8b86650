"""Access by OAuth: its tokens at rest, and their renewal by one process at a time.

A refresh token counts once, and without the next one the access is lost. So it is written down
that a renewal begins before it is sent, and the new tokens are stored before one of them is used.
None is sent a second time unless the outcome of the first isn't known: then the access token is
used to its end, and what Roblox says to the old refresh token decides.
"""

import json
import time
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from secretsapp.core import keyring
from secretsapp.core.plaintext import Plaintext
from secretsapp.core.times import DAY, MINUTE, end_of_day
from secretsapp.models import ApiKey, OAuthAccess
from secretsapp.opencloud.answers import (
    Json,
    NothingSent,
    NotRenewed,
    OpenCloudError,
    Refused,
    Renewal,
    Unauthorized,
)
from secretsapp.opencloud.client import Timeouts, ask_oauth
from secretsapp.opencloud.types import (
    Introspection,
    OAuthApp,
    Tokens,
    read_granted,
    read_tokens,
)
from secretsapp.rules.keys import master_ring
from secretsapp.rules.locks import claim

# A token that ends sooner is renewed before a conversation begins.
EARLY = timedelta(minutes=3)
# With less than that left, a token counts as over.
SPARE = timedelta(seconds=10)
# Longer than any request may take, so that nobody takes over while one is on its way.
CLAIM = timedelta(minutes=2)
# A process that was held up so long after its claim sends nothing.
SEND_WITHIN = timedelta(seconds=30)
WAIT_FOR_OTHERS_SECONDS = 20
LOOK_AGAIN_SECONDS = 0.1
# After a renewal whose outcome isn't known; a younger token that is refused isn't renewed either.
REST = MINUTE
# How long a refresh token counts (documented; an older page says longer).
REFRESH_FOR = 90 * DAY


class HeldBearer:
    """Access with a token that is not stored yet, and never renewed."""

    def __init__(self, access: Plaintext) -> None:
        self.access = access

    @property
    def ends_soon(self) -> bool:
        """Never: it is used at once."""
        return False

    def renew(self) -> bool:
        """Not: there is nowhere to store what would come."""
        return False

    def told(self) -> Introspection:
        """What Roblox says that was granted; raises the OpenCloudErrors."""
        token = self.access.expose().decode()
        told = ask_as_app("/v1/token/introspect", token=token)
        return read_granted(told, ask_as_app("/v1/token/resources", token=token))


class StoredBearer(HeldBearer):
    """The access of a stored row, renewed when it ends soon and, if it `renews`, when refused.

    Raises KeyTrouble where the tokens don't open, and the OpenCloudErrors of a renewal.
    """

    def __init__(self, api_key_id: UUID, *, renews: bool = True) -> None:
        self._api_key_id = api_key_id
        self._renews = renews
        access, self._ends_at = _usable(api_key_id)
        super().__init__(access)

    @property
    def ends_soon(self) -> bool:
        """Whether nothing more should be begun with it."""
        return self._ends_at <= timezone.now() + EARLY / 2

    def renew(self) -> bool:
        """Take the next token after Roblox refused this one; whether there is another."""
        if not self._renews:
            return False
        before = self.access
        self.access, self._ends_at = _usable(self._api_key_id, refused=before)
        return self.access != before


def oauth_app() -> OAuthApp:
    """The app that is set up here; raises NotRenewed where none is."""
    if not settings.ROBLOX_APP_ID:
        raise NotRenewed(Renewal.APP)
    secret = Plaintext.from_text(settings.ROBLOX_APP_SECRET)
    return OAuthApp(settings.OAUTH_URL, settings.ROBLOX_APP_ID, secret)


def ask_as_app(path: str, **form: str) -> Json:
    """What Roblox answers the app there; raises the OpenCloudErrors, NotRenewed for a wrong app."""
    proxy: str | None = settings.OPEN_CLOUD_PROXY
    seconds: float = settings.OPEN_CLOUD_TIMEOUT_SECONDS
    timeouts = Timeouts(read=seconds, answer=seconds)
    answer = ask_oauth(oauth_app(), path, form, proxy=proxy, timeouts=timeouts)
    try:
        return answer.as_write()
    except Unauthorized:
        raise NotRenewed(Renewal.APP) from None


def take_tokens(row: OAuthAccess, tokens: Tokens) -> None:
    """Put other tokens into the row, which isn't saved: nothing of the old ones counts any more."""
    now = timezone.now()
    row.encrypted_tokens = _encrypt(row.pk, tokens.access, tokens.refresh)
    row.generation += 1
    row.renewed_at, row.access_ends_at = now, now + timedelta(seconds=tokens.seconds)
    row.renewal_began_at = row.claimed_until = row.renew_after = row.lost_at = None
    row.lost_why, row.is_loss_told = "", False


def end_unless_renewed(now: datetime) -> datetime:
    """When what was renewed now ends by Roblox's rule, to the day, unless it is renewed again."""
    return end_of_day((now + REFRESH_FOR).date())


def reencrypt(row: OAuthAccess) -> bytes:
    """The stored tokens again, under the master key that writes now."""
    return _encrypt(row.pk, *_tokens_in(row))


def key_id_of(row: OAuthAccess) -> str:
    """The id, in hexadecimal, of the master key that the tokens are under, if they are whole."""
    return keyring.key_id_in(bytes(row.encrypted_tokens))


def refresh_token_of(row: OAuthAccess) -> Plaintext:
    """The stored refresh token, to be revoked; raises KeyTrouble where it does not open."""
    return _tokens_in(row)[1]


def _encrypt(api_key_id: UUID, access: Plaintext, refresh: Plaintext) -> bytes:
    content = json.dumps([access.expose().decode(), refresh.expose().decode()])
    return master_ring().encrypt(content.encode(), owner=_owner(api_key_id))


def _tokens_in(row: OAuthAccess) -> tuple[Plaintext, Plaintext]:
    """The access token and the refresh token."""
    blob = bytes(row.encrypted_tokens)
    access, refresh = json.loads(master_ring().decrypt(blob, owner=_owner(row.pk)))
    return Plaintext.from_text(access), Plaintext.from_text(refresh)


def _owner(api_key_id: UUID) -> str:
    """Table, column and row, so that tokens moved elsewhere do not open."""
    return f"secretsapp_oauthaccess.encrypted_tokens.{api_key_id}"


def _usable(api_key_id: UUID, *, refused: Plaintext | None = None) -> tuple[Plaintext, datetime]:
    """An access token and its end: renewed by this process, or by another that is waited for."""
    gives_up_at = time.monotonic() + WAIT_FOR_OTHERS_SECONDS
    while True:
        row, now = _row(api_key_id), timezone.now()
        access, refresh = _tokens_in(row)
        is_refused = access == refused and row.renewed_at <= now - REST
        is_good = row.access_ends_at > now + SPARE and not is_refused
        if row.access_ends_at > now + EARLY and not is_refused:
            return access, row.access_ends_at
        if _begin(row, now, is_good=is_good):
            _renew(row, refresh, now)
        elif is_good:
            return access, row.access_ends_at
        else:
            _raise_unless_under_way(row, now)
            if time.monotonic() > gives_up_at:
                raise NotRenewed(Renewal.UNDER_WAY)
            time.sleep(LOOK_AGAIN_SECONDS)


def _row(api_key_id: UUID) -> OAuthAccess:
    row = OAuthAccess.objects.filter(pk=api_key_id).first()
    if row is None:
        # Someone disconnected it meanwhile.
        raise NotRenewed(Renewal.REVOKED)
    return row


def _raise_unless_under_way(row: OAuthAccess, now: datetime) -> None:
    if row.lost_at is not None:
        raise NotRenewed(Renewal(row.lost_why))
    if row.renew_after is not None and row.renew_after > now:
        raise NotRenewed(Renewal.UNSURE)


def _begin(row: OAuthAccess, now: datetime, *, is_good: bool) -> bool:
    """Write down that a renewal begins, unless another process is at it; whether it is ours.

    Where the outcome of the last isn't known, a token that is still good is used to its end first.
    """
    if is_good and row.renewal_began_at is not None:
        return False
    rested = Q(renew_after=None) | Q(renew_after__lte=now)
    found = OAuthAccess.objects.filter(
        rested,
        pk=row.pk,
        generation=row.generation,
        renewal_began_at=row.renewal_began_at,
        lost_at=None,
    )
    return bool(claim(found, lasting=CLAIM, renewal_began_at=now))


def _renew(row: OAuthAccess, refresh: Plaintext, began: datetime) -> None:
    """Give the refresh token for new ones, and store them; raises where that isn't to be had.

    Without an answer nothing is known, and the claim ends: the next one sees what to do.
    """
    try:
        tokens = _sent(refresh, began)
    except NothingSent:
        _let_go(row, began, renewal_began_at=row.renewal_began_at)
        raise
    except Refused as refusal:
        if refusal.code != "invalid_grant":
            _let_go(row, began, renewal_began_at=row.renewal_began_at)
            raise
        _lose(row, began)
    except OpenCloudError:
        _let_go(row, began, renew_after=timezone.now() + REST)
    else:
        _store(row, tokens)


def _sent(refresh: Plaintext, began: datetime) -> Tokens:
    if timezone.now() > began + SEND_WITHIN:
        raise NotRenewed(Renewal.UNDER_WAY)
    form = {"grant_type": "refresh_token", "refresh_token": refresh.expose().decode()}
    return read_tokens(ask_as_app("/v1/token", **form))


def _let_go(row: OAuthAccess, began: datetime, **changed: object) -> None:
    """End the claim, unless another process took over meanwhile."""
    mine = OAuthAccess.objects.filter(
        pk=row.pk, generation=row.generation, renewal_began_at=began, lost_at=None
    )
    mine.update(claimed_until=None, **changed)


def _lose(row: OAuthAccess, began: datetime) -> None:
    """Write down that Roblox takes the refresh token no more, and why that is."""
    was_unsure = row.renewal_began_at is not None
    why = Renewal.INTERRUPTED if was_unsure else Renewal.REVOKED
    _let_go(row, began, lost_at=timezone.now(), lost_why=why, renewal_began_at=None)


def _store(row: OAuthAccess, tokens: Tokens) -> None:
    """Store new tokens in the place of those they came for, also where these were given up."""
    with transaction.atomic():
        ApiKey.objects.filter(pk=row.pk).update(ends_at=end_unless_renewed(timezone.now()))
        found = OAuthAccess.objects.select_for_update().filter(pk=row.pk)
        stored = found.filter(generation=row.generation).first()
        if stored is not None:
            take_tokens(stored, tokens)
            stored.save()
