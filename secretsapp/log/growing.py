"""Extends the tree over the log: stores each complete subtree once its events were verified."""

from django.db import transaction

from secretsapp.core import merkle
from secretsapp.log.tree import BITS, WIDTH, leaves_of, size, stored, subtrees, verify
from secretsapp.models import AuditSubtree
from secretsapp.rules.locks import lock_tree

# A batch takes some tenths of a second.
BATCH = 16


def extend(at_most: int = BATCH) -> int:
    """Store the next complete subtrees, so many of 256 events at most; gives how many events.

    Each event below them is verified before. Another process may do the same at the same time:
    then one of the two stores them. Raises LogBroken with the first bad event, and KeyTrouble.
    """
    known = stored()
    count = min((size() - known) // WIDTH, at_most)
    hashes = [_verified(known + number * WIDTH) for number in range(count)]
    with transaction.atomic(durable=True):
        lock_tree()
        if stored() != known:
            return 0
        _store(hashes, known // WIDTH)
    return count * WIDTH


def _verified(before: int) -> bytes:
    """The hash above the 256 events behind that one, all of which are verified."""
    events = verify(before + 1, before + WIDTH)
    return merkle.complete(leaves_of(events))


def _store(hashes: list[bytes], first: int) -> None:
    """Store subtrees of the lowest level that is, and each above them that they complete."""
    for place, found in enumerate(hashes, start=first):
        level, above = BITS, place
        _add(level, above, found)
        while (above + 1) % WIDTH == 0:
            above //= WIDTH
            complete = merkle.complete(subtrees(level, above * WIDTH))
            level += BITS
            _add(level, above, complete)


def _add(level: int, place: int, found: bytes) -> None:
    AuditSubtree.objects.create(level=level, place=place, hash=found.hex())
