"""Adds, tests, replaces and removes the Roblox API keys that Sealroom works with."""

from datetime import datetime
from uuid import uuid4

from django.db import IntegrityError
from django.utils import timezone

from secretsapp.api_keys.key_records import keep, store
from secretsapp.api_keys.key_reports import (
    KeyReport,
    end_of,
    not_tried,
    report_on,
    try_on,
)
from secretsapp.api_keys.key_rules import (
    advice_for,
    check_words,
    refuse_access,
    refuse_taken,
    refuse_untried,
    refuse_used,
    taken,
)
from secretsapp.api_keys.key_uses import Uses, uses_of
from secretsapp.api_keys.probing import check_new, hint_if_reachable
from secretsapp.api_keys.remembered import as_stored, remembered
from secretsapp.core import input_rules
from secretsapp.core.actor import Actor
from secretsapp.core.errors import (
    InvalidInput,
    RobloxBusy,
    RobloxRefused,
    SealroomError,
)
from secretsapp.core.events.keys import KeyEvent
from secretsapp.core.plaintext import Plaintext
from secretsapp.core.roles import Permission
from secretsapp.core.times import sentence_time
from secretsapp.models import ApiKey, Universe
from secretsapp.opencloud.types import Introspection
from secretsapp.rules import connections
from secretsapp.rules.acting import Right, acting
from secretsapp.rules.locks import lock_api_key
from secretsapp.rules.policy import require_installation
from secretsapp.rules.roblox import in_our_words
from secretsapp.rules.versions import differences, refuse_stale, version_of

TO_MANAGE = Right(Permission.MANAGE_API_KEYS)
# What is stored of a key that another one replaced.
OF_OLD = ("old_name", "old_replaced_at", "told", "told_at", "warned")
CHANGED_MEANWHILE = "Someone else or a test changed this key"


def add(
    actor: Actor,
    *,
    name: str,
    value: Plaintext,
    note: str = "",
    ends_at: datetime | None = None,
    is_meant: bool = False,
) -> ApiKey:
    """Store an API key, encrypted; raises Forbidden, InvalidInput or AlreadyExists.

    Roblox is asked when the key ends, which it tells of new ones; else `ends_at` is believed.
    Unless the key `is_meant` whatever Roblox says of it, DoubtfulKey is raised for one that Roblox
    doesn't know or refuses.
    """
    require_installation(actor, Permission.MANAGE_API_KEYS)
    name = name.strip()
    check_words(name, note)
    _check_end(ends_at)
    input_rules.check_api_key(value)
    refuse_taken(name)
    api_key = ApiKey(id=uuid4(), name=name, note=note)
    with connections.client_with(actor, value) as client:
        if not is_meant:
            check_new(client)
        hint = hint_if_reachable(client)
    api_key.ends_at = end_of(hint) or ends_at
    if hint is not None:
        api_key.told, api_key.told_at = as_stored(hint), timezone.now()
    try:
        with acting(actor, TO_MANAGE) as act:
            # Roblox took a while, and the master key may be another by now.
            api_key.encrypted_value = connections.encrypt(api_key.pk, value)
            api_key.save(force_insert=True)
            act.tell(KeyEvent.API_KEY_ADDED, subject=api_key)
    except IntegrityError:
        raise taken(name) from None
    return api_key


def _check_end(ends_at: datetime | None) -> None:
    if ends_at is not None and ends_at <= timezone.now():
        raise InvalidInput("That date is in the past. Enter a later one.", field="ends_at")


def version(api_key: ApiKey) -> str:
    """What tells whether the words beside the key are still those that a person saw."""
    return version_of(api_key.name, api_key.note, str(api_key.ends_at))


def edit(
    actor: Actor,
    api_key: ApiKey,
    *,
    name: str,
    note: str,
    ends_at: datetime | None,
    seen_version: str = "",
) -> None:
    """Change what the key is called here, its note, and the end that is known of it.

    `seen_version` is the version the person saw; StaleVersion is raised if another is stored.
    """
    require_installation(actor, Permission.MANAGE_API_KEYS)
    name = name.strip()
    check_words(name, note)
    try:
        with acting(actor, TO_MANAGE) as act:
            stored = lock_api_key(api_key)
            refuse_stale(seen_version, version(stored), what=CHANGED_MEANWHILE)
            if ends_at != stored.ends_at:
                _check_end(ends_at)
            before = _words_of(stored)
            api_key.name, api_key.note, api_key.ends_at = name, note, ends_at
            # The note is long, and stands with the key.
            if detail := differences(before, _words_of(api_key), unsaid=["note"]):
                api_key.save(update_fields=["name", "note", "ends_at"])
                act.tell(KeyEvent.API_KEY_CHANGED, subject=api_key, detail=detail)
    except IntegrityError:
        raise taken(name) from None


