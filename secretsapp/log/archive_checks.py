"""Holds the rows of archives against their signed heads, against each other, and against the log.

A row opens the door through which events are deleted, so one that nobody signed, or of which the
log doesn't tell, is an alarm.
"""

from collections.abc import Iterable
from contextlib import suppress
from itertools import pairwise

from secretsapp.core import archives, signed_notes
from secretsapp.core.archives import Head
from secretsapp.core.errors import BadNote, LogBroken
from secretsapp.core.events.kinds import read_detail
from secretsapp.core.events.proofs import ProofEvent
from secretsapp.core.signed_notes import Verifier
from secretsapp.log import archived, tree
from secretsapp.models import AuditArchive, AuditEvent, Checkpoint
from secretsapp.rules import keys
from secretsapp.rules.keys import Ring


def check() -> None:
    """Raise LogBroken unless each archive is signed, follows the one before, and the log says so.

    The newest head has the hash of the one before, and the log tells of the newest.
    """
    rows = archived.rows()
    if not rows:
        return
    heads = [_opened(row) for row in rows]
    if heads[0].previous != archives.NO_ARCHIVE or heads[0].first != 1:
        raise LogBroken(archived.edited(rows[0]))
    for (earlier, later), row in zip(pairwise(heads), rows[1:], strict=True):
        if not follows(earlier, later):
            raise LogBroken(archived.edited(row))
    if _told(rows[-1]) != told_of(heads[-1], rows[-1].file):
        raise LogBroken(archived.edited(rows[-1]))


def told_of(head: Head, file: str) -> dict[str, str]:
    """What the log tells of an archive, beside the reason."""
    return {
        "number": str(head.number),
        "first": str(head.first),
        "last": str(head.last),
        "count": str(head.count),
        "file": file,
        "digest": head.digest,
    }


def follows(earlier: Head, later: Head) -> bool:
    """Whether the one goes on where the other ends: number, chain, tree, and its own hash."""
    begins = (later.number, later.first, later.before, later.previous)
    ends = (earlier.number + 1, earlier.last + 1, earlier.link, earlier.digest)
    return begins == ends and later.tree().root().hex() == earlier.root


def standing(head: Head) -> str:
    """How an archive stands to the log that is here, in a sentence or two."""
    row = archived.of_event(head.first)
    which = f"events {head.first} to {head.last}"
    if row is not None and archived.head_of(row) == head:
        return f"The log goes on behind it: {which} were deleted from the log."
    if row is not None:
        return f"It isn't the archive {row.number} of this log, which has event {head.first}."
    link = AuditEvent.objects.filter(sequence=head.last).values_list("link", flat=True).first()
    if link == head.link:
        return (
            f"No event of it was deleted: {which} are in the log too. If making it was "
            "interrupted, delete the file and start again."
        )
    return f"The log that is here doesn't have {which}."


def opened(note: str, known: Iterable[Verifier]) -> Head:
    """The head in the note, which is signed by a key of its log; raises BadNote."""
    text, signers = signed_notes.opened(note, list(known))
    head = archives.parse(text)
    if head.origin not in {key.name for key in signers}:
        raise BadNote("The head of the archive is of another log.")
    return head


def verifiers(origin: str = "") -> list[Verifier]:
    """The keys by which a head may be signed: those of the checkpoints, and those that are here."""
    known = set()
    for line in Checkpoint.objects.order_by().values_list("verifier", flat=True).distinct():
        # One that someone edited is found where the checkpoints are looked at.
        with suppress(AttributeError, BadNote, TypeError):
            known.add(signed_notes.verifier(line))
    if origin and keys.is_configured(Ring.CHECKPOINT):
        ring = keys.checkpoint_keys()
        known |= {signed_notes.signer(origin, key.material).verifier for key in ring}
    return list(known)


def _opened(row: AuditArchive) -> Head:
    archived.head_of(row)
    try:
        return opened(row.note, verifiers())
    except BadNote:
        raise LogBroken(archived.edited(row)) from None


def _told(newest: AuditArchive) -> dict[str, str]:
    """What the event behind the newest archive tells, but for the reason; it was verified."""
    events = AuditEvent.objects.filter(tag=ProofEvent.AUDIT_ARCHIVED.tag, sequence__gt=newest.last)
    number = events.order_by("-sequence").values_list("sequence", flat=True).first()
    found = [] if number is None else tree.verify(number, number)
    detail = (read_detail(found[0].detail) if found else None) or {}
    return {name: text for name, text in detail.items() if name != "reason"}
