"""What the key rings hold and what needs each key, by ids alone: never key material."""

import base64
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.contrib.sessions.models import Session
from django.db import DatabaseError
from django.db.models import Count, Max, Min, QuerySet
from django.db.models.functions import Substr
from django.utils import timezone

from secretsapp.core.actor import Actor
from secretsapp.core.errors import KeyTrouble
from secretsapp.core.keyring import FORMAT, key_id_in, key_id_of
from secretsapp.core.roles import Permission
from secretsapp.models import AuditEvent, Checkpoint, KeyProof
from secretsapp.operation import encrypted
from secretsapp.operation.encrypted import Kind
from secretsapp.rules import keys
from secretsapp.rules.keys import Ring, Source
from secretsapp.rules.policy import require_installation

# Sessions are stored as base64. The format and the key id, with which a blob begins, are nine
# bytes: twelve characters of it, without a rest.
_PREFIX = Substr("session_data", 1, 12)


@dataclass(frozen=True)
class Use:
    """What is under a key: of a master key the first three, then of an audit key, and the last of
    a checkpoint key."""

    encrypted: Mapping[Kind, int] = field(default_factory=dict)
    proof: bool = False
    sessions: int = 0
    events: int = 0
    first_event: int | None = None
    last_event: int | None = None
    checkpoints: int = 0


NOTHING = Use()


@dataclass(frozen=True)
class KeyView:
    """A key of a ring, or one missing from it; `use` is None if it can't be found out."""

    key_id: str
    writes: bool
    is_missing: bool
    use: Use | None


@dataclass(frozen=True)
class RingView:
    """A ring: where it comes from, its keys in order, and why it cannot be used, if so."""

    ring: Ring
    source: Source
    keys: list[KeyView]
    trouble: str


def listing(actor: Actor) -> list[RingView]:
    """Every ring, also of an installation that cannot start; raises Forbidden."""
    require_installation(actor, Permission.MANAGE_API_KEYS)
    return [_ring(ring) for ring in Ring]


def _ring(ring: Ring) -> RingView:
    ids, trouble = _ids(ring)
    uses = _uses_if_told(ring)
    # Nothing needs a checkpoint key that is gone: what it signed is verified with its public key.
    lost = set() if ring is Ring.CHECKPOINT else set(uses or {}) - set(ids)
    views = [_key(key_id, ids, uses) for key_id in [*ids, *sorted(lost)]]
    return RingView(ring, keys.source_of(ring), views, trouble)


def _ids(ring: Ring) -> tuple[list[str], str]:
    try:
        return keys.key_ids(ring), ""
    except KeyTrouble as trouble:
        return [], str(trouble)


def _uses_if_told(ring: Ring) -> dict[str, Use] | None:
    try:
        return uses(ring)
    except DatabaseError:
        return None


def _key(key_id: str, ids: list[str], found: dict[str, Use] | None) -> KeyView:
    return KeyView(
        key_id=key_id,
        writes=ids[:1] == [key_id],
        is_missing=key_id not in ids,
        use=None if found is None else found.get(key_id, NOTHING),
    )


def uses(ring: Ring) -> dict[str, Use]:
    """What is under each key that data names, by the key's id in hexadecimal.

    For the audit ring every event is looked at. Raises DatabaseError.
    """
    if ring is Ring.CHECKPOINT:
        return _uses_of_checkpoint_keys()
    return _uses_of_master_keys() if ring is Ring.MASTER else _uses_of_audit_keys()


def _uses_of_master_keys() -> dict[str, Use]:
    stored = {kind: encrypted.key_ids(kind) for kind in Kind}
    blobs = KeyProof.objects.values_list("blob", flat=True)
    proofs = {key_id_in(bytes(blob)) for blob in blobs} - {""}
    sessions = _ids_of_sessions()
    key_ids = {*proofs, *sessions, *(key_id for counted in stored.values() for key_id in counted)}
    return {
        key_id: Use(
            encrypted={kind: found[key_id] for kind, found in stored.items() if found[key_id]},
            proof=key_id in proofs,
            sessions=sessions[key_id],
        )
        for key_id in key_ids
    }


def sessions_under(key_id: str) -> QuerySet[Session]:
    """The sessions under that master key, ended ones too."""
    prefix = base64.b64encode(FORMAT + bytes.fromhex(key_id)).decode("ascii")
    return Session.objects.alias(prefix=_PREFIX).filter(prefix=prefix)


def _ids_of_sessions() -> Counter[str]:
    """The ids that living sessions name, of as many as name each."""
    living = Session.objects.filter(expire_date__gt=timezone.now()).order_by()
    counted = living.values_list(_PREFIX).annotate(Count("pk"))
    return Counter({_id_in(prefix): count for prefix, count in counted if _id_in(prefix)})


def _id_in(prefix: str) -> str:
    """The id at the beginning of a session; nothing where it was damaged."""
    try:
        header = base64.b64decode(prefix, validate=True)
    except ValueError:
        return ""
    return key_id_of(header).hex() if header.startswith(FORMAT) else ""


def _uses_of_audit_keys() -> dict[str, Use]:
    found = AuditEvent.objects.order_by().values_list("key_id")
    counted = found.annotate(Count("pk"), Min("pk"), Max("pk"))
    return {
        str(key_id): Use(events=events, first_event=first, last_event=last)
        for key_id, events, first, last in counted
    }


def _uses_of_checkpoint_keys() -> dict[str, Use]:
    counted = Checkpoint.objects.order_by().values_list("key_id").annotate(Count("pk"))
    return {str(key_id): Use(checkpoints=count) for key_id, count in counted}
