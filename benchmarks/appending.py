"""What it costs to append an audit event, on both engines: `python -m benchmarks.appending`."""

import os
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from benchmarks import logs, table
from benchmarks.logs import Appender, Log

FEW = 100
MANY = 1_000_000
ROUNDS = 30
EVENTS_A_ROUND = 20
PROCESSES = 4
EVENTS_EACH = 500
DISK_WRITES = 200
PAGE = b"\x00" * 4096


def main() -> int:
    """Measure and print."""
    with tempfile.TemporaryDirectory(prefix="sealroom-bench-") as home, ExitStack() as stack:
        _disk(Path(home))
        pairs = {
            engine: stack.enter_context(logs.pair(engine, Path(home) / engine))
            for engine in (logs.SQLITE, logs.POSTGRESQL)
        }
        table.say(f"writing two true logs of {MANY:,} events …")
        with ThreadPoolExecutor() as threads:
            list(threads.map(_lengthen, pairs.values()))
        for engine, (few, many) in pairs.items():
            _beside(engine, few, many)
            _at_once(engine, few)
    return 0


def _disk(home: Path) -> None:
    """What the disk takes to keep one page, which every commit waits for."""
    path = home / "page"
    with path.open("wb", buffering=0) as file:
        times = [_kept(file.fileno()) for _ in range(DISK_WRITES)]
    table.line("the disk: writing 4 KiB and fsync", f"{median(times) * 1000:.2f} ms")


def _kept(file: int) -> float:
    os.write(file, PAGE)
    began = time.perf_counter()
    os.fsync(file)
    return time.perf_counter() - began


def _lengthen(pair: tuple[Log, Log]) -> None:
    for log, events in zip(pair, (FEW, MANY), strict=True):
        with log.appenders(1) as (appender,):
            appender.do("lengthen", events)


def _beside(engine: str, few: Log, many: Log) -> None:
    """The short log and the long one, a few events each in turn."""
    with few.appenders(1) as (at_few,), many.appenders(1) as (at_many,):
        table.line(f"{engine}: statements an event", f"{at_few.do('statements', 10):g}")
        for words, waits in (("", 1), (", without waiting for the disk", 0)):
            at_few.do("wait_for_disk", waits), at_many.do("wait_for_disk", waits)
            costs = [(_cost(at_few), _cost(at_many)) for _ in range(ROUNDS)]
            short, long = (median(column) for column in zip(*costs, strict=True))
            table.at_most(
                f"{engine}: one event more at {MANY:,} events to one more at {FEW}{words}",
                f"{long:.2f} ms to {short:.2f} ms",
                long / short,
                1.2,
            )


def _cost(appender: Appender) -> float:
    """The milliseconds of one event, over a few."""
    return appender.do("append", EVENTS_A_ROUND) / EVENTS_A_ROUND * 1000


def _at_once(engine: str, log: Log) -> None:
    """Several processes that append at the same time, and whether the log is whole afterwards."""
    with log.appenders(PROCESSES) as processes:
        before = [process.do("count", 0) for process in processes][-1]
        began = time.perf_counter()
        for process in processes:
            process.begin("append", EVENTS_EACH)
        longest = max(process.answer() for process in processes)
        rate = PROCESSES * EVENTS_EACH / (time.perf_counter() - began)
        found = processes[0].do("count", 0) - before
    log.verify()
    lost = PROCESSES * EVENTS_EACH - found
    table.at_least(
        f"{engine}: events a second from {PROCESSES} processes at once, and the log whole",
        f"{rate:.0f}/s, {lost:.0f} lost, the slowest process done after {longest:.1f} s",
        0 if lost else rate,
        200,
    )


if __name__ == "__main__":
    sys.exit(main())
