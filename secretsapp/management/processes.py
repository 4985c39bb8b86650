"""Programs that one command runs together: each in a group of its own, and ended by its id."""

import os
import signal
import subprocess  # nosec B404
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

ROOT = Path(__file__).resolve().parents[2]
ENDING_SECONDS = 8
POLL_SECONDS = 0.2
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class ProcessFailed(Exception):
    """What was started cannot go on; the text is a sentence for the user."""


class Processes:
    """Starts programs of ours; leaving the context ends those that still run, the newest first."""

    def __init__(self) -> None:
        self._running: dict[str, subprocess.Popen[str]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        # A second Ctrl-C must not leave a process behind.
        for number in ENDING:
            signal.signal(number, signal.SIG_IGN)
        for process in reversed(self._running.values()):
            _end(process)
            if process.stdout:
                process.stdout.close()

    def start(self, name: str, arguments: list[str], environment: Mapping[str, str]) -> None:
        """Start a Python program; a terminal's Ctrl-C reaches this process alone."""
        self._running[name] = _started(arguments, environment, stdout=subprocess.DEVNULL)

    def start_announcing(
        self, name: str, arguments: list[str], environment: Mapping[str, str]
    ) -> str:
        """Start a program that prints a line when it is ready, and give that line."""
        process = _started(arguments, environment, stdout=subprocess.PIPE)
        self._running[name] = process
        line = process.stdout.readline() if process.stdout else ""
        if not line:
            raise ProcessFailed(f"The {name} didn't start.")
        return line

    def finish(self, name: str, arguments: list[str], environment: Mapping[str, str]) -> None:
        """Run a program to its end; raises ProcessFailed where it fails."""
        process = _started(arguments, environment, stdout=subprocess.DEVNULL)
        self._running[name] = process
        if process.wait() != 0:
            raise ProcessFailed(f"The {name} failed; its output is above.")
        del self._running[name]

    def ended(self) -> str:
        """The name of a process that has ended, or empty while all run."""
        names = (name for name, process in self._running.items() if process.poll() is not None)
        return next(names, "")

    def wait_for_an_end(self) -> str:
        """Wait until one of them ends, and give its name."""
        while not (name := self.ended()):
            # A wait without an end would sleep through a Ctrl-C that comes just before it begins:
            # Python looks for signals between its own steps alone.
            time.sleep(POLL_SECONDS)
        return name


def _started(
    arguments: list[str], environment: Mapping[str, str], stdout: int | None = None
) -> subprocess.Popen[str]:
    # Bandit asks twice what is started: our own programs, by Python itself and without a shell.
    return subprocess.Popen(  # noqa: S603 # nosec B603
        [sys.executable, *arguments],
        cwd=ROOT,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        text=True,
        start_new_session=True,
    )


def _end(process: subprocess.Popen[str]) -> None:
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(ENDING_SECONDS)
    except subprocess.TimeoutExpired:
        # The group has the id of the process that leads it; its children are in it too.
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
