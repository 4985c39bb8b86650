"""Moves everything that is encrypted at rest to the master key that writes now."""

from dataclasses import dataclass

from secretsapp.core.actor import Actor
from secretsapp.core.events.keys import KeyEvent
from secretsapp.core.roles import Permission
from secretsapp.models import ApiKey
from secretsapp.operation import key_proof
from secretsapp.rules import connections, key_files, keys
from secretsapp.rules.acting import Right, acting
from secretsapp.rules.keys import Ring
from secretsapp.rules.policy import require_installation


@dataclass(frozen=True)
class Rotation:
    """How many API keys there are, and how many were under another master key."""

    api_keys: int
    reencrypted: int
    key_id: str


def rotate(actor: Actor, key_id: str = "", *, dry_run: bool = False) -> Rotation:
    """Let the master key of that id write, and encrypt every API key under it, all or none.

    Without an id it is the key that is first already. A dry run opens every API key and stores
    nothing. Raises KeyTrouble where one does not open, KeysElsewhere where the key would have to
    be put in front by hand, NotFound and Forbidden.
    """
    require_installation(actor, Permission.MANAGE_API_KEYS)
    key_proof.check()
    if dry_run:
        return _try(key_id)
    if key_id:
        key_files.promote(Ring.MASTER, key_id)
    with acting(actor, Right(Permission.MANAGE_API_KEYS)) as act:
        rotation = _reencrypt()
        key_proof.store()
        detail = {"count": str(rotation.reencrypted), "key": rotation.key_id}
        act.tell(KeyEvent.MASTER_KEY_ROTATED, detail=detail)
    return rotation


def _try(key_id: str) -> Rotation:
    if key_id:
        key_files.number_of(Ring.MASTER, key_id)
    api_keys = list(ApiKey.objects.all())
    for api_key in api_keys:
        connections.reencrypt(api_key)
    wanted = key_id or keys.current_master_key_id()
    stale = [api_key for api_key in api_keys if connections.key_id_of(api_key) != wanted]
    return Rotation(len(api_keys), len(stale), wanted)


def _reencrypt() -> Rotation:
    key_id = keys.current_master_key_id()
    api_keys = list(ApiKey.objects.select_for_update().order_by("pk"))
    blobs = {api_key.pk: connections.reencrypt(api_key) for api_key in api_keys}
    stale = [api_key for api_key in api_keys if connections.key_id_of(api_key) != key_id]
    for api_key in stale:
        api_key.encrypted_value = blobs[api_key.pk]
        api_key.save(update_fields=["encrypted_value"])
    return Rotation(len(api_keys), len(stale), key_id)