def _words_of(api_key: ApiKey) -> dict[str, str]:
    return {"name": api_key.name, "note": api_key.note, "end": _written(api_key.ends_at)}


def _written(time: datetime | None) -> str:
    return sentence_time(time) if time else ""


def remove(actor: Actor, api_key: ApiKey) -> None:
    """Forget a key; raises StillInUse while a universe is opened with it."""
    with acting(actor, TO_MANAGE) as act:
        stored = lock_api_key(api_key)
        refuse_access(stored)
        refuse_used(stored)
        ApiKey.objects.filter(pk=stored.pk).delete()
        act.tell(KeyEvent.API_KEY_REMOVED, subject=stored)


def replace(
    actor: Actor,
    api_key: ApiKey,
    value: Plaintext,
    *,
    ends_at: datetime | None = None,
    is_meant: bool = False,
) -> KeyReport:
    """Put another value in the place of a key; its universes stay.

    The new value is tried on every universe first: if it can't read and change the secrets of one,
    as far as Roblox tells, RobloxRefused is raised and the old value stays. The old end goes with
    the old value: what Roblox tells of the new one counts, else `ends_at` is believed. `is_meant`
    as in `add`, for a key that no universe uses. InvalidInput is raised for the very same value.
    """
    require_installation(actor, Permission.MANAGE_API_KEYS)
    refuse_access(api_key)
    input_rules.check_api_key(value)
    _check_end(ends_at)
    _refuse_same(api_key, value)
    uses = uses_of(api_key)
    with in_our_words(), connections.client_with(actor, value) as client:
        if not (uses.secrets or uses.servers or is_meant):
            check_new(client)
        report = try_on(client, uses, advice_for(actor))
    if report.passed is False:
        raise RobloxRefused(f"The old key stays. {report.result[:1].upper()}{report.result[1:]}")
    with acting(actor, TO_MANAGE) as act:
        stored = lock_api_key(api_key, was_tried=True)
        refuse_untried(stored, [*uses.secrets, *uses.servers])
        before = _written(stored.ends_at)
        _forget_old(stored)
        stored.encrypted_value, stored.ends_at = connections.encrypt(stored.pk, value), ends_at
        stored.save(update_fields=["encrypted_value", *OF_OLD])
        report = store(act, stored, report)
        after = _written(stored.ends_at)
        detail = {"end_before": before, "end": after} if before != after else {}
        act.tell(KeyEvent.API_KEY_REPLACED, subject=stored, detail=detail)
    return report


def _refuse_same(api_key: ApiKey, value: Plaintext) -> None:
    """Raise InvalidInput for the key that is there: it would be named as the old one to delete."""
    if connections.is_stored(api_key, value):
        raise InvalidInput(
            "Sealroom has this very key already, so nothing was replaced. Create a new key at "
            "Roblox, and paste that one.",
            field="value",
        )


def _forget_old(stored: ApiKey) -> None:
    """Forget what was known of the old key, but for what it is called at Roblox."""
    known = remembered(stored)
    stored.old_name, stored.old_replaced_at = known.name[:200] if known else "", timezone.now()
    stored.told, stored.told_at, stored.warned = "", None, ""


def test(actor: Actor, api_key: ApiKey) -> KeyReport:
    """Try a stored key on every universe it serves, and store what came of it."""
    require_installation(actor, Permission.MANAGE_API_KEYS)
    report = _tried(actor, api_key)
    with acting(actor, TO_MANAGE) as act:
        stored = lock_api_key(api_key, was_tried=True)
        report = store(act, stored, report)
        act.tell(KeyEvent.API_KEY_TESTED, subject=stored, detail={"result": report.result})
    return report


def _tried(actor: Actor, api_key: ApiKey) -> KeyReport:
    try:
        with in_our_words(), connections.client_of(actor, api_key) as client:
            known = remembered(api_key)
            return try_on(client, uses_of(api_key), advice_for(actor), remembered=known)
    except RobloxBusy:
        # Nothing was tried, so that it proves nothing.
        raise
    except SealroomError as error:
        return not_tried(error)


def count_as_test(stored: ApiKey, added: Universe, hint: Introspection | None) -> None:
    """Store that the key read the universe that is being added; its row is to be locked.

    What the key can't do there comes before what it can't do elsewhere.
    """
    report = report_on(hint, Uses([added], []))
    keep(stored, report_on(hint, uses_of(stored)) if report.passed else report)
