"""How many events of which kind there are on each day, counted by the bits of the index."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from itertools import pairwise

from secretsapp.core.events import BY_TAG
from secretsapp.core.events.kinds import Verb
from secretsapp.log.index import asking, bits, terms
from secretsapp.log.index.asking import Bits, Node
from secretsapp.models import AuditBlock, AuditTerm

OfDay = Counter[tuple[date, Verb | None]]

MICROSECONDS = 1_000_000


def verb_of(tag: str) -> Verb | None:
    """What kind of deed a tag tells of; None for one that this version does not know."""
    return BY_TAG[tag].verb if tag in BY_TAG else None


def count(node: Node, blocks: Sequence[int], zone: tzinfo) -> OfDay:
    """The events of these blocks that are meant, by day and verb."""
    found = node.among(blocks)
    if not found:
        return OfDay()
    verbs = _by_verb(blocks)
    counted = OfDay()
    for block, days in _days(list(found), zone):
        for verb, those in verbs.items():
            if both := found[block] & those.get(block, 0):
                for day, of_day in days:
                    counted[day, verb] += (both & of_day).bit_count()
    return counted


def _by_verb(blocks: Sequence[int]) -> dict[Verb | None, Bits]:
    tags = AuditTerm.objects.filter(kind=terms.TAG).values_list("pk", "value")
    verbs = {pk: verb_of(bytes(value).decode()) for pk, value in tags}
    found: dict[Verb | None, Bits] = {}
    for pk, of_tag in asking.each_of(list(verbs), blocks).items():
        those = found.setdefault(verbs[pk], {})
        for block, of_block in of_tag.items():
            those[block] = those.get(block, 0) | of_block
    return found


def _days(blocks: Sequence[int], zone: tzinfo) -> Iterator[tuple[int, list[tuple[date, int]]]]:
    """The days of each block with the bits of their events."""
    rows = AuditBlock.objects.filter(block__in=blocks)
    for block, first, last, times in rows.values_list("block", "first_time", "last_time", "times"):
        if day_of(first, zone) == (day := day_of(last, zone)):
            yield block, [(day, bits.every())]
        else:
            yield block, _parted(asking.read_times(times), zone)


def _parted(times: Sequence[int], zone: tzinfo) -> list[tuple[date, int]]:
    if any(one > other for one, other in pairwise(times)):
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
