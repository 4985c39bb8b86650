"""Proofs for other people's tools: that an event is in the log, and that it has only grown."""

from dataclasses import dataclass

from django.db.models import Min

from secretsapp.core import merkle, signed_notes
from secretsapp.core.actor import Actor
from secretsapp.core.errors import InvalidInput, NotFound
from secretsapp.core.events.kinds import read_detail
from secretsapp.core.events.proofs import ProofEvent
from secretsapp.core.roles import Permission
from secretsapp.log import cosigned
from secretsapp.log.proofs import check_checkpoint
from secretsapp.log.standing import latest
from secretsapp.log.tree import Stored, verify
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
    _check_told(found)
    return found


def verifiers(actor: Actor) -> list[str]:
    """The keys that have signed checkpoints, as others keep them; raises as `newest`."""
    require_installation(actor, Permission.READ_AUDIT)
    firsts = Checkpoint.objects.order_by().values("verifier").annotate(first=Min("number"))
    found = list(Checkpoint.objects.filter(number__in=firsts.values("first")).order_by("number"))
    for each in found:
        _check_told(each)
    return [each.verifier for each in found]


def _check_told(found: Checkpoint) -> None:
    """Raise LogBroken unless the log itself, by its own key, tells of that checkpoint and its key.

    The next event of a checkpoint that follows what it is of is its own.
    """
    told = AuditEvent.objects.filter(tag=ProofEvent.CHECKPOINT_MADE.tag, sequence__gt=found.size)
    number = told.order_by("sequence").values_list("sequence", flat=True).first()
    events = [] if number is None else verify(number, number)
    check_checkpoint(found, (read_detail(events[0].detail) or {}) if events else {})


def inclusion(actor: Actor, sequence: int) -> Proof:
    """The proof that the newest checkpoint is of a log with that event.

    Raises NotFound where it is newer or is none, LogBroken where it was edited, and Forbidden.
    """
    checkpoint = newest(actor)
    if not 1 <= sequence <= checkpoint.size:
        raise NotFound(
            f"The newest checkpoint is of events 1 to {checkpoint.size}, so it can't prove event "
            f"{sequence}. Run `manage.py make_checkpoint` for one of all events."
        )
    [event] = verify(sequence, sequence)
    index = sequence - 1
    hashes = merkle.inclusion(Stored(), index, checkpoint.size)
    text = signed_notes.proof(index, hashes, cosigned.note(checkpoint))
    return Proof(text, bytes.fromhex(event.content))


def consistency(actor: Actor, old_size: int) -> list[str]:
    """The hashes that prove the newest checkpoint to continue the log that had `old_size` events.

    Raises InvalidInput where it never was that small or is not that large yet, and as `newest`.
    """
    checkpoint = newest(actor)
    if not 0 <= old_size <= checkpoint.size:
        raise InvalidInput(
            f"The newest checkpoint is of {checkpoint.size} events. Give the size of an earlier "
            "one, or 0."
        )
    return signed_notes.hash_lines(merkle.consistency(Stored(), old_size, checkpoint.size))
