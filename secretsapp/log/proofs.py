"""Holds the stored tree and every checkpoint against the events themselves, one after another."""

from collections.abc import Mapping

from secretsapp.core import merkle, signed_notes
from secretsapp.core.errors import BadNote, LogBroken
from secretsapp.core.events.kinds import read_detail
from secretsapp.core.events.proofs import ProofEvent
from secretsapp.log import cosigned, tree
from secretsapp.log.damaged_rows import read_rows
from secretsapp.log.stored_events import Stored
from secretsapp.models import AuditSubtree, Checkpoint


class Comparison:
    """What is stored of the tree, and what was promised of the log, beside the events that come.

    It is made before the events are read: others may append meanwhile.
    """

    def __init__(self) -> None:
        self._tree = merkle.Growing()
        self._subtrees = _subtrees()
        self._checkpoints = _checkpoints()
        self._by_size = {found.size: found for found in self._checkpoints.values()}
        self._told: dict[int, Mapping[str, str]] = {}
        self._ended: set[int] = set()

    @property
    def count(self) -> int:
        """How many checkpoints there are."""
        return len(self._checkpoints)

    def compare(self, event: Stored) -> None:
        """Take the next event, which was checked; LogBroken where it is not what the tree has."""
        closed = self._tree.add(bytes.fromhex(event.content))
        for level in range(tree.BITS, len(closed), tree.BITS):
            self._compare_subtree(level, closed[level])
        found = self._by_size.pop(self._tree.size, None)
        if found is not None and found.root != self._tree.root().hex():
            raise LogBroken(
                f"Checkpoint {found.number} doesn't match the audit log: event {found.size} or one "
                "before it is not what was signed, or the checkpoint was edited."
            )
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
            check_checkpoint(found, self._told.pop(number, {}))
            cosigned.check(found, signed[number])
        self._check_none_was_removed()

    def _compare_subtree(self, level: int, found: bytes) -> None:
        """A subtree may not be stored yet; then none behind it is."""
        place = (self._tree.size >> level) - 1
        stored = self._subtrees.pop((level, place), None)
        if stored is None:
            self._ended.add(level)
        elif stored != found.hex() or level in self._ended:
            raise LogBroken(
                f"The tree over the audit log was edited at {tree.name_of(level, place)}: it is "
                "not what these events give."
            )

    def _check_none_was_removed(self) -> None:
        """Those of which the log tells, and that were not there before the events were read."""
        for number in sorted(self._told):
            if not Checkpoint.objects.filter(number=number).exists():
                raise LogBroken(f"Checkpoint {number} is missing: it was removed.")


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
    note = signed(found)
    if note is None:
        raise LogBroken(f"Checkpoint {found.number} was edited: it is not signed as it is.")
    public = signed_notes.verifier(found.verifier).public.hex()
    stored = (str(found.size), found.root, found.key_id, public)
    in_log = tuple(told.get(name) for name in ("count", "root", "key", "public"))
    if stored != in_log or (note.size, note.root.hex()) != (found.size, found.root):
        raise LogBroken(
            f"Checkpoint {found.number} was edited: it is not what the audit log says of it."
        )
