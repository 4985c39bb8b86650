"""Lets another audit key authenticate the log; what is there stays under the key of its time."""

from dataclasses import dataclass

from secretsapp.core.actor import Actor
from secretsapp.core.errors import NothingToRotate
from secretsapp.core.events.keys import KeyEvent
from secretsapp.core.roles import Permission
from secretsapp.models import AuditEvent
from secretsapp.rules import key_files, keys
from secretsapp.rules.acting import Right, acting
from secretsapp.rules.keys import Ring
from secretsapp.rules.policy import require_installation


@dataclass(frozen=True)
class Rotation:
    """The key that writes, and the event that says so: an anchor for everything before."""

    key_id: str
    sequence: int
    link: str


def rotate(actor: Actor, key_id: str = "") -> Rotation:
    """Let the audit key of that id authenticate events from here on, and record it under it.

    Without an id it is the key that is first already. Raises NothingToRotate where the log says
    so of that key before, or knows no other; KeysElsewhere where the key would have to be put in
    front by hand, KeyTrouble, NotFound and Forbidden.
    """
    require_installation(actor, Permission.MANAGE_API_KEYS)
    wanted = key_id or keys.audit_ring().current_key_id
    key_files.number_of(Ring.AUDIT, wanted)
    _check_is_another(wanted)
    key_files.promote(Ring.AUDIT, wanted)
    with acting(actor, Right(Permission.MANAGE_API_KEYS)) as act:
        act.tell(KeyEvent.AUDIT_KEY_ROTATED, detail={"key": wanted})
    [event] = act.events
    return Rotation(event.key_id, event.sequence, event.link)


def _check_is_another(key_id: str) -> None:
    """Events come under a new key from the moment it writes, so the newest one tells nothing."""
    events = AuditEvent.objects.filter(key_id=key_id)
    begun = events.filter(tag=KeyEvent.AUDIT_KEY_ROTATED.tag).exists()
    first = AuditEvent.objects.order_by("sequence").first()
    if begun or first is None or first.key_id == key_id:
        raise NothingToRotate(
            f"The audit key {key_id} has already been used. Add another: `manage.py add_key audit`."
        )
