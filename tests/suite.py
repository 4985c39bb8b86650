"""Run the suite: every test on SQLite and, beside it, what concerns the engine on PostgreSQL.

    python -m tests.suite [--jobs N] [--coverage] [PART...]

With --coverage both are traced, and what they reach is held to the bound.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence

from tests import bound

PYTEST = (sys.executable, "-m", "pytest")
ON_POSTGRES = (sys.executable, "-m", "tests.postgres")
TRACED = ("--cov", "--cov-report=")
NOTHING_FOUND = 5


def main(arguments: Sequence[str]) -> int:
    """Run both lanes; the status is 1 where a test has failed, or the bound is not met."""
    asked = _parser().parse_args(arguments)
    if asked.coverage:
        bound.forget()
    statuses = run(asked.part, jobs=asked.jobs, traced=asked.coverage)
    # A part may have nothing to do with the engine.
    fine = {0, NOTHING_FOUND} if asked.part and 0 in statuses else {0}
    if not fine.issuperset(statuses):
        return 1
    return bound.main() if asked.coverage else 0


def run(part: Sequence[str], *, jobs: int, traced: bool) -> tuple[int, int]:
    """The status of either lane; what the smaller one says is shown when both have ended."""
    counting = {bound.COUNT_PROCESSES: "1", "COVERAGE_FILE": bound.SMALLER_LANE} if traced else {}
    smaller = (*ON_POSTGRES, *PYTEST, "-n", "1", "-m", "engine", *part)
    larger = (*PYTEST, "-n", str(jobs), *(TRACED if traced else ()), *part)
    with tempfile.TemporaryFile() as said:
        beside = subprocess.Popen(
            smaller, stdout=said, stderr=subprocess.STDOUT, env=os.environ | counting
        )
        with beside:
            status = subprocess.run(larger, check=False).returncode
        said.seek(0)
        shutil.copyfileobj(said, sys.stdout.buffer)
        sys.stdout.flush()
    return status, beside.returncode


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.suite")
    parser.add_argument(
        "--jobs", type=int, default=3, help="tests at once, beside one on PostgreSQL"
    )
    parser.add_argument("--coverage", action="store_true", help="trace, and hold the bound")
    parser.add_argument("part", nargs="*", help="what to run; everything where nothing is named")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
