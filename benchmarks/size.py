"""Every page with 3 universes and with 1,000, for two people: `python -m benchmarks.size [ENGINE]`.

Without an engine both are measured, each in a process of its own: Django is set up for one.
"""

import logging
import subprocess  # nosec B404
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from statistics import median

from django.db import connection
from django.test.utils import CaptureQueriesContext

from benchmarks import databases, place, sizes, table
from benchmarks.logs import POSTGRESQL, SQLITE
from benchmarks.sizes import Size
from secretsapp.management.processes import ROOT

FEW, MANY = 3, 1000
PEOPLE_OF_FEW, PEOPLE_OF_MANY = 10, 1000
ROUNDS = 5
QUERIES, KILOBYTES = 30, 150
TIMES, ALLOWANCE_MS = 3, 15


@dataclass(frozen=True)
class Seen:
    """What one page came to, and the queries that it took."""

    status: int
    queries: int
    kilobytes: float


def main(engines: Sequence[str]) -> int:
    """Measure and print."""
    if engines:
        return _measure(engines[0])
    return max(map(_measured_apart, (SQLITE, POSTGRESQL)))


def _measured_apart(engine: str) -> int:
    """Let another process measure with that engine, and give its status."""
    command = [sys.executable, "-m", "benchmarks.size", engine]
    return subprocess.run(command, cwd=ROOT, check=False).returncode  # noqa: S603 # nosec B603


def _measure(engine: str) -> int:
    with _sizes(engine) as (few, many):
        # Each page that fails has a line of its own in the table.
        logging.disable(logging.ERROR)
        people = (place.EMAIL, _granted())
        for who in people:
            _print("home without anything that waits", who, few, many, ("/", "/"))
        for size in (few, many):
            _let_wait(size)
        for name, addresses in _pages(few, many):
            _print_for_each(name, people, few, many, addresses)
    return 0


def _print_for_each(
    name: str, people: Iterable[str], few: Size, many: Size, addresses: tuple[str, str]
) -> None:
    """A line for each person who may open the page; one at least has to."""
    shown_to = [who for who in people if few.ask(who, addresses[0]).status_code == HTTPStatus.OK]
    for who in shown_to:
        _print(name, who, few, many, addresses)
    if not shown_to:
        table.at_most(f"{name}, {connection.display_name}", "shown to nobody", float("inf"), 1)


@contextmanager
def _sizes(engine: str) -> Iterator[tuple[Size, Size]]:
    """Two databases of one installation: the keys are the same, and the rest is not."""
    with sizes.installed(engine) as server:
        first = str(connection.settings_dict["NAME"])
        second = databases.copied(first, server)
        yield (
            sizes.filled(first, FEW, PEOPLE_OF_FEW),
            sizes.filled(second, MANY, PEOPLE_OF_MANY),
        )


def _let_wait(size: Size) -> None:
    from benchmarks import delegated, receivers  # noqa: PLC0415 - settings come first

    databases.opened(size.database)
    delegated.delegate(size.universes, _measured_universe(size))
    receivers.tell(size.universes)
    databases.analyze()


def _measured_universe(size: Size) -> int:
    """One in the middle, of which the person with most grants is a manager."""
    from benchmarks import crowd  # noqa: PLC0415 - settings come first

    return crowd.FIRST_ID + size.universes // 3 // 20 * 20


def _granted() -> str:
    from benchmarks import crowd  # noqa: PLC0415 - settings come first

    return crowd.GRANTED


def _pages(few: Size, many: Size) -> Iterator[tuple[str, tuple[str, str]]]:
    """Each page: its name, and its two addresses."""
    small, large = (_addresses(size) for size in (few, many))
    for name, address in small.items():
        yield name, (address, large[name])


def _addresses(size: Size) -> dict[str, str]:
    """Where each page is, by its name."""
    from benchmarks import addresses  # noqa: PLC0415 - settings come first

    databases.opened(size.database)
    return dict(addresses.of_pages(_measured_universe(size)))


def _print(name: str, who: str, few: Size, many: Size, addresses: tuple[str, str]) -> None:
    first, second = addresses
    seen = _looked_at(many, who, second)
    small, large = _milliseconds((few, who, first), (many, who, second))
    parts = (
        seen.queries / QUERIES,
        seen.kilobytes / KILOBYTES,
        large / (TIMES * small + ALLOWANCE_MS),
    )
    answers = seen.status == HTTPStatus.OK
    table.at_most(
        f"{name}, {who.partition('@')[0]}, {MANY} universes to {FEW}, {connection.display_name}",
        f"{seen.status}, {seen.queries} queries, {seen.kilobytes:.0f} kB, "
        f"{large:.0f} ms to {small:.0f} ms ({large / small:.1f}×)",
        max(parts) if answers else float("inf"),
        1,
    )


def _looked_at(size: Size, who: str, address: str) -> Seen:
    # The first request of a session in minutes records that it is active.
    size.ask(who, address)
    with CaptureQueriesContext(connection) as captured:
        answer = size.ask(who, address)
    return Seen(answer.status_code, len(captured), len(getattr(answer, "content", b"")) / 1000)


def _milliseconds(*asked: tuple[Size, str, str]) -> list[float]:
    """The processor time of each, the median of rounds that take turns."""
    rounds = [
        [size.milliseconds(who, address) for size, who, address in asked] for _ in range(ROUNDS)
    ]
    return [median(times) for times in zip(*rounds, strict=True)]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
