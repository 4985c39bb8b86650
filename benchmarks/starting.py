"""How soon web and worker are there, and their memory at rest: `python -m benchmarks.starting`.

And what a command of the shell takes of the processor, which is mostly its start.
"""

import resource
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
from demo.place import DemoHome
from emulator import Emulator
from secretsapp.management.processes import ENDING_SECONDS, ROOT
from secretsapp.management.serving import HOST, web_server

ROUNDS = 5
# Until what only the start needed has been given back.
REST_SECONDS = 2.0
LONGEST_SECONDS = 60
POLL_SECONDS = 0.005
BARE = "benchmarks.bare.project"

COMMAND_ROUNDS = 20
COMMAND_BOUND = 1.3
BARE_COMMAND = ["-m", "benchmarks.bare.reading"]

Program = subprocess.Popen[str]
# Seconds until it is there, and megabytes at rest.
Figures = tuple[float, float]


class NotThere(Exception):
    """What was started did not answer in time."""


def main() -> int:
    """Measure and print."""
    with tempfile.TemporaryDirectory(prefix="sealroom-bench-") as directory:
        home = DemoHome(Path(directory), place.free_port())
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
        _measure_command(home)
    return 0


def _measure_command(home: DemoHome) -> None:
    """The processor's time for `list_secrets`, to that for a command that reads one row."""
    with Emulator() as emulator:
        # Someone who runs a command finds its modules compiled.
        environment = home.environment(emulator.url) | {"PYTHONDONTWRITEBYTECODE": ""}
        listing = ["manage.py", "list_secrets", _one_universe(emulator, environment)]
        rounds = [
            (
                _processor_seconds(listing, environment),
                _processor_seconds(BARE_COMMAND, environment),
            )
            for _ in range(COMMAND_ROUNDS)
        ]
    ours, bare = (median(seconds) for seconds in zip(*rounds, strict=True))
    table.at_most(
        "processor of `list_secrets`, to a bare Django command that reads one row",
        f"{ours * 1000:.0f} ms to {bare * 1000:.0f} ms",
        ours / bare,
        COMMAND_BOUND,
    )


def _one_universe(emulator: Emulator, environment: dict[str, str]) -> str:
    """Add a universe of one secret; gives its id."""
    emulator.add_api_key(place.API_KEY)
    emulator.add_universe(place.UNIVERSE_ID).put("PAYMENTS", b"value")
    universe_id = str(place.UNIVERSE_ID)
    _run(["manage.py", "add_api_key", "measured"], environment, piped=place.API_KEY)
    _run(["manage.py", "add_universe", universe_id, "--api-key", "measured"], environment)
    return universe_id


def _processor_seconds(arguments: list[str], environment: dict[str, str]) -> float:
    """User and system time of the second of two runs.

    After the first one its modules are compiled, and what it read from Roblox is new enough.
    """
    _run(arguments, environment)
    before = _seconds_of_children()
    _run(arguments, environment)
    return _seconds_of_children() - before


def _seconds_of_children() -> float:
    """User and system time of all that this process has started and seen end."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _run(arguments: list[str], environment: dict[str, str], piped: str = "") -> None:
    """A Python program of ours to its end; raises CalledProcessError where it fails."""
    subprocess.run(  # noqa: S603 # nosec B603
        [sys.executable, *arguments],
        check=True,
        cwd=ROOT,
        env=environment,
        input=piped,
        stdout=subprocess.DEVNULL,
        text=True,
        timeout=LONGEST_SECONDS,
    )


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
