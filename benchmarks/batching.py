"""Many changes at once, against a loop that makes them one by one: `python -m benchmarks.batching`.

Within Roblox's limits the least time is what these allow: so many calls at once, and as many again
each minute. Who changes secrets is a process of its own (`benchmarks.batcher`).
"""

import subprocess  # nosec B404
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median
from typing import Any

from django.test import Client

from benchmarks import place, table
from benchmarks.place import Served
from secretsapp.management.processes import ROOT

AWAY_MS = 50
ROUNDS = 3
# So many are changed one by one, which takes as long for each.
ONE_BY_ONE = 50
LIMIT, MINUTE = 120, 60
UNIVERSES = 40
FEW, MANY = 20, 20_000
PAGES = 15


class Batcher:
    """The process, which takes a word and a number."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def ask(self, word: str, number: int) -> list[float]:
        """Let it work, and give the figures that it answers with."""
        writer, reader = self._process.stdin, self._process.stdout
        if writer is None or reader is None:
            raise SystemExit("The process has no pipes.")
        writer.write(f"{word} {number}\n")
        writer.flush()
        return [float(each) for each in reader.readline().split()]


def main() -> int:
    """Measure and print."""
    with place.served([place.SECRETS] * UNIVERSES) as served, batcher(served) as asked:
        served.emulator.latency_ms = AWAY_MS
        _print_quicker(asked)
        served.emulator.rate_limit = LIMIT
        _print_within_limits(asked)
        served.emulator.rate_limit, served.emulator.latency_ms = None, 0
        _print_memory(asked)
        _print_pages()
    return 0


@contextmanager
def batcher(served: Served) -> Iterator[Batcher]:
    """The process while it runs."""
    settings = {"DJANGO_SETTINGS_MODULE": "dashboard.settings"}
    process = subprocess.Popen(  # noqa: S603 # nosec B603 - our own program
        [sys.executable, "-m", "benchmarks.batcher", served.emulator.url],
        cwd=ROOT,
        env=served.environment | settings,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        yield Batcher(process)
        process.terminate()


def _print_quicker(asked: Batcher) -> None:
    asked.ask("together", ONE_BY_ONE)
    rounds = [
        (asked.ask("one_by_one", ONE_BY_ONE)[0], asked.ask("together", place.SECRETS)[0])
        for _ in range(ROUNDS)
    ]
    alone, ours = (median(times) for times in zip(*rounds, strict=True))
    theirs = alone * place.SECRETS / ONE_BY_ONE
    table.at_least(
        f"{place.SECRETS} rotations with Roblox {AWAY_MS} ms away: a loop of rblx-open-cloud to a "
        "batch",
        f"{theirs:.1f} s to {ours:.1f} s",
        theirs / ours,
        8,
    )


def _print_within_limits(asked: Batcher) -> None:
    """All calls of a minute can be made at its start, so the last minute takes next to none."""
    least = (place.SECRETS - 1) // LIMIT * MINUTE
    seconds = asked.ask("together", place.SECRETS)[0]
    table.at_most(
        f"{place.SECRETS} rotations within {LIMIT} a minute, to the least that allows",
        f"{seconds:.0f} s to {least} s",
        seconds / least,
        1.05,
    )


def _print_memory(asked: Batcher) -> None:
    seconds, early, late = asked.ask("together", MANY)
    table.at_most(
        f"memory at the end of a batch of {MANY:,}, to that after a thousand ({seconds:.0f} s)",
        f"{late / 1024:.0f} MB to {early / 1024:.0f} MB",
        late / early,
        1.1,
    )


def _print_pages() -> None:
    """The page of a batch, asked for in this process; what is measured is the processor's time."""
    from secretsapp.models import Batch, User  # noqa: PLC0415 - settings come first

    client = Client()
    client.force_login(User.objects.get(email=place.EMAIL))
    large = Batch.objects.get(size=MANY)
    few = _smaller(large, FEW)
    small, big = (
        median(_seconds(client, f"/batches/{batch.pk}/") for _ in range(PAGES))
        for batch in (few, large)
    )
    table.at_most(
        f"first byte of a batch of {MANY:,} to one of {FEW}",
        f"{big * 1000:.0f} ms to {small * 1000:.0f} ms",
        big / small,
        2,
    )


def _smaller(large: Any, size: int) -> Any:
    from secretsapp.models import Batch, BatchItem  # noqa: PLC0415 - settings come first

    items = list(large.items.order_by("position")[:size])
    few = Batch.objects.get(pk=large.pk)
    few.pk, few.size = None, size
    few.id = Batch._meta.pk.get_default()
    few.save(force_insert=True)
    for item in items:
        item.id, item.batch = BatchItem._meta.pk.get_default(), few
    BatchItem.objects.bulk_create(items)
    return few


def _seconds(client: Client, address: str) -> float:
    began = time.process_time()
    answer = client.get(address, HTTP_HOST="127.0.0.1")
    if answer.status_code != 200:
        raise SystemExit(f"{address} answered {answer.status_code}.")
    return time.process_time() - began


if __name__ == "__main__":
    sys.exit(main())
