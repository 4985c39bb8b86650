"""Connects Roblox with OAuth 2.0 instead of a key, connects it again, and disconnects it."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError
from django.utils import timezone

from secretsapp.api_keys.authorizing import Sent, redeem, require_access, take_up
from secretsapp.api_keys.key_records import store
from secretsapp.api_keys.key_reports import KeyReport, try_on
from secretsapp.api_keys.key_rules import advice_for, refuse_untried, refuse_used, taken
from secretsapp.api_keys.key_uses import Uses, uses_of
from secretsapp.api_keys.probing import hint_if_reachable
from secretsapp.api_keys.remembered import as_stored
from secretsapp.api_keys.stored_keys import TO_MANAGE
from secretsapp.core.actor import Actor
from secretsapp.core.errors import KeyTrouble, NotFound, RobloxRefused, SealroomError
from secretsapp.core.events.keys import KeyEvent
from secretsapp.core.plaintext import Plaintext
from secretsapp.core.roles import Permission
from secretsapp.models import ApiKey, OAuthAccess
from secretsapp.opencloud.answers import OpenCloudError
from secretsapp.opencloud.types import Introspection, Tokens
from secretsapp.rules import connections, oauth_access
from secretsapp.rules.acting import acting
from secretsapp.rules.locks import lock_api_key
from secretsapp.rules.policy import require_installation
from secretsapp.rules.roblox import in_our_words

UNREVOKED = (
    "Roblox couldn’t be told. Remove Sealroom’s access there too: in the account settings, under "
    "App Permissions."
)
_GIVEN_BACK = "What Roblox granted just now was revoked there."
_KEPT_THERE = (
    "What Roblox granted just now isn’t kept here. It couldn’t be revoked there, where it ends "
    "within 90 days."
)
_FORGOTTEN = ("told", "told_at", "warned", "look_failure")


def finish(actor: Actor, kept: Mapping[str, Any], said: Mapping[str, str]) -> ApiKey:
    """Connect what was granted, by what the session kept and what came back from Roblox.

    Raises NotConnected where that proves nothing, Forbidden, AlreadyExists, and for one that is
    connected again RobloxRefused where it doesn't open its universes: the old access stays then.
    What was granted and isn't stored is revoked at Roblox, if it can be.
    """
    require_installation(actor, Permission.MANAGE_API_KEYS)
    sent = take_up(actor, kept, said)
    tokens = redeem(sent, said["code"])
    try:
        if sent.api_key_id:
            return _reconnect(actor, UUID(sent.api_key_id), tokens)
        return _connect(actor, sent, tokens)
    except SealroomError as refusal:
        refusal.args = (f"{refusal} {_GIVEN_BACK if _revoked(tokens.refresh) else _KEPT_THERE}",)
        raise


def _connect(actor: Actor, sent: Sent, tokens: Tokens) -> ApiKey:
    api_key = ApiKey(id=uuid4(), name=sent.name, note=sent.note, is_oauth=True)
    bearer = oauth_access.HeldBearer(tokens.access)
    with connections.client_with(actor, bearer) as client:
        hint = hint_if_reachable(client)
    if hint is not None:
        api_key.told, api_key.told_at = as_stored(hint), timezone.now()
    try:
        with acting(actor, TO_MANAGE) as act:
            _mark(api_key)
            api_key.save(force_insert=True)
            access = OAuthAccess(api_key=api_key, generation=0)
            oauth_access.take_tokens(access, tokens)
            access.save(force_insert=True)
            act.tell(KeyEvent.API_KEY_CONNECTED, subject=api_key, detail=_account_of(hint))
    except IntegrityError:
        raise taken(sent.name) from None
    return api_key


def _mark(api_key: ApiKey) -> None:
    """Let what was tried or planned with an earlier access be seen as such."""
    api_key.encrypted_value = connections.encrypt(api_key.pk, Plaintext(b"OAuth 2.0"))
    api_key.ends_at = oauth_access.end_unless_renewed(timezone.now())


def _account_of(hint: Introspection | None) -> dict[str, str]:
    return {"account": hint.account} if hint and hint.account else {}


def _reconnect(actor: Actor, api_key_id: UUID, tokens: Tokens) -> ApiKey:
    """Put another access in the place of the old one, once it opens every universe."""
    api_key = ApiKey.objects.filter(pk=api_key_id).first()
    if api_key is None:
        raise NotFound("Someone has removed this connection. Connect with Roblox as a new one.")
    uses = uses_of(api_key)
    bearer = oauth_access.HeldBearer(tokens.access)
    with in_our_words(), connections.client_with(actor, bearer) as client:
        report = try_on(client, uses, advice_for(actor))
    if report.passed is False:
        raise RobloxRefused(f"The old access stays. {report.result[:1].upper()}{report.result[1:]}")
    return _replaced(actor, api_key, tokens, uses, report)


def _replaced(
    actor: Actor, api_key: ApiKey, tokens: Tokens, uses: Uses, report: KeyReport
) -> ApiKey:
    with acting(actor, TO_MANAGE) as act:
        stored = lock_api_key(api_key, was_tried=True)
        refuse_untried(stored, [*uses.secrets, *uses.servers])
        _mark(stored)
        stored.told, stored.told_at, stored.warned, stored.look_failure = "", None, "", ""
        stored.save(update_fields=["encrypted_value", "ends_at", *_FORGOTTEN])
        access = OAuthAccess.objects.select_for_update().get(pk=stored.pk)
        oauth_access.take_tokens(access, tokens)
        access.save()
        store(act, stored, report)
        detail = _account_of(report.hint)
        act.tell(KeyEvent.API_KEY_RECONNECTED, subject=stored, detail=detail)
    return stored


def disconnect(actor: Actor, api_key: ApiKey) -> bool:
    """Forget an access that no universe uses, and revoke it; whether Roblox took that.

    Raises Forbidden, WrongKind and StillInUse. Tokens that don't open can't be revoked.
    """
    refresh = Plaintext(b"")
    with acting(actor, TO_MANAGE) as act:
        stored = lock_api_key(api_key)
        require_access(stored)
        refuse_used(stored)
        access = OAuthAccess.objects.select_for_update().get(pk=stored.pk)
        with suppress(KeyTrouble):
            refresh = oauth_access.refresh_token_of(access)
        ApiKey.objects.filter(pk=stored.pk).delete()
        act.tell(KeyEvent.API_KEY_DISCONNECTED, subject=stored)
    return bool(len(refresh)) and _revoked(refresh)


def _revoked(refresh: Plaintext) -> bool:
    try:
        oauth_access.ask_as_app("/v1/token/revoke", token=refresh.expose().decode())
    except OpenCloudError:
        return False
    return True
