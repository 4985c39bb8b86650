"""Lets another key sign checkpoints; the first is signed by both keys, which announces it."""

from secretsapp.core.actor import Actor
from secretsapp.core.errors import NothingToRotate
from secretsapp.core.roles import Permission
from secretsapp.log import checkpoints, standing
from secretsapp.models import Checkpoint
from secretsapp.rules import key_files, keys
from secretsapp.rules.keys import Ring
from secretsapp.rules.policy import require_installation


def rotate(actor: Actor, key_id: str = "") -> Checkpoint:
    """Let the checkpoint key of that id sign from here on; gives the checkpoint that says so.

    Without an id it is the key that is first already. Raises NothingToRotate where that key has
    signed the newest checkpoint, KeysElsewhere where it would have to be put in front by hand,
    KeyTrouble, NotFound, LogBroken and Forbidden.
    """
    require_installation(actor, Permission.MANAGE_API_KEYS)
    wanted = key_id or keys.key_ids(Ring.CHECKPOINT)[0]
    key_files.number_of(Ring.CHECKPOINT, wanted)
    newest = standing.latest()
    if newest is not None and newest.key_id == wanted:
        raise NothingToRotate(
            f"The checkpoint key {wanted} signs already. Add another: `manage.py add_key "
            "checkpoint`."
        )
    key_files.promote(Ring.CHECKPOINT, wanted)
    return checkpoints.make(actor)
