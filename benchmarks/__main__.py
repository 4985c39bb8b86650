"""Measure everything, or what ONLY names, and print one table: `python -m benchmarks [PART]`."""

import os
import signal
import subprocess  # nosec B404
import sys
from collections.abc import Sequence

from benchmarks import table
from secretsapp.management.processes import ENDING_SECONDS, ROOT

# Each part with the seconds that it may take; together they take about an hour.
PARTS = {
    "listing": 150,
    "opening": 120,
    "sealing": 60,
    "appending": 420,
    "reviewing": 900,
    "proving": 600,
    "exporting": 1800,
    "starting": 180,
    "rights": 120,
    "filter": 240,
    "comparing": 120,
    "finding": 300,
    "size": 1200,
    "paint": 180,
    "batching": 1200,
}


def main(arguments: Sequence[str]) -> int:
    """Run the parts one after the other; the status is 1 where one could not be measured."""
    unknown = [name for name in arguments if name not in PARTS]
    if unknown:
        sys.exit(f"There is no part {unknown[0]}. There are: {', '.join(PARTS)}.")
    # A shell that runs this in the background lets nothing in it hear a Ctrl-C.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        found = [_measured(name) for name in arguments or PARTS]
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    sys.stdout.write(f"\n{table.HEADER}{''.join(lines for lines, _ in found)}")
    return 0 if all(is_whole for _, is_whole in found) else 1


def _measured(name: str) -> tuple[str, bool]:
    """The lines of the part, and whether they are all there."""
    table.say(f"{name} …")
    process = _started(name)
    try:
        lines, _ = process.communicate(timeout=PARTS[name])
    except subprocess.TimeoutExpired:
        table.say(f"{name} took longer than {PARTS[name]} seconds and was ended.")
        return _ended(process), False
    except KeyboardInterrupt:
        _ended(process)
        raise
    return lines, process.returncode == 0


def _started(name: str) -> subprocess.Popen[str]:
    # Bandit asks twice what is started: our own programs, by Python itself and without a shell.
    return subprocess.Popen(  # noqa: S603 # nosec B603
        [sys.executable, "-m", f"benchmarks.{name}"],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def _ended(process: subprocess.Popen[str]) -> str:
    """Let the part end what it started, and give what it has said; what stays is then killed."""
    os.killpg(process.pid, signal.SIGINT)
    try:
        return process.communicate(timeout=ENDING_SECONDS * 2)[0]
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        return process.communicate()[0]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
