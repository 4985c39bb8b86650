"""How many events of which kind there are on each day, counted by the bits of the index."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo

from secretsapp.core.events import BY_TAG
from secretsapp.core.events.kinds import Verb
from secretsapp.log.index import asking, bits, terms
from secretsapp.log.index.asking import Bits, Node
from secretsapp.models import AuditBlock, AuditTerm
from secretsapp.models import audit as audit_tables

OfDay = Counter[tuple[date, Verb | None]]

MICROSECONDS = 1_000_000


def verb_of(tag: str) -> Verb | None:
    """What kind of deed a tag tells of; None for one that this version does not know."""
    return BY_TAG[tag].verb if tag in BY_TAG else None


def count(node: Node, blocks: range, zone: tzinfo, over: str | None = None) -> OfDay:
    """The events of these blocks that are meant, by day and verb.

    `over` is the term of the beginnings among them that aren't to be counted.
    """
    shelves = asking.shelves_of(blocks)
    if not (found := node.among(shelves)):
        return OfDay()
    verbs, left_out = _known(shelves, over)
    stay = {shelf: those & ~left_out.get(shelf, 0) for shelf, those in found.items()}
    meant = asking.of_blocks(stay, blocks)
    by_verb = {verb: asking.of_blocks(those, blocks) for verb, those in verbs.items()}
    counted = OfDay()
    for block, days in _days(list(meant), zone):
        for verb, those in by_verb.items():
            if both := meant[block] & those.get(block, 0):
                for day, of_day in days:
                    counted[day, verb] += (both & of_day).bit_count()
    return counted


def _known(shelves: range, over: str | None) -> tuple[dict[Verb | None, Bits], Bits]:
    """The events of each verb, and those that hold the term `over`, in two queries for all."""
    rows = AuditTerm.objects.filter(kind__in=(terms.TAG, terms.IS_OVER))
    known = {
        pk: (kind == terms.TAG, bytes(value).decode())
        for pk, kind, value in rows.values_list("pk", "kind", "value")
    }
    held = {pk: term for pk, term in known.items() if term[0] or term[1] == over}
    verbs: dict[Verb | None, Bits] = {}
    left_out: Bits = {}
    for pk, of_term in asking.each_of(list(held), shelves).items():
        is_tag, value = held[pk]
        those = verbs.setdefault(verb_of(value), {}) if is_tag else left_out
        for shelf, of_shelf in of_term.items():
            those[shelf] = those.get(shelf, 0) | of_shelf
    return verbs, left_out


def _days(blocks: Sequence[int], zone: tzinfo) -> Iterator[tuple[int, list[tuple[date, int]]]]:
    """The days of each block with the bits of their events."""
    rows = AuditBlock.objects.filter(block__in=blocks)
    for block, first, last, times in rows.values_list("block", "first_time", "last_time", "times"):
        if day_of(first, zone) == (day := day_of(last, zone)):
            yield block, [(day, bits.below(audit_tables.BLOCK_SIZE))]
        else:
            yield block, _parted(asking.read_times(times), zone)


def _parted(times: list[int], zone: tzinfo) -> list[tuple[date, int]]:
    if not asking.are_in_order(times):
        return [(day_of(time, zone), 1 << place) for place, time in enumerate(times)]
    parts, start = [], 0
    while start < len(times):
        day = day_of(times[start], zone)
        midnight = datetime.combine(day + timedelta(days=1), datetime.min.time(), zone)
        end = bisect_left(times, asking.microseconds(midnight))
        parts.append((day, bits.below(end) & ~bits.below(start)))
        start = max(end, start + 1)
    return parts


def day_of(time: int, zone: tzinfo) -> date:
    """The day of a time in microseconds; of one that someone edited it is the first there is."""
    seconds, rest = divmod(time, MICROSECONDS)
    try:
        moment = datetime.fromtimestamp(seconds, UTC) + timedelta(microseconds=rest)
        return moment.astimezone(zone).date()
    except (OSError, OverflowError, ValueError):
        return date.min
