"""A Merkle tree as RFC 6962 (§2.1) defines it: root, inclusion and consistency, and their checks.

It knows nothing of where hashes are kept: a `Node` gives the hash of a complete subtree, that of
`level` 3 and `place` 0 holds the first eight leaves. So a proof takes a few dozen hashes of a tree
of any size. What is hashed can never change: other people's tools compute the same.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

LEAF, INNER = b"\x00", b"\x01"
EMPTY_ROOT = hashlib.sha256(b"").digest()

# The hash of the complete subtree at (level, place), which holds 2 ** level leaves.
Node = Callable[[int, int], bytes]


def leaf_hash(entry: bytes) -> bytes:
    """The hash of a leaf with that entry."""
    return hashlib.sha256(LEAF + entry).digest()


def inner_hash(left: bytes, right: bytes) -> bytes:
    """The hash of a node above those two."""
    return hashlib.sha256(INNER + left + right).digest()


def complete(hashes: Sequence[bytes]) -> bytes:
    """The hash above a whole row of them, whose number is a power of two."""
    row = list(hashes)
    while len(row) > 1:
        row = [inner_hash(*row[place : place + 2]) for place in range(0, len(row), 2)]
    return row[0]


def root(node: Node, size: int) -> bytes:
    """The root of the tree of the first `size` leaves."""
    return _hash_of(node, 0, size) if size else EMPTY_ROOT


def inclusion(node: Node, index: int, size: int) -> list[bytes]:
    """The proof that the leaf is in the tree of that size; the hash beside the leaf comes first."""
    if not 0 <= index < size:
        raise ValueError("No tree of that size holds the leaf.")
    return _path(node, index, 0, size)


def consistency(node: Node, old: int, size: int) -> list[bytes]:
    """The proof that the tree of that size begins with the tree of the old size."""
    if not 0 <= old <= size:
        raise ValueError("A tree only grows.")
    return _growth(node, old, 0, size, is_known=True) if old else []


def _hash_of(node: Node, begin: int, end: int) -> bytes:
    """The hash above the leaves from `begin`, where a subtree of such a size can begin."""
    return _folded(edge(node, begin, end))


def edge(node: Node, begin: int, end: int) -> list[bytes]:
    """The hashes of the complete subtrees above the leaves from `begin`, the widest first."""
    hashes = []
    while begin < end:
        level = (end - begin).bit_length() - 1
        hashes.append(node(level, begin >> level))
        begin += 1 << level
    return hashes


def _folded(hashes: Sequence[bytes]) -> bytes:
    """The hash above complete subtrees, the widest first."""
    found = hashes[-1]
    for left in reversed(hashes[:-1]):
        found = inner_hash(left, found)
    return found


def _split(begin: int, end: int) -> int:
    """Where the right part begins: the left holds the largest power of two below the number."""
    return begin + (1 << (end - begin - 1).bit_length() - 1)


def _path(node: Node, index: int, begin: int, end: int) -> list[bytes]:
    if end - begin == 1:
        return []
    middle = _split(begin, end)
    if index < middle:
        return [*_path(node, index, begin, middle), _hash_of(node, middle, end)]
    return [*_path(node, index, middle, end), _hash_of(node, begin, middle)]


def _growth(node: Node, old: int, begin: int, end: int, *, is_known: bool) -> list[bytes]:
    """SUBPROOF of the RFC; `is_known` while the old root itself is the hash of what is left."""
    if old == end:
        return [] if is_known else [_hash_of(node, begin, end)]
    middle = _split(begin, end)
    if old <= middle:
        return [
            *_growth(node, old, begin, middle, is_known=is_known),
            _hash_of(node, middle, end),
        ]
    return [
        *_growth(node, old, middle, end, is_known=False),
        _hash_of(node, begin, middle),
    ]


def includes(*, root: bytes, size: int, leaf: bytes, index: int, proof: Sequence[bytes]) -> bool:
    """Whether the proof shows that leaf in the tree with that root (RFC 9162, §2.1.3.2)."""
    if not 0 <= index < size:
        return False
    first, last, found = index, size - 1, leaf
    for beside in proof:
        if last == 0:
            return False
        if first & 1 or first == last:
            found = inner_hash(beside, found)
            first, last = _past_left_edge(first, last)
        else:
            found = inner_hash(found, beside)
        first, last = first >> 1, last >> 1
    return last == 0 and found == root


def _past_left_edge(first: int, last: int) -> tuple[int, int]:
    """Up to where the node is a right one, as its parent is made of nothing else before that."""
    while first and not first & 1:
        first, last = first >> 1, last >> 1
    return first, last


def is_consistent(
    *, old_root: bytes, old_size: int, root: bytes, size: int, proof: Sequence[bytes]
) -> bool:
    """Whether the proof shows that the one tree begins with the other (RFC 9162, §2.1.4.2)."""
    if old_size in (0, size):
        is_same = old_root == (root if old_size else EMPTY_ROOT)
        return not proof and is_same
    if not 0 < old_size < size or not proof:
        return False
    is_complete = old_size & (old_size - 1) == 0
    hashes = [old_root, *proof] if is_complete else list(proof)
    first, last = old_size - 1, size - 1
    while first & 1:
        first, last = first >> 1, last >> 1
    return _climbed(hashes, first, last) == (old_root, root)


def _climbed(hashes: Sequence[bytes], first: int, last: int) -> tuple[bytes, bytes] | None:
    """The old and the new root that these hashes lead to; None where they don't fit the sizes."""
    old = new = hashes[0]
    for beside in hashes[1:]:
        if last == 0:
            return None
        if first & 1 or first == last:
            old, new = inner_hash(beside, old), inner_hash(beside, new)
            first, last = _past_left_edge(first, last)
        else:
            new = inner_hash(new, beside)
        first, last = first >> 1, last >> 1
    return (old, new) if last == 0 else None


@dataclass
class Growing:
    """A tree that is built leaf by leaf: its edge is the hashes of its complete subtrees alone.

    They come with the widest first, and are enough to go on from.
    """

    size: int = 0
    edge: list[bytes] = field(default_factory=list)

    def add(self, entry: bytes) -> list[bytes]:
        """Add a leaf with that entry; gives the hash of each complete subtree that it closes.

        They are by their level, that of the leaf itself first.
        """
        return self.add_hash(leaf_hash(entry))

    def add_hash(self, found: bytes) -> list[bytes]:
        """The same of the hash of a leaf, or of a complete subtree where all added ones are so."""
        closed, below = [found], self.size
        while below & 1:
            closed.append(inner_hash(self.edge.pop(), closed[-1]))
            below >>= 1
        self.edge.append(closed[-1])
        self.size += 1
        return closed

    def root(self) -> bytes:
        """The root of what it holds."""
        return _folded(self.edge) if self.edge else EMPTY_ROOT
