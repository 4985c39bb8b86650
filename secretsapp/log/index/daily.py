"""How many events of which kind there are on each day, counted by the bits of the index."""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo

from secretsapp.core.events import BY_TAG
from secretsapp.core.events.kinds import Verb
from secretsapp.log.index import asking, bits, blocks, terms
from secretsapp.log.index.asking import Held, Node
from secretsapp.models import AuditBlock, AuditTerm
from secretsapp.models import audit as audit_tables
from secretsapp.rules.sql import one_of

OfDay = Counter[tuple[date, Verb | None]]

MICROSECONDS = 1_000_000


def verb_of(tag: str) -> Verb | None:
    """What kind of deed a tag tells of; None for one that this version does not know."""
    return BY_TAG[tag].verb if tag in BY_TAG else None


def count(node: Node, wanted: range, zone: tzinfo, since: date) -> OfDay:
    """The events of these blocks that are meant, by day and verb.

    Days before `since` aren't told apart: a block that ends before is counted on its last day.
    """
    shelves, verbs = asking.shelves_of(wanted), _verbs()
    asking.read([*node.held, *verbs.values()], shelves)
    meant = asking.of_blocks(node.among(shelves), wanted)
    by_verb = {
        verb: asking.of_blocks(those.among(shelves), wanted) for verb, those in verbs.items()
    }
    counted = OfDay()
    for block, days in _days(list(meant), zone, since):
        for verb, those in by_verb.items():
            if both := meant[block] & those.get(block, 0):
                for day, of_day in days:
                    counted[day, verb] += (both & of_day).bit_count()
    return counted


def _verbs() -> dict[Verb | None, Held]:
    """The events of each verb."""
    found: dict[Verb | None, list[int]] = defaultdict(list)
    tags = AuditTerm.objects.filter(kind=terms.TAG)
    for pk, value in tags.values_list("pk", "value"):
        found[verb_of(bytes(value).decode(errors="replace"))].append(pk)
    return {verb: Held(tuple(ids)) for verb, ids in found.items()}


def _days(
    wanted: Sequence[int], zone: tzinfo, since: date
) -> Iterator[tuple[int, list[tuple[date, int]]]]:
    """The days of each block with the bits of their events."""
    rows = AuditBlock.objects.filter(block__in=one_of(wanted))
    several = list[int]()
    for block, first, last in rows.values_list("block", "first_time", "last_time"):
        day = day_of(last, zone)
        if day_of(first, zone) < day and day >= since:
            several.append(block)
        else:
            yield block, [(day, bits.below(audit_tables.BLOCK_SIZE))]
    for block, times in blocks.times_of(several).items():
        yield block, _parted(times, zone)


def _parted(times: list[int], zone: tzinfo) -> list[tuple[date, int]]:
    if not blocks.are_in_order(times):
        return [(day_of(time, zone), 1 << place) for place, time in enumerate(times)]
    parts, start = [], 0
    while start < len(times):
        day = day_of(times[start], zone)
        midnight = datetime.combine(day + timedelta(days=1), datetime.min.time(), zone)
        end = bisect_left(times, blocks.microseconds(midnight))
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
