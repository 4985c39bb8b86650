"""The Merkle tree over the log: its leaves are the events' content hashes, in their order.

The entry of the event with the number `n` is its content hash, 32 bytes, and its index is `n - 1`;
that can never change. Only complete subtrees of every eighth level are stored, each once the
events below it were verified; what is between is computed from 256 of them at a time, or from 256
events. So a proof reads a few ranges, however long the log is.
"""

from collections.abc import Iterable, Mapping

from django.db.models import Max

from secretsapp.core import merkle
from secretsapp.core.errors import LogBroken, NotFound
from secretsapp.log import archived, stored_events
from secretsapp.log.checking import Anchor, followed, unreadable
from secretsapp.log.damaged_rows import read
from secretsapp.models import AuditEvent, AuditHead, AuditSubtree
from secretsapp.models.audit import HEAD_ID

# More events than that are for the worker to check: someone would wait for it.
CHECKED_AT_ONCE = 10_000
BITS = 8
WIDTH = 1 << BITS


class Stored:
    """Gives the hash of any complete subtree, by what is stored: a `merkle.Node`.

    It is for one proof: what it has read it does not read again.
    """

    def __init__(self, leaves: Mapping[int, list[bytes]] | None = None) -> None:
        """`leaves` are those of whole subtrees by place, which were checked in an archive."""
        self._rows = {(0, place): hashes for place, hashes in (leaves or {}).items()}

    def __call__(self, level: int, place: int) -> bytes:
        """The hash of that subtree; raises LogBroken where it is not there or cannot be read."""
        floor = level // BITS * BITS
        first, count = place << level - floor, 1 << level - floor
        row = self._row(floor, first // WIDTH)
        found = row[first % WIDTH : first % WIDTH + count]
        if len(found) < count:
            raise LogBroken(
                f"The tree over the audit log is missing {name_of(level, place)}: rows were "
                "removed."
            )
        return merkle.complete(found)

    def _row(self, level: int, number: int) -> list[bytes]:
        if (level, number) not in self._rows:
            first = number * WIDTH
            self._rows[level, number] = subtrees(level, first) if level else _leaves(first)
        return self._rows[level, number]


def name_of(level: int, place: int) -> str:
    """A subtree in words: the events that it is above."""
    return f"events {(place << level) + 1} to {place + 1 << level}"


def place_of(sequence: int) -> int:
    """The place of the subtree of the lowest stored level that an event is in."""
    return (sequence - 1) // WIDTH


def leaves_of(events: Iterable[AuditEvent]) -> list[bytes]:
    """The hashes of the leaves of these events."""
    return [merkle.leaf_hash(bytes.fromhex(event.content)) for event in events]


def size() -> int:
    """How many events the log has; raises LogBroken without its head."""
    found = AuditHead.objects.filter(pk=HEAD_ID).values_list("sequence", flat=True).first()
    if found is None:
        raise LogBroken("The head of the audit log is missing: the log was tampered with.")
    return found


def stored() -> int:
    """How many events are below the subtrees that are stored."""
    found = AuditSubtree.objects.filter(level=BITS).aggregate(last=Max("place", default=-1))
    return int(found["last"] + 1) * WIDTH


def is_behind() -> bool:
    """Whether the worker has to check more events first than anyone would wait for."""
    return size() - stored() > CHECKED_AT_ONCE


def verify(first: int, last: int) -> list[AuditEvent]:
    """Those events, each of which follows the one before; raises LogBroken for the first bad one.

    What it read of the event before `first` was verified then.
    """
    events = read(lambda: stored_events.between(first, last))
    if events is None:
        events = [_readable(number) for number in range(first, last + 1)]
    found = list(followed(events, _before(first)))
    if len(found) < last - first + 1:
        raise LogBroken(f"Event {first + len(found)} is missing: the end was cut off.")
    return found


def _readable(number: int) -> AuditEvent:
    found = read(lambda: stored_events.between(number, number))
    if not found:
        raise LogBroken(unreadable(number) if found is None else f"Event {number} is missing.")
    return found[0]


def _before(first: int) -> Anchor:
    boundary = archived.boundary()
    if first == boundary.sequence + 1:
        return boundary
    return Anchor(first - 1, link_of(first - 1))


def link_of(number: int) -> str:
    """The link of the event with that number, as it is stored; raises LogBroken."""
    return _readable(number).link


def subtrees(level: int, first: int) -> list[bytes]:
    """The hashes of the stored subtrees from that place on, 256 of them at most."""
    rows = AuditSubtree.objects.filter(level=level, place__range=(first, first + WIDTH - 1))
    pairs = list(rows.order_by("place").values_list("place", "hash"))
    return [
        _hash(text, name_of(level, expected), is_next=place == expected)
        for expected, (place, text) in enumerate(pairs, start=first)
    ]


def _leaves(first: int) -> list[bytes]:
    """The hashes of the leaves of the events behind that one, 256 of them at most."""
    if archive := archived.of_event(first + 1):
        raise NotFound(f"{archived.sentence(archive)} Name its file with --archive.")
    rows = AuditEvent.objects.filter(sequence__range=(first + 1, first + WIDTH))
    pairs = list(rows.order_by("sequence").values_list("sequence", "content"))
    return [
        merkle.leaf_hash(_hash(text, f"event {expected}", is_next=number == expected))
        for expected, (number, text) in enumerate(pairs, start=first + 1)
    ]


def _hash(text: str, of: str, *, is_next: bool) -> bytes:
    try:
        found = bytes.fromhex(text)
    except (TypeError, ValueError):
        found = b""
    if not is_next or len(found) != len(merkle.EMPTY_ROOT):
        raise LogBroken(f"The audit log is missing the hash of {of}: rows were removed or edited.")
    return found
