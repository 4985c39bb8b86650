"""Checkpoints: signed notes by which others can tell whether the log is still what it was.

Before each, the events since the one before are verified, and the tree is proved to have only
grown. Where one of the two fails, no checkpoint is signed: the log is told, and pages say so.
"""

import secrets
from collections.abc import Iterable
from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone

from secretsapp.core import merkle, signed_notes
from secretsapp.core.actor import Actor
from secretsapp.core.errors import LogBroken, NotFound
from secretsapp.core.events.keys import KeyEvent
from secretsapp.core.events.proofs import ProofEvent
from secretsapp.core.keyring import Key
from secretsapp.core.roles import Permission
from secretsapp.core.signed_notes import Signer
from secretsapp.log import archive_checks, cosigned, growing, proofs, tree, verifying, witness_rows
from secretsapp.log.standing import alarm, has_news, latest
from secretsapp.models import Checkpoint
from secretsapp.rules import keys
from secretsapp.rules.acting import NoRight, Right, acting
from secretsapp.rules.locks import lock_tree
from secretsapp.rules.policy import require_installation

_AFTER_ALARM = timedelta(days=1)
_RANDOM_BYTES = 6


def make_due(actor: Actor) -> Checkpoint | None:
    """Extend the tree by a batch, and make the checkpoint that is due, if one is.

    Raises LogBroken where the log is, and KeyTrouble.
    """
    if not _is_due():
        return None
    try:
        if growing.extend() and tree.size() - tree.stored() >= tree.WIDTH:
            return None
    except LogBroken as error:
        _tell_broken(actor, error)
        raise
    return make(actor) if keys.is_configured(keys.Ring.CHECKPOINT) else None


def _is_due() -> bool:
    last, broken = latest(), alarm()
    now, pause = timezone.now(), timedelta(minutes=settings.CHECKPOINT_MINUTES)
    if broken and now - broken.time < max(pause, _AFTER_ALARM):
        return False
    if last is None:
        return True
    if now - last.made_at < pause:
        return False
    return has_news(last)


def make(actor: Actor) -> Checkpoint:
    """Check what is new and sign a checkpoint of all events; or give the last, if nothing happened.

    Raises Forbidden, KeyTrouble, and LogBroken, of which the log is told.
    """
    require_installation(actor, Permission.READ_AUDIT)
    ring = keys.checkpoint_keys()
    last = latest()
    try:
        checked = _checked(actor, ring, last)
        if last and last.key_id == ring[0].key_id.hex() and not alarm() and not has_news(last):
            return last
        return _sign(actor, ring, last, checked)
    except LogBroken as error:
        _tell_broken(actor, error)
        raise


def _checked(actor: Actor, ring: list[Key], last: Checkpoint | None) -> tuple[int, bytes]:
    """The size and the root of the log, whose new events and growth were checked."""
    archive_checks.check()
    witness_rows.check()
    size = tree.size()
    if not size:
        raise NotFound("The audit log has no events yet, so there is nothing to sign.")
    while growing.extend():
        pass
    if size > tree.stored():
        tree.verify(tree.stored() + 1, size)
    node = tree.Stored()
    root = merkle.root(node, size)
    if alarm() or not proofs.is_by(ring, last) or not _has_only_grown(node, last, size, root):
        # It names the first row that is bad; where it finds none, the log is whole again. Without
        # a checkpoint by a key that is here, nothing else says that what is stored is true.
        verifying.verify(actor)
    if not _has_only_grown(node, last, size, root):
        raise LogBroken("The audit log doesn't continue its last checkpoint.")
    return size, root


def _has_only_grown(node: merkle.Node, last: Checkpoint | None, size: int, root: bytes) -> bool:
    if last is None:
        return True
    signed = proofs.signed(last)
    if signed is None or (signed.size, signed.root.hex()) != (last.size, last.root):
        return False
    if last.size > size:
        return False
    proof = merkle.consistency(node, last.size, size)
    return merkle.is_consistent(
        old_root=signed.root, old_size=last.size, root=root, size=size, proof=proof
    )


def _sign(
    actor: Actor, ring: list[Key], last: Checkpoint | None, checked: tuple[int, bytes]
) -> Checkpoint:
    size, root = checked
    origin = _origin(last)
    signers = [signed_notes.signer(origin, key.material) for key in _signing(ring, last)]
    text = str(signed_notes.Checkpoint(origin, size, root))
    made = Checkpoint(
        number=last.number + 1 if last else 1,
        size=size,
        root=root.hex(),
        note=signed_notes.sign(text, signers),
        key_id=ring[0].key_id.hex(),
        verifier=str(signers[0].verifier),
        made_at=timezone.now(),
    )
    with acting(actor, Right(Permission.READ_AUDIT)) as act:
        lock_tree()
        newest = latest()
        if newest is not None and newest != last:
            # Another process was first.
            return newest
        made.save(force_insert=True)
        act.tell(ProofEvent.CHECKPOINT_MADE, detail=_detail(made, signers[0], last))
        if last and last.key_id != made.key_id:
            act.tell(KeyEvent.CHECKPOINT_KEY_ROTATED, detail={"key": made.key_id})
    return made


def _signing(ring: list[Key], last: Checkpoint | None) -> Iterable[Key]:
    """The first key; and that of the last checkpoint too where it is another: it announces it."""
    before = [key for key in ring[1:] if last and key.key_id.hex() == last.key_id]
    return [ring[0], *before]


def _origin(last: Checkpoint | None) -> str:
    """The name of this log, for ever: that of its first checkpoint, made of the address then."""
    if last is not None:
        return last.note.partition("\n")[0]
    site = urlsplit(settings.SITE_URL)
    return f"{site.netloc}{site.path.rstrip('/')}/audit/{secrets.token_hex(_RANDOM_BYTES)}"


def _detail(made: Checkpoint, signer: Signer, last: Checkpoint | None) -> dict[str, str]:
    """What the log is told; also who has cosigned the last one, so that none of these gets lost."""
    known = cosigned.known_by(last)
    return ({"cosigned": known} if known else {}) | {
        "number": str(made.number),
        "count": str(made.size),
        "root": made.root,
        "key": made.key_id,
        "public": signer.verifier.public.hex(),
    }


def _tell_broken(actor: Actor, error: LogBroken) -> None:
    """Let the log hold it, if it can still take an event."""
    try:
        with acting(actor, NoRight("who finds a broken log tells of it, with any rights")) as act:
            act.tell(ProofEvent.LOG_BROKEN, detail={"reason": str(error)})
    except LogBroken:
        return
