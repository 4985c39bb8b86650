"""Moves everything that is encrypted at rest to the master key that writes now."""

from dataclasses import dataclass

from django.db import transaction

from secretsapp import audit, connections, keys
from secretsapp.core.actor import Actor
from secretsapp.core.events import Event
from secretsapp.core.roles import Permission
from secretsapp.models import ApiKey
from secretsapp.policy import require_installation


@dataclass(frozen=True)
class Rotation:
    """How many API keys there are, and how many were under another master key."""

    api_keys: int
    reencrypted: int
    key_id: str


def rotate(actor: Actor, *, dry_run: bool = False) -> Rotation:
    """Encrypt every API key under the first master key, all or none.

    A dry run opens every one and stores nothing. Raises KeyTrouble where one does not open, and
    Forbidden.
    """
    require_installation(actor, Permission.MANAGE_API_KEYS)
    keys.check_proof()
    with transaction.atomic():
        api_keys = list(ApiKey.objects.select_for_update().order_by("pk"))
        blobs = {api_key.pk: connections.reencrypt(api_key) for api_key in api_keys}
        stale = [api_key for api_key in api_keys if not connections.is_current(api_key)]
        rotation = Rotation(len(api_keys), len(stale), keys.current_master_key_id())
        if not dry_run:
            for api_key in stale:
                api_key.encrypted_value = blobs[api_key.pk]
                api_key.save(update_fields=["encrypted_value"])
            keys.store_proof()
            _record(actor, rotation)
    return rotation


def _record(actor: Actor, rotation: Rotation) -> None:
    detail = {"count": str(rotation.reencrypted), "key": rotation.key_id}
    audit.append(audit.Entry(Event.MASTER_KEY_ROTATED, actor, detail=detail))
