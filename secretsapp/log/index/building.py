"""Makes the index, block by block, of what is in the log: nobody who appends waits for it."""

from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from django.db import IntegrityError, transaction
from django.db.models import Max, QuerySet

from secretsapp.log.damaged_rows import read
from secretsapp.log.folding import BEGINNINGS
from secretsapp.log.index import bits, blocks
from secretsapp.log.index.blocks import microseconds
from secretsapp.log.index.terms import (
    IS_OVER,
    LACKED,
    OVER,
    OVER_ALIKE,
    SOURCES,
    Row,
    Term,
    words_of,
)
from secretsapp.models import (
    AuditBlock,
    AuditEvent,
    AuditHead,
    AuditPosting,
    AuditShelf,
    AuditTerm,
)
from secretsapp.models import audit as audit_tables

# A round takes a second or two with so many; a long log is there after some minutes.
BLOCKS_A_ROUND = 25
ALIKE = ("actor_kind", "actor_id", "actor_name", "door", "address", "subject_kind", "subject_id")


def extend(most: int = BLOCKS_A_ROUND) -> int:
    """Put so many more blocks into the index, where there are whole ones; gives how many.

    Any number of workers can do so at once: of two that write the same block, one is too late. A
    block with an event that cannot be read stays out, with all behind it, and is read without.
    """
    for number in range(most):
        last = AuditBlock.objects.aggregate(last=Max("block"))["last"]
        if not _put(blocks.first_block() if last is None else last + 1):
            return number
    return most


def forget_archived() -> None:
    """Take out of the index what leads to events that are in an archive; words of theirs stay.

    A shelf with any other is kept whole: the rows are asked again.
    """
    first = blocks.first_block()
    AuditBlock.objects.filter(block__lt=first).delete()
    AuditPosting.objects.filter(block__lt=first).delete()
    AuditShelf.objects.filter(shelf__lt=first // audit_tables.SHELF_SIZE).delete()


def _put(block: int) -> bool:
    first = bits.first_of(block)
    if not AuditHead.objects.filter(sequence__gte=first + audit_tables.BLOCK_SIZE - 1).exists():
        return False
    there = AuditEvent.objects.filter(sequence__range=(first, first + audit_tables.BLOCK_SIZE - 1))
    events = _rows(there.order_by("sequence"))
    held = read(lambda: [_held(events or (), first)])
    if not events or not held or any(event.time is None for event in events):
        return False
    try:
        with transaction.atomic():
            _store(block, events, held[0])
            if (block + 1) % audit_tables.SHELF_SIZE == 0:
                _shelve(block // audit_tables.SHELF_SIZE)
    except IntegrityError:
        return False
    return True


def _rows(found: QuerySet[AuditEvent]) -> list[Row] | None:
    """What the index needs of the events; None where one of them cannot be read."""
    return read(lambda: [Row._make(each) for each in found.values_list(*Row._fields)])


def _held(events: Sequence[Row], first: int) -> dict[Term, int]:
    """Which of the events hold each term, as bits: once for all with the same text."""
    found: dict[Term, int] = defaultdict(int)
    for text_of, terms_of in SOURCES:
        places: dict[str, list[int]] = defaultdict(list)
        for event in events:
            places[text_of(event)].append(event.sequence - first)
        for text, those in places.items():
            with_text = bits.at(those)
            for term in terms_of(text):
                found[term] |= with_text
    return found


def _store(block: int, events: Sequence[Row], held: dict[Term, int]) -> None:
    times = array("q", bytes(8 * audit_tables.BLOCK_SIZE))
    over = _over(events)
    for event in events:
        place = event.sequence - bits.first_of(block)
        times[place] = microseconds(event.time)
        for term in over.get(event.sequence, ()):
            held[term] |= 1 << place
    known = [microseconds(event.time) for event in events]
    AuditBlock.objects.create(
        block=block, first_time=min(known), last_time=max(known), times=times.tobytes()
    )
    ids = _ids(held)
    AuditPosting.objects.bulk_create(
        AuditPosting(term_id=ids[term], block=block, bits=bits.stored(those))
        for term, those in held.items()
    )


def _shelve(shelf: int) -> None:
    """Put the blocks of a shelf, which is whole now, into one row for each term."""
    first = shelf * audit_tables.SHELF_SIZE
    rows = AuditPosting.objects.filter(block__range=(first, first + audit_tables.SHELF_SIZE - 1))
    held: dict[int, int] = defaultdict(int)
    for term_id, block, kept in rows.values_list("term_id", "block", "bits").iterator():
        held[term_id] |= bits.read(kept) << ((block - first) * audit_tables.BLOCK_SIZE)
    AuditShelf.objects.bulk_create(
        AuditShelf(term_id=term_id, shelf=shelf, bits=bits.stored(those))
        for term_id, those in held.items()
    )
    rows.delete()


def _over(events: Iterable[Row]) -> dict[int, list[Term]]:
    """What is known of the beginnings of changes whose outcome is in the log."""
    begun = {event.change_id: event for event in events if event.tag in BEGINNINGS}
    begun.pop("", None)
    ended = AuditEvent.objects.filter(change_id__in=begun).exclude(tag__in=BEGINNINGS)
    outcomes = {each.change_id: each for each in _rows(ended.order_by("-sequence")) or ()}
    return {
        begun[change].sequence: list(_compared(begun[change], outcome))
        for change, outcome in outcomes.items()
    }


def _compared(beginning: Row, outcome: Row) -> Iterator[Term]:
    yield IS_OVER, OVER.encode()
    if all(getattr(beginning, name) == getattr(outcome, name) for name in ALIKE):
        yield IS_OVER, OVER_ALIKE.encode()
    for word in words_of(beginning) - words_of(outcome):
        yield LACKED, word.encode()


def _ids(terms: Iterable[Term]) -> dict[Term, int]:
    """The id of each term, of which some may be new."""
    by_kind: dict[str, list[bytes]] = defaultdict(list)
    for kind, value in terms:
        by_kind[kind].append(value)
    found: dict[Term, int] = {}
    for kind, values in by_kind.items():
        known = _known(kind, values)
        new = [AuditTerm(kind=kind, value=value) for value in values if (kind, value) not in known]
        if new:
            AuditTerm.objects.bulk_create(new, ignore_conflicts=True)
            known = _known(kind, values)
        found |= known
    return found


def _known(kind: str, values: Sequence[bytes]) -> dict[Term, int]:
    rows = AuditTerm.objects.filter(kind=kind, value__in=values).values_list("value", "pk")
    return {(kind, bytes(value)): pk for value, pk in rows}
