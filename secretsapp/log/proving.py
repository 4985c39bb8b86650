"""Proofs for other people's tools: that an event is in the log, and that it has only grown."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Min

from secretsapp.core import merkle, signed_notes
from secretsapp.core.actor import Actor
from secretsapp.core.errors import InvalidInput, LogBroken, NotFound
from secretsapp.core.events.kinds import read_detail
from secretsapp.core.events.proofs import ProofEvent
from secretsapp.core.roles import Permission
from secretsapp.log import archived, cosigned
from secretsapp.log.proofs import check_archived, check_checkpoint
from secretsapp.log.standing import latest
from secretsapp.log.tree import Stored, leaves_of, place_of, verify
from secretsapp.models import AuditEvent, Checkpoint
from secretsapp.rules.policy import require_installation


@dataclass(frozen=True)
class Proof:
    """The proof that an event is in the log, as a `.tlog-proof`, and the entry that it is about."""

    text: str
    entry: bytes


def newest(actor: Actor) -> Checkpoint:
    """The newest checkpoint, as the log tells of it.

    Raises NotFound where none was signed yet, LogBroken where it was edited, and Forbidden.
    """
    require_installation(actor, Permission.READ_AUDIT)
    found = latest()
    if found is None:
        raise NotFound("No checkpoint was signed yet. Run `manage.py make_checkpoint`.")
    check_told(found)
    return found


def verifiers(actor: Actor) -> list[str]:
    """The keys that have signed checkpoints, as others keep them; raises as `newest`."""
    require_installation(actor, Permission.READ_AUDIT)
    firsts = Checkpoint.objects.order_by().values("verifier").annotate(first=Min("number"))
    found = list(Checkpoint.objects.filter(number__in=firsts.values("first")).order_by("number"))
    for each in found:
        check_told(each)
    return [each.verifier for each in found]


def check_told(found: Checkpoint) -> None:
    """Raise LogBroken unless the log itself, by its own key, tells of that checkpoint and its key.

    The next event of a checkpoint that follows what it is of is its own. Where that may be in an
    archive, the newest one tells of the key.
    """
    archive = archived.newest()
    if archive is not None and found.size < archive.last:
        check_archived(found, archive)
        return
    told = AuditEvent.objects.filter(tag=ProofEvent.CHECKPOINT_MADE.tag, sequence__gt=found.size)
    number = told.order_by("sequence").values_list("sequence", flat=True).first()
    events = [] if number is None else verify(number, number)
    check_checkpoint(found, (read_detail(events[0].detail) or {}) if events else {})


def inclusion(actor: Actor, sequence: int, beside: Sequence[AuditEvent] = ()) -> Proof:
    """The proof that the newest checkpoint is of a log with that event.

    Of one that is in an archive, `beside` are all events of its subtree, which were checked there.
    Raises NotFound where it is newer or is none, LogBroken where it was edited, and Forbidden.
    """
    checkpoint = newest(actor)
    if not 1 <= sequence <= checkpoint.size:
        raise NotFound(
            f"The newest checkpoint is of events 1 to {checkpoint.size}, so it can't prove event "
            f"{sequence}. Run `manage.py make_checkpoint` for one of all events."
        )
    archive = archived.of_event(sequence)
    if archive is not None and not beside:
        raise NotFound(f"{archived.sentence(archive)} Name its file with --archive.")
    [event] = [e for e in beside if e.sequence == sequence] or verify(sequence, sequence)
    index, leaf = sequence - 1, merkle.leaf_hash(bytes.fromhex(event.content))
    hashes = merkle.inclusion(_around(beside), index, checkpoint.size)
    root = bytes.fromhex(checkpoint.root)
    if not merkle.includes(root=root, size=checkpoint.size, leaf=leaf, index=index, proof=hashes):
        raise LogBroken(f"Checkpoint {checkpoint.number} is of a log without this event.")
    text = signed_notes.proof(index, hashes, cosigned.note(checkpoint))
    return Proof(text, bytes.fromhex(event.content))


def consistency(actor: Actor, old_size: int, beside: Sequence[AuditEvent] = ()) -> list[str]:
    """The hashes that prove the newest checkpoint to continue the log that had `old_size` events.

    `beside` are those of its last subtree, where that is in an archive. Raises InvalidInput where
    it never was that small or is not that large yet, and as `newest`.
    """
    checkpoint = newest(actor)
    if not 0 <= old_size <= checkpoint.size:
        raise InvalidInput(
            f"The newest checkpoint is of {checkpoint.size} events. Give the size of an earlier "
            "one, or 0."
        )
    hashes = merkle.consistency(_around(beside), old_size, checkpoint.size)
    return signed_notes.hash_lines(hashes)


def _around(beside: Sequence[AuditEvent]) -> Stored:
    """The tree, with the leaves of the subtree that these are all events of."""
    return Stored({place_of(beside[0].sequence): leaves_of(beside)} if beside else {})
