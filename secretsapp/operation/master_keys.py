"""Moves everything that is encrypted at rest to the master key that writes now."""

from dataclasses import dataclass

from secretsapp.channels import targets
from secretsapp.core.actor import Actor
from secretsapp.core.events.keys import KeyEvent
from secretsapp.core.roles import Permission
from secretsapp.models import ApiKey, Channel
from secretsapp.operation import key_proof
from secretsapp.rules import connections, key_files, keys
from secretsapp.rules.acting import Right, acting
from secretsapp.rules.keys import Ring
from secretsapp.rules.policy import require_installation


@dataclass(frozen=True)
class Rotation:
    """How many API keys there are, and how many were under another master key; so with channels."""

    api_keys: int
    reencrypted: int
    key_id: str
    channels: int = 0
    channels_reencrypted: int = 0


def rotate(actor: Actor, key_id: str = "", *, dry_run: bool = False) -> Rotation:
    """Let the master key of that id write, and encrypt API keys and channels under it, all or none.

    Without an id it is the key that is first already. A dry run opens all of them and stores
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
        act.tell(KeyEvent.MASTER_KEY_ROTATED, detail=_detail(rotation))
    return rotation


def _detail(rotation: Rotation) -> dict[str, str]:
    channels = rotation.channels_reencrypted
    more = {"channels": str(channels)} if channels else {}
    return {"count": str(rotation.reencrypted), "key": rotation.key_id, **more}


def _try(key_id: str) -> Rotation:
    if key_id:
        key_files.number_of(Ring.MASTER, key_id)
    wanted = key_id or keys.current_master_key_id()
    api_keys, channels = list(ApiKey.objects.all()), list(Channel.objects.all())
    for api_key in api_keys:
        connections.reencrypt(api_key)
    for channel in channels:
        targets.reencrypt(channel)
    return _rotation(api_keys, channels, wanted)


def _rotation(api_keys: list[ApiKey], channels: list[Channel], key_id: str) -> Rotation:
    """How many there are, and how many are under another key than that one."""
    stale_keys = [each for each in api_keys if connections.key_id_of(each) != key_id]
    stale_channels = [each for each in channels if targets.key_id_of(each) != key_id]
    return Rotation(len(api_keys), len(stale_keys), key_id, len(channels), len(stale_channels))


def _reencrypt() -> Rotation:
    """Open everything, and store again what is under another key."""
    key_id = keys.current_master_key_id()
    api_keys = list(ApiKey.objects.select_for_update().order_by("pk"))
    channels = list(Channel.objects.select_for_update().order_by("pk"))
    rotation = _rotation(api_keys, channels, key_id)
    for api_key in api_keys:
        blob = connections.reencrypt(api_key)
        if connections.key_id_of(api_key) != key_id:
            api_key.encrypted_value = blob
            api_key.save(update_fields=["encrypted_value"])
    for channel in channels:
        blob = targets.reencrypt(channel)
        if targets.key_id_of(channel) != key_id:
            channel.encrypted_target = blob
            channel.save(update_fields=["encrypted_target"])
    return rotation
