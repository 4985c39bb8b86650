"""Parts of the log that can be verified apart, and what is to be known of each to join them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from secretsapp.core import merkle
from secretsapp.core.events.kinds import read_detail
from secretsapp.core.events.proofs import ProofEvent
from secretsapp.log import tree
from secretsapp.log.checking import Anchor, followed
from secretsapp.log.stored_events import Stored

# For fewer events another process is not worth its start.
SHORTEST = 10_240


@dataclass(frozen=True)
class Range:
    """The events behind `before`, where a subtree begins, up to number `last`; None is the end.

    The first range, which `is_first`, has what comes before it in the table too, where nothing may
    be. `sizes` are those of checkpoints, and `anchors` are looked for.
    """

    before: Anchor
    last: int | None
    sizes: frozenset[int] = frozenset()
    anchors: frozenset[Anchor] = frozenset()
    is_first: bool = True


@dataclass
class Summary:
    """What is known of a range whose events were checked.

    `hashes` are above 256 events each, and `edges` what is in the tree beside these where it has
    the size of a checkpoint. `told` are the details of what the log tells of checkpoints, and
    `held` the anchors that were found.
    """

    last: Anchor
    hashes: list[bytes] = field(default_factory=list)
    edges: dict[int, list[bytes]] = field(default_factory=dict)
    told: dict[int, Mapping[str, str]] = field(default_factory=dict)
    held: set[Anchor] = field(default_factory=set)


def summarize(part: Range, events: Iterable[Stored]) -> Summary:
    """What is known of the range with these events; raises LogBroken for the first bad one."""
    found, grown = Summary(part.before), merkle.Growing()
    for event in followed(events, part.before):
        closed = grown.add(bytes.fromhex(event.content))
        if grown.size == tree.WIDTH:
            found.hashes.append(closed[tree.BITS])
            grown = merkle.Growing()
        elif event.sequence in part.sizes:
            found.edges[event.sequence] = list(grown.edge)
        if event.tag == ProofEvent.CHECKPOINT_MADE.tag:
            detail = read_detail(event.detail) or {}
            found.told[_number(detail)] = detail
        found.last = Anchor(event.sequence, event.link)
        if found.last in part.anchors:
            found.held.add(found.last)
    return found


def _number(detail: Mapping[str, str]) -> int:
    text = detail.get("number", "")
    return int(text) if text.isascii() and text.isdigit() else 0


class Processes(Protocol):
    """Processes that verify ranges at the same time."""

    @property
    def count(self) -> int:
        """How many there can be."""

    def summarize(self, parts: Sequence[Range]) -> list[Summary]:
        """What is known of each range; raises LogBroken."""


def split(before: Anchor, last: int, count: int) -> list[Range]:
    """The events behind `before` in so many ranges, of SHORTEST events at least.

    Each begins behind the link that the event before it has, as far as that is true.
    """
    size = max(-(-(last - before.sequence) // count), SHORTEST)
    size = -(-size // tree.WIDTH) * tree.WIDTH
    numbers = range(before.sequence + size, last, size)
    starts = [before, *(Anchor(number, tree.link_of(number)) for number in numbers)]
    ends = [*numbers, None]
    return [
        Range(start, end, is_first=start is before) for start, end in zip(starts, ends, strict=True)
    ]


def are_joined(parts: Sequence[Range], summaries: Sequence[Summary]) -> bool:
    """Whether each range ends where the next begins."""
    ends = [each.last for each in summaries[:-1]]
    return len(parts) == len(summaries) and ends == [part.before for part in parts[1:]]
