"""Holds the stored tree and every checkpoint against the events themselves, one after another."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from secretsapp.core import merkle, signed_notes
from secretsapp.core.errors import BadNote, LogBroken
from secretsapp.core.keyring import Key
from secretsapp.log import archived, cosigned, tree
from secretsapp.log.damaged_rows import read_rows
from secretsapp.log.ranges import Summary
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
        self._size = self._boundary
        # The tree above the subtrees of 256 events, which are its leaves.
        self._above = merkle.Growing()
        self._take_archived()

    def _take_archived(self) -> None:
        """Take what is in archives: of its tree only the stored subtrees are left.

        A checkpoint can be held against it where it is of whole subtrees.
        """
        for place in range(self._boundary // tree.WIDTH):
            found = self._subtrees.get((tree.BITS, place))
            if found is None or not is_hash(found):
                raise LogBroken(_edited(tree.BITS, place))
            self._add(bytes.fromhex(found))
            self._compare_root(self._above.size * tree.WIDTH, self._above)
        root = archived.head_of(self._archives[-1]).root if self._archives else ""
        if root and self._above.root().hex() != root:
            raise LogBroken("The tree over the archived events was edited.")
        self._by_size = {at: row for at, row in self._by_size.items() if at > self._boundary}

    def _add(self, found: bytes) -> None:
        """Take the hash above the next 256 events, and compare each subtree that it closes."""
        for level, closed in enumerate(self._above.add_hash(found)):
            if level % tree.BITS == 0:
                place = (self._above.size >> level) - 1
                self._compare_subtree(tree.BITS + level, place, closed)

    def _compare_edges(self, edges: Mapping[int, list[bytes]]) -> None:
        """Hold checkpoints of further events, but not of whole subtrees, against the tree."""
        for size, edge in edges.items():
            self._compare_root(size, merkle.Growing(size, [*self._above.edge, *edge]))

    @property
    def count(self) -> int:
        """How many checkpoints there are."""
        return len(self._checkpoints)

    @property
    def sizes(self) -> frozenset[int]:
        """The sizes of the checkpoints that the events are still to be held against."""
        return frozenset(self._by_size)

    def take(self, part: Summary) -> None:
        """Take the next events, which were checked; LogBroken where they are not what is stored."""
        edges: dict[int, dict[int, list[bytes]]] = defaultdict(dict)
        for size, edge in part.edges.items():
            edges[size // tree.WIDTH][size] = edge
        self._compare_edges(edges[self._above.size])
        for found in part.hashes:
            self._add(found)
            self._compare_root(self._above.size * tree.WIDTH, self._above)
            self._compare_edges(edges[self._above.size])
        self._told |= part.told
        self._size = part.last.sequence

    def end(self) -> None:
        """All events were told: raise LogBroken where something is left that they are not of."""
        if self._subtrees:
            level, place = min(self._subtrees)
            raise LogBroken(
                f"The tree over the audit log has {tree.name_of(level, place)}, but the log ends "
                f"with event {self._size}: its end was cut off."
            )
        if self._by_size:
            found = self._by_size[min(self._by_size)]
            raise LogBroken(
                f"Checkpoint {found.number} is of {found.size} events, but the log has "
                f"{self._size}: its end was cut off."
            )
        signed = cosigned.of(self._checkpoints.values())
        for number, found in sorted(self._checkpoints.items()):
            told = self._told.pop(number, {})
            if not told and found.size < self._boundary:
                check_archived(found, self._archives[-1])
            else:
                check_checkpoint(found, told)
            cosigned.check(found, signed[number])
            if before := self._checkpoints.get(number - 1):
                cosigned.check_kept(before, told.get("cosigned", ""), signed[before.number])
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


def signed(found: Checkpoint) -> signed_notes.Checkpoint | None:
    """What its key has signed; None where someone edited the note or the key."""
    try:
        key = signed_notes.verifier(found.verifier)
        text, _ = signed_notes.opened(found.note, [key])
        return signed_notes.checkpoint(text)
    except (BadNote, AttributeError, TypeError):
        return None


def is_by(ring: Iterable[Key], found: Checkpoint | None) -> bool:
    """Whether its verifier, which anyone could write into the row, is of one of these keys."""
    if found is None:
        return False
    origin = found.note.partition("\n")[0]
    signers = (signed_notes.Signer(origin, key.material) for key in ring)
    return any(str(signer.verifier) == found.verifier for signer in signers)


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
