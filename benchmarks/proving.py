"""Evidence of 100 events of 1,000,000, on SQLite: `python -m benchmarks.proving`."""

import sys
import tempfile
from pathlib import Path

from benchmarks.logs import Log

MANY, CHOSEN = 1_000_000, 100
SECONDS, KILOBYTES = 1.0, 200.0


def main() -> int:
    """Measure and print."""
    with tempfile.TemporaryDirectory(prefix="sealroom-bench-") as home:
        log = Log(Path(home) / "log", "")
        log.set_up()
        sys.stdout.write(log.said_by("benchmarks.prover"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
