"""Pages of the audit log at 1,000 and 1,000,000 events, on both engines, for three readers:
`python -m benchmarks.reviewing [ENGINE …]`."""

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
BOUND = 1.5


def main(engines: Sequence[str]) -> int:
    """Measure and print, on both engines or on those that are named."""
    with tempfile.TemporaryDirectory(prefix="sealroom-bench-") as home, ExitStack() as stack:
        for engine in engines or (logs.SQLITE, logs.POSTGRESQL):
            few, many = stack.enter_context(logs.pair(engine, Path(home) / engine))
            _beside(engine, few, many)
    return 0


def _beside(engine: str, few: Log, many: Log) -> None:
    """The short log and the long one, a page of each in turn."""
    with few.reviewer() as at_few, many.reviewer() as at_many:
        at_few.do("fill", FEW)
        table.say(f"writing {MANY:,} events and their index on {engine} …")
        seconds = at_many.do("fill", MANY)
        table.line(f"{engine}: writing {MANY:,} events and their index", f"{seconds:.0f} s")
        for reader, who in enumerate(READERS):
            for kind, pages in _pages(reader):
                times = [
                    (at_few.do("ask", page), at_many.do("ask", page))
                    for _ in range(ROUNDS[kind])
                    for page in pages
                ]
                short, long = (_p95(column) for column in zip(*times, strict=True))
                table.at_most(
                    f"{engine}: {kind}, read by who reads {who}: p95 at {MANY:,} events to {FEW:,}",
                    f"{long * 1000:.0f} ms to {short * 1000:.0f} ms",
                    long / short,
                    BOUND,
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
