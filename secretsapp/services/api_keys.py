"""Adds, tests and replaces the Roblox API keys that Sealroom works with."""

from dataclasses import dataclass
from dataclasses import replace as replace_fields
from datetime import datetime
from uuid import uuid4

from django.db import IntegrityError, transaction
from django.utils import timezone

from secretsapp import audit, connections
from secretsapp.core import rules
from secretsapp.core.actor import Actor
from secretsapp.core.errors import AlreadyExists, SealroomError
from secretsapp.core.events import Event
from secretsapp.core.plaintext import Plaintext
from secretsapp.core.roles import Permission
from secretsapp.core.times import parse_roblox_time
from secretsapp.models import ApiKey, Universe
from secretsapp.opencloud.client import Client
from secretsapp.opencloud.errors import OpenCloudError
from secretsapp.policy import require_installation
from secretsapp.services.roblox import in_our_words


@dataclass(frozen=True)
class KeyReport:
    """The result of a test: a sentence, whether the key works, and its end if Roblox tells."""

    passed: bool
    result: str
    ends_at: datetime | None


def add(actor: Actor, *, name: str, value: Plaintext, note: str = "") -> ApiKey:
    """Store an API key, encrypted; raises Forbidden, InvalidInput or AlreadyExists."""
    require_installation(actor, Permission.MANAGE_API_KEYS)
    rules.check_label(name, field="name", what="a name for the API key")
    rules.check_remark(note, field="note", limit=rules.NOTE_LIMIT)
    rules.check_api_key(value)
    key_id = uuid4()
    api_key = ApiKey(
        id=key_id, name=name, note=note, encrypted_value=connections.encrypt(key_id, value)
    )
    try:
        with transaction.atomic():
            api_key.save(force_insert=True)
            audit.append(audit.Entry(Event.API_KEY_ADDED, actor, subject=api_key))
    except IntegrityError:
        raise AlreadyExists(
            f"There is an API key named “{name}” already. Choose another name, or replace it.",
            field="name",
        ) from None
    return api_key


def replace(actor: Actor, api_key: ApiKey, value: Plaintext) -> KeyReport:
    """Put another value in the place of a key; its universes stay.

    The new value is tried on every universe first: if one refuses it, that refusal is raised
    and the old value stays.
    """
    require_installation(actor, Permission.MANAGE_API_KEYS)
    rules.check_api_key(value)
    with in_our_words(), connections.client_with(value) as client:
        report = _prove(client, list(api_key.universes.all()))
    with transaction.atomic():
        api_key.encrypted_value = connections.encrypt(api_key.pk, value)
        api_key.save(update_fields=["encrypted_value"])
        _store(api_key, report)
        audit.append(audit.Entry(Event.API_KEY_REPLACED, actor, subject=api_key))
    return report


def test(actor: Actor, api_key: ApiKey) -> KeyReport:
    """Try a stored key on every universe it serves, and store what came of it."""
    require_installation(actor, Permission.MANAGE_API_KEYS)
    report = _tried(api_key)
    with transaction.atomic():
        _store(api_key, report)
        audit.append(
            audit.Entry(
                Event.API_KEY_TESTED, actor, subject=api_key, detail={"result": report.result}
            )
        )
    return report


def _tried(api_key: ApiKey) -> KeyReport:
    try:
        with in_our_words(), connections.client_of(api_key) as client:
            report = _prove(client, list(api_key.universes.all()))
    except SealroomError as error:
        return KeyReport(passed=False, result=str(error), ends_at=api_key.ends_at)
    # Roblox tells the end of new keys alone: what it told once stays known.
    return replace_fields(report, ends_at=report.ends_at or api_key.ends_at)


def _prove(client: Client, universes: list[Universe]) -> KeyReport:
    """Read each universe for real; introspection is a hint, good for the end date alone."""
    for universe in universes:
        client.public_key(universe.pk)
        client.list_secrets(universe.pk)
    count = len(universes)
    words = f"it opens {count} universe{'' if count == 1 else 's'}" if count else "not used yet"
    return KeyReport(passed=bool(count), result=words, ends_at=_end(client))


def _end(client: Client) -> datetime | None:
    try:
        return parse_roblox_time(client.introspect().ends)
    except OpenCloudError:
        return None


def _store(api_key: ApiKey, report: KeyReport) -> None:
    api_key.checked_at = timezone.now()
    api_key.check_passed, api_key.check_result = report.passed, report.result
    api_key.ends_at = report.ends_at
    api_key.save(update_fields=["checked_at", "check_passed", "check_result", "ends_at"])
