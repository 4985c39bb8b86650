"""Exports of 1,000,000 events, on both engines, beside a bare cursor.

`python -m benchmarks.exporting [ENGINE …]` prints the lines of the table.
"""

import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from benchmarks import logs, table
from benchmarks.logs import Log

EVENTS, FEW = 1_000_000, 100
ROUNDS = 3
SHARE, MEGABYTES, TIMES, SECONDS = 0.4, 40, 6, 1
# As an exporter numbers them: a question, and a form of two.
KINDS = {
    0: "CSV of everything",
    1: "NDJSON of everything",
    2: "CSV without beginnings that have an outcome",
}


def main(engines: Sequence[str]) -> int:
    """Measure and print, on both engines or on those that are named."""
    with tempfile.TemporaryDirectory(prefix="sealroom-bench-") as home, ExitStack() as stack:
        for engine in engines or (logs.SQLITE, logs.POSTGRESQL):
            log, other = stack.enter_context(logs.pair(engine, Path(home) / engine))
            _measure(engine, log, other)
    return 0


def _measure(engine: str, log: Log, other: Log) -> None:
    with log.exporter() as filling:
        table.say(f"writing {EVENTS:,} events on {engine} …")
        filling.do("fill", EVENTS)
    with log.exporter() as exporter:
        for number, kind in KINDS.items():
            rounds = [
                (exporter.do("export", number), exporter.do("bare", 0)) for _ in range(ROUNDS)
            ]
            ours, bare = (median(column) for column in zip(*rounds, strict=True))
            table.at_least(
                f"{engine}: {kind}, rows a second to a bare cursor",
                f"{ours:,.0f} to {bare:,.0f}",
                ours / bare,
                SHARE,
            )
    _verify(engine, log)
    with log.exporter() as exporter, other.exporter() as small:
        small.do("fill", FEW)
        small.do("export", 0)
        exporter.do("export", 0)
        grown = exporter.do("peak", 0) - small.do("peak", 0)
        what = f"{engine}: MB more to export {EVENTS:,} events than {FEW}"
        table.at_most(what, f"{grown:.1f} MB", grown, MEGABYTES)


def _verify(engine: str, log: Log) -> None:
    with log.exporter() as exporter:
        bare, ours = exporter.do("hashes", EVENTS), exporter.do("verify", 0)
        what = f"{engine}: verifying {EVENTS:,} events, to their hashes alone"
        table.at_most(what, f"{ours:.1f} s to {bare:.1f} s", ours / bare, TIMES)
        exporter.do("sign", 0)
        seconds = exporter.do("since", 0)
        what = f"{engine}: seconds to verify since a checkpoint of {EVENTS:,} events"
        table.at_most(what, f"{seconds:.2f} s", seconds, SECONDS)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
