"""Holds the stored tree and every checkpoint against the events themselves, one after another."""

from collections.abc import Mapping

from secretsapp.core import merkle, signed_notes
from secretsapp.core.errors import BadNote, LogBroken
from secretsapp.core.events.kinds import read_detail
from secretsapp.core.events.proofs import ProofEvent
from secretsapp.log import archived, cosigned, tree
from secretsapp.log.damaged_rows import read_rows
from secretsapp.log.stored_events import Stored
from secretsapp.models import AuditArchive, AuditSubtree, Checkpoint


class Comparison:
    """What is stored of the tree, and what was promised of the log, beside the events that come.

    It is made before the events are read: others may append meanwhile.
    """

    def __init__(self) -> None:
        self._archives = archived.rows()
        self._subtrees = _subtrees()
        self._checkpoints = _checkpoints()
        self._by_size = {found.size: found for found in self._checkpoints.values()}
        self._told: dict[int, Mapping[str, str]] = {}
        self._ended: set[int] = set()
        self._boundary = self._archives[-1].last if self._archives else 0
        self._tree = self._archived_tree()

    def _archived_tree(self) -> merkle.Growing:
        """The tree over what is in archives: of it only the stored subtrees are left.

        A checkpoint can be held against it where it is of whole subtrees.
        """
        above = merkle.Growing()
        for place in range(self._boundary // tree.WIDTH):
            found = self._subtrees.pop((tree.BITS, place), None)
            if found is None or not is_hash(found):
                raise LogBroken(_edited(tree.BITS, place))
            closed = above.add_hash(bytes.fromhex(found))
            for level in range(tree.BITS, len(closed), tree.BITS):
                self._compare_subtree(tree.BITS + level, (place + 1 >> level) - 1, closed[level])
            self._compare_root(above.size * tree.WIDTH, above)
        if self._archives and above.root().hex() != archived.head_of(self._archives[-1]).root:
            raise LogBroken("The tree over the archived events was edited.")
        self._by_size = {at: row for at, row in self._by_size.items() if at > self._boundary}
        return merkle.Growing(self._boundary, above.edge)

    @property
    def count(self) -> int:
        """How many checkpoints there are."""
        return len(self._checkpoints)

    def compare(self, event: Stored) -> None:
        """Take the next event, which was checked; LogBroken where it is not what the tree has."""
        closed = self._tree.add(bytes.fromhex(event.content))
        for level in range(tree.BITS, len(closed), tree.BITS):
            self._compare_subtree(level, (self._tree.size >> level) - 1, closed[level])
        self._compare_root(self._tree.size, self._tree)
        if event.tag == ProofEvent.CHECKPOINT_MADE.tag:
            detail = read_detail(event.detail) or {}
            self._told[_number(detail)] = detail

    def end(self) -> None:
        """All events were told: raise LogBroken where something is left that they are not of."""
        if self._subtrees:
            level, place = min(self._subtrees)
            raise LogBroken(
                f"The tree over the audit log has {tree.name_of(level, place)}, but the log ends "
                f"with event {self._tree.size}: its end was cut off."
            )
        if self._by_size:
            found = self._by_size[min(self._by_size)]
            raise LogBroken(
                f"Checkpoint {found.number} is of {found.size} events, but the log has "
                f"{self._tree.size}: its end was cut off."
            )
        signed = cosigned.of(self._checkpoints.values())
        for number, found in sorted(self._checkpoints.items()):
            if number not in self._told and found.size < self._boundary:
                check_archived(found, self._archives[-1])
            else:
                check_checkpoint(found, self._told.pop(number, {}))
            cosigned.check(found, signed[number])
        self._check_none_was_removed()

    def _compare_root(self, size: int, grown: merkle.Growing) -> None:
        found = self._by_size.pop(size, None)
        if found is not None and found.root != grown.root().hex():
            raise LogBroken(
                f"Checkpoint {found.number} doesn't match the audit log: event {found.size} or one "
                "before it is not what was signed, or the checkpoint was edited."
            )

    def _compare_subtree(self, level: int, place: int, found: bytes) -> None:
        """A subtree may not be stored yet; then none behind it is."""
        stored = self._subtrees.pop((level, place), None)
        if stored is None:
            self._ended.add(level)
        elif stored != found.hex() or level in self._ended:
            raise LogBroken(_edited(level, place))

    def _check_none_was_removed(self) -> None:
        """Those of which the log tells, and that were not there before the events were read.

        Of those in an archive it doesn't tell any more, but numbers have no gap.
        """
        newest = max(self._checkpoints, default=0) if self._archives else 0
        absent = set(range(1, newest)) - self._checkpoints.keys()
        for number in sorted(self._told.keys() | absent):
            if not Checkpoint.objects.filter(number=number).exists():
                raise LogBroken(f"Checkpoint {number} is missing: it was removed.")


def _edited(level: int, place: int) -> str:
    return (
        f"The tree over the audit log was edited at {tree.name_of(level, place)}: it is not what "
        "these events give."
    )


def _subtrees() -> dict[tuple[int, int], str]:
    rows = read_rows(AuditSubtree.objects.order_by())
    if rows is None:
        raise LogBroken("The tree over the audit log can't be read: someone edited it.")
    return {(row.level, row.place): row.hash for row in rows}


def _checkpoints() -> dict[int, Checkpoint]:
    rows = read_rows(Checkpoint.objects.order_by())
    if rows is None:
        raise LogBroken("A checkpoint of the audit log can't be read: someone edited it.")
    return {row.number: row for row in rows}


def is_hash(text: str) -> bool:
    """Whether it is a hash in hexadecimal."""
    try:
        return len(bytes.fromhex(text)) == len(merkle.EMPTY_ROOT)
    except (TypeError, ValueError):
        return False


def _number(detail: Mapping[str, str]) -> int:
    text = detail.get("number", "")
    return int(text) if text.isascii() and text.isdigit() else 0


def signed(found: Checkpoint) -> signed_notes.Checkpoint | None:
    """What its key has signed; None where someone edited the note or the key."""
    try:
        key = signed_notes.verifier(found.verifier)
        text, _ = signed_notes.opened(found.note, [key])
        return signed_notes.checkpoint(text)
    except (BadNote, AttributeError, TypeError):
        return None


def check_checkpoint(found: Checkpoint, told: Mapping[str, str]) -> None:
    """Raise LogBroken unless the checkpoint is what the log tells of it, and is signed."""
    stored = (str(found.size), found.root, found.key_id, _public_key(found))
    if stored != tuple(told.get(name) for name in ("count", "root", "key", "public")):
        raise LogBroken(_otherwise(found))


def check_archived(found: Checkpoint, archive: AuditArchive) -> None:
    """Raise LogBroken unless the checkpoint is signed by a key of which the archives tell.

    The event that tells of the checkpoint itself is in one of them.
    """
    if _public_key(found) not in archived.head_of(archive).keys:
        raise LogBroken(_otherwise(found))


def _public_key(found: Checkpoint) -> str:
    """The key that has signed the checkpoint; raises LogBroken unless that says what is stored."""
    note = signed(found)
    if note is None:
        raise LogBroken(f"Checkpoint {found.number} was edited: it is not signed as it is.")
    if (note.size, note.root.hex()) != (found.size, found.root):
        raise LogBroken(_otherwise(found))
    return signed_notes.verifier(found.verifier).public.hex()


def _otherwise(found: Checkpoint) -> str:
    return f"Checkpoint {found.number} was edited: it is not what the audit log says of it."
