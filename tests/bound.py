"""Report the coverage of both lanes, and hold it to the bound where every lane has run."""

import subprocess
import sys
from pathlib import Path

from tests import lanes

PERCENT = 97
# On PostgreSQL nothing is traced but what processes of tests run, where the environment asks so.
COUNT_PROCESSES = "COUNT_PROCESSES"
SMALLER_LANE = ".coverage-postgres"


def forget() -> None:
    """Begin to count from nothing."""
    subprocess.run([sys.executable, "-m", "coverage", "erase"], check=True)
    for path in Path().glob(f"{SMALLER_LANE}.*"):
        path.unlink()


def main() -> int:
    """Print the report; status 2 where the bound is not met."""
    take_in_postgres()
    report = [sys.executable, "-m", "coverage", "report"]
    lacks = lanes.missing_lanes()
    if not lacks:
        return subprocess.run([*report, f"--fail-under={PERCENT}"], check=False).returncode
    print(f"Coverage bound NOT APPLIED: this machine lacks {' and '.join(lacks)}.", flush=True)
    return subprocess.run(report, check=False).returncode


def take_in_postgres() -> None:
    """Add what was counted beside the larger lane, in files of its own."""
    found = [str(path) for path in Path().glob(f"{SMALLER_LANE}.*")]
    if found:
        combine = [sys.executable, "-m", "coverage", "combine", "--append", "--quiet", *found]
        subprocess.run(combine, check=True)
