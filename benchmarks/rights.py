"""What checking one right takes someone with a thousand grants: `python -m benchmarks.rights`."""

import sys
import tempfile
from pathlib import Path
from statistics import median

from benchmarks import logs, table

# So many milliseconds more may it take than with one grant.
MORE_MS = 2


def main() -> int:
    """Measure on both engines, and print."""
    for engine in (logs.SQLITE, logs.POSTGRESQL):
        with (
            tempfile.TemporaryDirectory(prefix="sealroom-bench-") as directory,
            logs.pair(engine, Path(directory)) as (installation, _),
        ):
            said = installation.said_by("benchmarks.checker").splitlines()
        rounds = [tuple(map(float, each.split())) for each in said]
        _print(engine, rounds[:-1], rounds[-1])
    return 0


def _print(engine: str, rounds: list[tuple[float, ...]], queries: tuple[float, ...]) -> None:
    few, many = (median(column) for column in zip(*rounds, strict=True))
    of = f"checking one right with 1,000 grants in 20 teams to one grant, {engine}"
    table.ratio(of, f"{many:.2f} ms to {few:.2f} ms", many / few)
    table.at_most("the same, ms more", f"{many - few:.2f} ms", many - few, MORE_MS)
    said = " to ".join(f"{each:.0f}" for each in reversed(queries))
    table.at_most("the same, queries", said, queries[1] / queries[0], 1)


if __name__ == "__main__":
    sys.exit(main())
