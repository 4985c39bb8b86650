"""Adds keys to the rings of the data directory, and drops those that nothing needs any more."""

from contextlib import ExitStack
from dataclasses import dataclass

from django.db import connection

from secretsapp.core.actor import Actor
from secretsapp.core.errors import StillInUse
from secretsapp.core.events.keys import KeyEvent
from secretsapp.core.roles import Permission
from secretsapp.models import Checkpoint, SignedIn
from secretsapp.operation import encrypted, ring_contents
from secretsapp.operation.ring_contents import NOTHING, Use
from secretsapp.rules import key_files
from secretsapp.rules.acting import Right, acting
from secretsapp.rules.keys import Ring
from secretsapp.rules.policy import require_installation

_ADDED = {
    Ring.MASTER: KeyEvent.MASTER_KEY_ADDED,
    Ring.AUDIT: KeyEvent.AUDIT_KEY_ADDED,
    Ring.CHECKPOINT: KeyEvent.CHECKPOINT_KEY_ADDED,
}
_DROPPED = {
    Ring.MASTER: KeyEvent.MASTER_KEY_DROPPED,
    Ring.AUDIT: KeyEvent.AUDIT_KEY_DROPPED,
    Ring.CHECKPOINT: KeyEvent.CHECKPOINT_KEY_DROPPED,
}


@dataclass(frozen=True)
class Dropped:
    """The key that is gone, and how many sessions ended with it."""

    key_id: str
    sessions: int


def add(actor: Actor, ring: Ring) -> str:
    """Put a new key behind those of the ring, where it does not write yet; gives its id.

    It is in its file before the log says so: a key without an event is only not used. Raises
    KeysElsewhere, KeyTrouble and Forbidden.
    """
    require_installation(actor, Permission.MANAGE_API_KEYS)
    key_id = key_files.add(ring)
    with acting(actor, Right(Permission.MANAGE_API_KEYS)) as act:
        act.tell(_ADDED[ring], detail={"key": key_id})
    return key_id


def drop(actor: Actor, ring: Ring, key_id: str, *, ends_sessions: bool = False) -> Dropped:
    """Forget a key that nothing is under.

    It leaves its file once the log says so, and none goes without an event: where that is cut
    short the key is still there, with nothing under it, and the same drop takes it out. Sessions
    under a master key end with it, if `ends_sessions` says so. Raises StillInUse where something
    else is under the key, or it writes; KeysElsewhere where it is to be taken out by hand,
    KeyTrouble, NotFound and Forbidden.
    """
    require_installation(actor, Permission.MANAGE_API_KEYS)
    key_files.check_does_not_write(ring, key_id)
    to_drop = Right(Permission.MANAGE_API_KEYS)
    with ExitStack() as after_commit, acting(actor, to_drop) as act:
        if ring is Ring.MASTER:
            _wait_for_encrypted()
        use = ring_contents.uses(ring).get(key_id, NOTHING)
        _check_nothing_lasting(ring, key_id, use)
        _check_was_announced(ring, key_id)
        _check_is_meant(use, ends_sessions=ends_sessions)
        if ring is Ring.MASTER:
            _end_sessions(key_id)
        after_commit.enter_context(key_files.dropping(ring, key_id))
        act.tell(_DROPPED[ring], detail={"key": key_id, "count": str(use.sessions)})
    return Dropped(key_id, use.sessions)


def _wait_for_encrypted() -> None:
    """Let those finish that are storing what is encrypted, and others wait.

    On PostgreSQL a row is not seen before its commit, and its key would be gone by then. SQLite
    has one writer at a time anyway.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {encrypted.TABLES} IN EXCLUSIVE MODE")


def _check_nothing_lasting(ring: Ring, key_id: str, use: Use) -> None:
    if use.encrypted or use.proof:
        needing = [
            *map(str, use.encrypted),
            *(["the proof of the master key"] if use.proof else []),
        ]
        raise StillInUse(
            f"What still needs {key_id}: {', '.join(needing)}. Run "
            "`manage.py rotate_master_key`, then drop it."
        )
    if use.events:
        raise StillInUse(
            f"Events {use.first_event} to {use.last_event} need the {ring.word} key {key_id}: "
            "without it no one could verify them. It was not dropped."
        )


def _check_was_announced(ring: Ring, key_id: str) -> None:
    """The checkpoint that announces the next key is signed by this one too."""
    newest = Checkpoint.objects.first() if ring is Ring.CHECKPOINT else None
    if newest is not None and newest.key_id == key_id:
        raise StillInUse(
            f"The newest checkpoint is signed with {key_id} alone. Run `manage.py "
            "rotate_checkpoint_key`, which announces the next key with both, then drop it."
        )


def _check_is_meant(use: Use, *, ends_sessions: bool) -> None:
    if use.sessions and not ends_sessions:
        raise StillInUse(
            f"Sessions that need this key: {use.sessions}. They would end, and those people "
            "would have to sign in again. Add --yes to confirm, or wait half a day: no "
            "session lasts longer."
        )


def _end_sessions(key_id: str) -> None:
    sessions = ring_contents.sessions_under(key_id)
    stored_keys = list(sessions.values_list("pk", flat=True))
    sessions.delete()
    SignedIn.objects.filter(pk__in=stored_keys).delete()
