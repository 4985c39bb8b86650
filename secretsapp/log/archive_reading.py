"""Reads an archive line by line, and checks all of it by itself: chain, keys, tree, signatures.

The first line is its front: the signed head, a checkpoint of a log with all of these events, and
the hashes that prove so. Behind it is a line for each event.
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass

from secretsapp.core import archives, merkle, signed_notes
from secretsapp.core.archives import Head
from secretsapp.core.errors import BadArchive, BadNote, LogBroken
from secretsapp.log import archive_checks
from secretsapp.log.archive_lines import event_of, written
from secretsapp.log.checking import Anchor, followed
from secretsapp.models import AuditEvent

_CHANGED = "It was changed, or is no archive of an audit log."


@dataclass(frozen=True)
class Front:
    """The first line: the note of the head, that of a checkpoint, and the proof between them."""

    head: str
    checkpoint: str
    consistency: list[str]

    def __str__(self) -> str:
        return written(asdict(self))


def begin(lines: Iterator[str]) -> Head:
    """The head in the first line, whose signatures and proof were checked; raises BadArchive."""
    try:
        front = _front(next(lines, ""))
        text = front.head.partition("\n\n")[0] + "\n"
        known = archive_checks.verifiers(archives.parse(text).origin)
        head = archive_checks.opened(front.head, known)
        checkpoint, _ = signed_notes.opened(front.checkpoint, known)
        if not _is_in(head, signed_notes.checkpoint(checkpoint), front.consistency):
            raise BadArchive(_CHANGED)
    except BadNote as trouble:
        raise BadArchive(str(trouble)) from None
    return head


def _front(line: str) -> Front:
    try:
        front = Front(**json.loads(line))
        front.head + front.checkpoint + "".join(front.consistency)
        is_one = str(front) == line
    except (RecursionError, TypeError, ValueError):
        raise BadArchive(_CHANGED) from None
    if not is_one:
        raise BadArchive(_CHANGED)
    return front


def _is_in(head: Head, checkpoint: signed_notes.Checkpoint, consistency: list[str]) -> bool:
    """Whether the checkpoint is of a log that begins with the events up to the archive's last."""
    proof = [signed_notes.hash_of(line) for line in consistency]
    return checkpoint.origin == head.origin and merkle.is_consistent(
        old_root=bytes.fromhex(head.root),
        old_size=head.last,
        root=checkpoint.root,
        size=checkpoint.size,
        proof=proof,
    )


def events(head: Head, lines: Iterator[str]) -> Iterator[AuditEvent]:
    """Each event, which follows the one before; once they have ended, the head fits all of them.

    Raises BadArchive for the first that doesn't, and KeyTrouble.
    """
    last, sha256, tree = Anchor(head.first - 1, head.before), hashlib.sha256(), head.tree()
    try:
        for event in followed(_parsed(lines, sha256.update), last):
            tree.add(bytes.fromhex(event.content))
            last = Anchor(event.sequence, event.link)
            yield event
    except LogBroken as broken:
        raise BadArchive(str(broken)) from None
    found = (last, sha256.hexdigest(), tree.root().hex())
    if found != (Anchor(head.last, head.link), head.sha256, head.root):
        raise BadArchive(f"It ends with event {last.sequence}, but not as its head says.")


def _parsed(lines: Iterator[str], take: Callable[[bytes], object]) -> Iterator[AuditEvent]:
    for line in lines:
        take(line.encode())
        yield event_of(line)
