"""Evidence: chosen events in one file, with the proofs by which a stranger can check them.

The log itself says who made it, when, by which filter, and of which events: that event is in the
file too, so nothing in it has to be believed.
"""

from dataclasses import dataclass

import verify_evidence
from secretsapp.core import actor as actors
from secretsapp.core import merkle, signed_notes
from secretsapp.core.actor import Actor
from secretsapp.core.errors import LogBroken
from secretsapp.core.events.proofs import ProofEvent
from secretsapp.core.roles import Permission
from secretsapp.log import checkpoints, cosigned, tree, witnessing
from secretsapp.log.choosing import Chosen, choose
from secretsapp.log.filters import AuditFilter
from secretsapp.models import AuditEvent, Checkpoint
from secretsapp.rules import keys
from secretsapp.rules.acting import Need, Right, RightSomewhere, acting
from secretsapp.rules.policy import rights_of

# Others may sign at the same time, but hardly ever between an event and its checkpoint.
TRIES = 5


@dataclass(frozen=True)
class Evidence:
    """The file, how many events were chosen for it, and the checkpoint in it."""

    content: bytes
    count: int
    checkpoint: Checkpoint


def make(actor: Actor, wanted: AuditFilter, asked: str) -> Evidence:
    """Make evidence of what is looked for; `asked` is that as it stands in an address.

    Raises as `choose` and `checkpoints.make` do; what is broken is found before it leaves.
    """
    chosen = Chosen(choose(actor, wanted))
    return _made(actor, RightSomewhere(Permission.READ_AUDIT), chosen, asked)


def make_of_archived(actor: Actor, chosen: Chosen, asked: str) -> Evidence:
    """The same of events that were chosen with an archive, of which the filter then tells too.

    Raises Forbidden for those who can't read all of the log, and as `checkpoints.make` does.
    """
    asked = f"archive={chosen.archive}&{asked}"
    return _made(actor, Right(Permission.READ_AUDIT), chosen, asked)


def _made(actor: Actor, need: Need, chosen: Chosen, asked: str) -> Evidence:
    hashes = [_content(event) for event in chosen.events]
    keys.checkpoint_keys()
    detail = {
        "count": str(len(hashes)),
        "digest": verify_evidence.digest(hashes),
        "filter": asked,
    }
    with acting(actor, need) as act:
        act.tell(ProofEvent.EVIDENCE_MADE, detail=detail)
    checkpoint = _covering(actor, act.events[0].sequence)
    witnessing.ask_now(checkpoint)
    content = _written(checkpoint, act.events[0], chosen)
    try:
        verify_evidence.check(content, [checkpoint.verifier])
    except verify_evidence.Refused as trouble:
        raise LogBroken(f"The log can't prove these events. {trouble}") from None
    return Evidence(content, len(hashes), checkpoint)


def _content(event: AuditEvent) -> bytes:
    found = verify_evidence.content_hash(event.chained_fields())
    if found.hex() != event.content:
        raise LogBroken(f"Event {event.sequence} was edited. Run `manage.py verify_audit`.")
    return found


def _covering(actor: Actor, sequence: int) -> Checkpoint:
    """A checkpoint of a log with that event; Sealroom signs for those who read a part of it."""
    reads_all = rights_of(actor).allows_installation(Permission.READ_AUDIT)
    signing = actor if reads_all else actors.system("evidence", actor.door)
    for _ in range(TRIES):
        found = checkpoints.make(signing)
        if found.size >= sequence:
            return found
    raise LogBroken("No checkpoint could be signed of the newest events. Try again in a moment.")


def _written(checkpoint: Checkpoint, made: AuditEvent, chosen: Chosen) -> bytes:
    node = tree.Stored(chosen.leaves)
    entries = [_entry(node, event, checkpoint.size) for event in chosen.events]
    bundle = {
        "format": verify_evidence.FORMAT,
        "keys": _signers(checkpoint),
        "checkpoint": cosigned.note(checkpoint),
        "made": _entry(node, made, checkpoint.size),
        "events": entries,
    }
    return verify_evidence.canonical(bundle)


def _entry(node: merkle.Node, event: AuditEvent, size: int) -> dict[str, object]:
    index = event.sequence - 1
    proof = signed_notes.hash_lines(merkle.inclusion(node, index, size))
    return {"index": index, "fields": event.chained_fields(), "proof": proof}


def _signers(checkpoint: Checkpoint) -> list[str]:
    """The keys of this log that signed it; more than one where one announces the other."""
    every = Checkpoint.objects.order_by().values_list("verifier", flat=True).distinct()
    known = [signed_notes.verifier(line) for line in every]
    return [str(key) for key in signed_notes.opened(checkpoint.note, known)[1]]
