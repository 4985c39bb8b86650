"""Reads archives: whether they hold, whether each joins the next, and events to be proved."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from secretsapp.core.actor import Actor
from secretsapp.core.archives import Head
from secretsapp.core.errors import BadArchive, NotFound
from secretsapp.core.roles import Permission
from secretsapp.log import archive_checks, archive_reading, tree
from secretsapp.log.checking import START, Anchor
from secretsapp.models import AuditEvent
from secretsapp.operation.archives import files
from secretsapp.rules.policy import require_installation

# Also what has none of a log's events: doors don't name the table.
Events = Sequence[AuditEvent]


@dataclass(frozen=True)
class Verified:
    """An archive that holds: its file, its head, and how it stands to the log that is here."""

    path: Path
    head: Head
    standing: str


def verify(path: Path, anchor: Anchor | None = None) -> Head:
    """The head of the archive, all of which was checked by itself; raises BadArchive, KeyTrouble.

    Where the anchor is of one of its events, that must have this link.
    """
    with files.opened(path) as lines:
        head = archive_reading.begin(lines)
        for event in archive_reading.events(head, lines):
            if anchor and event.sequence == anchor.sequence and event.link != anchor.link:
                raise BadArchive(f"Event {event.sequence} isn't the one that the anchor names.")
        return head


def verify_all(actor: Actor, paths: Iterable[Path], anchor: Anchor | None = None) -> list[Verified]:
    """Check archives, that each joins the next, and how the last joins the log; raises Forbidden,
    BadArchive, KeyTrouble, and NotFound where none has the event of the anchor."""
    require_installation(actor, Permission.READ_AUDIT)
    found = sorted(((verify(path, anchor), path) for path in paths), key=_first)
    for (earlier, _), (later, path) in pairwise(found):
        if not archive_checks.follows(earlier, later):
            raise BadArchive(f"{path} doesn't go on where archive {earlier.number} ends.")
    if anchor not in (None, START) and not any(_has(head, anchor) for head, _ in found):
        raise NotFound("None of these archives has the event that the anchor names.")
    return [Verified(path, head, archive_checks.standing(head)) for head, path in found]


def _first(found: tuple[Head, Path]) -> int:
    return found[0].first


def _has(head: Head, anchor: Anchor | None) -> bool:
    return anchor is not None and head.first <= anchor.sequence <= head.last


def peek(path: Path) -> Head | None:
    """The head of the file, if its first line is that of an archive."""
    try:
        with files.opened(path) as lines:
            return archive_reading.begin(lines)
    except BadArchive:
        return None


def beside(path: Path, sequence: int) -> Events:
    """The event of that number and all of its subtree, from an archive that was checked as a whole.

    Raises NotFound where the archive has no such event, BadArchive and KeyTrouble.
    """
    with files.opened(path) as lines:
        head = archive_reading.begin(lines)
        if not head.first <= sequence <= head.last:
            raise NotFound(f"{path} has the events {head.first} to {head.last}, not {sequence}.")
        place = tree.place_of(sequence)
        events = archive_reading.events(head, lines)
        return [event for event in events if tree.place_of(event.sequence) == place]
