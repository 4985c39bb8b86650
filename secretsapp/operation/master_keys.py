"""Moves everything that is encrypted at rest to the master key that writes now."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from secretsapp.core.actor import Actor
from secretsapp.core.events.keys import KeyEvent
from secretsapp.core.roles import Permission
from secretsapp.operation import key_proof
from secretsapp.operation.encrypted import STORES, Kind, Store
from secretsapp.rules import key_files, keys
from secretsapp.rules.acting import Right, acting
from secretsapp.rules.keys import Ring
from secretsapp.rules.policy import require_installation

# What events call these kinds.
_NAMES = {
    Kind.CHANNELS: "channels",
    Kind.FACTORS: "second_factors",
    Kind.IDENTITIES: "identities",
    Kind.OAUTH: "oauth_connections",
}


@dataclass(frozen=True)
class Moved:
    """How many there are of a kind, and how many were under another master key."""

    count: int
    reencrypted: int


@dataclass(frozen=True)
class Rotation:
    """What was moved to the master key of that id, by kind."""

    key_id: str
    of: Mapping[Kind, Moved]


def rotate(actor: Actor, key_id: str = "", *, dry_run: bool = False) -> Rotation:
    """Let the master key of that id write, and encrypt what is stored under it, all or none.

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
    """Of API keys how many were moved; of what else there is only where some were."""
    moved = {kind: each.reencrypted for kind, each in rotation.of.items()}
    more = {_NAMES[kind]: str(moved[kind]) for kind in _NAMES if moved[kind]}
    return {"count": str(moved[Kind.API_KEYS]), "key": rotation.key_id, **more}


def _try(key_id: str) -> Rotation:
    if key_id:
        key_files.number_of(Ring.MASTER, key_id)
    wanted = key_id or keys.current_master_key_id()
    found = {kind: list(store.rows()) for kind, store in STORES.items()}
    for kind, rows in found.items():
        for row in rows:
            STORES[kind].reencrypt(row)
    moved = {kind: _counted(STORES[kind], rows, wanted) for kind, rows in found.items()}
    return Rotation(wanted, moved)


def _counted(store: Store, rows: list[Any], key_id: str) -> Moved:
    """How many there are, and how many are under another key than that one."""
    return Moved(len(rows), sum(store.key_id_of(row) != key_id for row in rows))


def _reencrypt() -> Rotation:
    """Open everything, and store again what is under another key."""
    key_id = keys.current_master_key_id()
    return Rotation(key_id, {kind: _move(store, key_id) for kind, store in STORES.items()})


def _move(store: Store, key_id: str) -> Moved:
    rows = list(store.rows().select_for_update(of=("self",)).order_by("pk"))
    moved = _counted(store, rows, key_id)
    for row in rows:
        again = store.reencrypt(row)
        if store.key_id_of(row) != key_id:
            setattr(row, store.field, again)
            row.save(update_fields=[store.field])
    return moved
