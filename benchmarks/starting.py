"""How soon web and worker are there, and their memory at rest: `python -m benchmarks.starting`."""

import subprocess  # nosec B404
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException  # noqa: TID251 - loopback
from pathlib import Path
from statistics import median

from benchmarks import place, table
from demo.place import Place
from secretsapp.management.processes import ENDING_SECONDS, ROOT
from secretsapp.management.serving import HOST, web_server

ROUNDS = 5
# Until what only the start needed has been given back.
REST_SECONDS = 2.0
LONGEST_SECONDS = 60
POLL_SECONDS = 0.005
BARE = "benchmarks.bare.project"

Program = subprocess.Popen[str]
# Seconds until it is there, and megabytes at rest.
Figures = tuple[float, float]


class NotThere(Exception):
    """What was started did not answer in time."""


def main() -> int:
    """Measure and print."""
    with tempfile.TemporaryDirectory(prefix="sealroom-bench-") as directory:
        home = Place(Path(directory), place.free_port())
        environment = home.environment()
        with _running(["manage.py", "setup"], environment) as setup:
            setup.communicate(timeout=LONGEST_SECONDS)
        web, worker = web_server(home.port), ["manage.py", "work"]
        bare_web = [BARE if word == "dashboard.wsgi" else word for word in web]
        for what, ours, bare, is_there in (
            ("web, to its first answer", web, bare_web, lambda _: _answers(home.port)),
            ("worker, until it works", worker, ["-m", BARE], _has_spoken),
        ):
            programs = (ours, bare)
            rounds = [
                [_figures(each, environment, is_there) for each in programs] for _ in range(ROUNDS)
            ]
            _print(what, *zip(*rounds, strict=True))
    return 0


def _print(what: str, ours: tuple[Figures, ...], bare: tuple[Figures, ...]) -> None:
    (start, memory), (bare_start, bare_memory) = _medians(ours), _medians(bare)
    words = "to a bare Django project"
    table.ratio(
        f"starting {what}, {words}",
        f"{start:.2f} s to {bare_start:.2f} s",
        start / bare_start,
    )
    table.ratio(
        f"memory at rest of the {what.partition(',')[0]}, {words}",
        f"{memory:.0f} MB to {bare_memory:.0f} MB",
        memory / bare_memory,
    )


def _medians(figures: tuple[Figures, ...]) -> Figures:
    return median(start for start, _ in figures), median(memory for _, memory in figures)


def _figures(
    arguments: list[str], environment: dict[str, str], is_there: Callable[[Program], bool]
) -> Figures:
    """Start the program, wait until it is there, let it rest, and end it."""
    began = time.perf_counter()
    with _running(arguments, environment) as program:
        while not is_there(program):
            if time.perf_counter() - began > LONGEST_SECONDS or program.poll() is not None:
                raise NotThere(f"{arguments} did not answer.")
            time.sleep(POLL_SECONDS)
        start = time.perf_counter() - began
        time.sleep(REST_SECONDS)
        return start, sum(map(_megabytes, _family(program.pid)))


@contextmanager
def _running(arguments: list[str], environment: dict[str, str]) -> Iterator[Program]:
    """A Python program of ours while it runs."""
    # Bandit asks twice what is started: our own programs, by Python itself and without a shell.
    program = subprocess.Popen(  # noqa: S603 # nosec B603
        [sys.executable, *arguments], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    )
    try:
        yield program
    finally:
        program.terminate()
        try:
            program.communicate(timeout=ENDING_SECONDS)
        except subprocess.TimeoutExpired:
            program.kill()
            program.communicate()


def _answers(port: int) -> bool:
    """Whether the web server on that port says that it is alive."""
    connection = HTTPConnection(HOST, port, timeout=LONGEST_SECONDS)
    try:
        connection.request("GET", "/healthz", headers={"Host": HOST})
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def _has_spoken(program: Program) -> bool:
    """Wait until the program has written a line, which it does when it is ready."""
    return bool(program.stdout and program.stdout.readline())


def _family(process: int) -> list[int]:
    """The process and its children, as Linux lists them."""
    listed = Path(f"/proc/{process}/task/{process}/children").read_text("ascii")
    return [process, *map(int, listed.split())]


def _megabytes(process: int) -> float:
    """The memory of a process, of which what it shares with others counts by its share."""
    lines = Path(f"/proc/{process}/smaps_rollup").read_text("ascii").splitlines()
    kilobytes = next(line.split()[1] for line in lines if line.startswith("Pss:"))
    return int(kilobytes) / 1024


if __name__ == "__main__":
    sys.exit(main())
