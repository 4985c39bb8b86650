"""Pages of the audit log at 1,000 and 1,000,000 events, on both engines, for three readers:
`python -m benchmarks.reviewing [ENGINE …] [EVENTS]`."""

import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import quantiles

from benchmarks import logs, table
from benchmarks.logs import Log
from benchmarks.reviewed import PAIRS, READERS, SINGLE

FEW, MANY = 1000, 1_000_000
ROUNDS = {"single": 5, "pairs": 2}
# A log of many more events than a million may take longer.
BOUND, BOUND_BEYOND = 1.5, 2.0


def main(arguments: Sequence[str]) -> int:
    """Measure and print, on both engines or on those that are named, at so many events."""
    engines = [each for each in arguments if not each.isdecimal()]
    events = max(map(int, set(arguments) - set(engines)), default=MANY)
    with tempfile.TemporaryDirectory(prefix="sealroom-bench-") as home, ExitStack() as stack:
        for engine in engines or (logs.SQLITE, logs.POSTGRESQL):
            few, many = stack.enter_context(logs.pair(engine, Path(home) / engine))
            _beside(engine, few, many, events)
    return 0


def _beside(engine: str, few: Log, many: Log, events: int) -> None:
    """The short log and the long one, a page of each in turn."""
    with few.reviewer() as at_few, many.reviewer() as at_many:
        at_few.do("fill", FEW)
        table.say(f"writing {events:,} events and their index on {engine} …")
        seconds = at_many.do("fill", events)
        table.line(f"{engine}: writing {events:,} events and their index", f"{seconds:.0f} s")
        for reader, who in enumerate(READERS):
            for kind, pages in _pages(reader):
                times = [
                    (at_few.do("ask", page), at_many.do("ask", page))
                    for _ in range(ROUNDS[kind])
                    for page in pages
                ]
                short, long = (_p95(column) for column in zip(*times, strict=True))
                what = f"{engine}: {kind}, read by who reads {who}"
                table.at_most(
                    f"{what}: p95 at {events:,} events to {FEW:,}",
                    f"{long * 1000:.0f} ms to {short * 1000:.0f} ms",
                    long / short,
                    BOUND if events <= MANY else BOUND_BEYOND,
                )


def _pages(reader: int) -> Iterator[tuple[str, range]]:
    """The numbers of the pages, as a reviewer is told them."""
    first = reader * (len(SINGLE) + len(PAIRS))
    yield "single", range(first, first + len(SINGLE))
    yield "pairs", range(first + len(SINGLE), first + len(SINGLE) + len(PAIRS))


def _p95(times: tuple[float, ...]) -> float:
    return quantiles(times, n=20)[-1]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
