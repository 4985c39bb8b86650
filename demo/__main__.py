"""The demo: `python -m demo [--port 8000] [--reset]`, until Ctrl-C."""

import argparse
import json
import os
import signal
import sys
from pathlib import Path

from demo import story
from demo.place import DemoHome, default_directory
from secretsapp.management.processes import ENDING, Processes, ProcessFailed
from secretsapp.management.serving import check_port, parse_port, wait_until_ready, web_server

LATENCY_MS = "40"


def main(arguments: list[str]) -> int:
    """Run the demo until it is ended; the exit status."""
    options = _parsed(arguments)
    for number in ENDING:
        signal.signal(number, signal.default_int_handler)
    place = DemoHome(options.directory.absolute(), options.port)
    try:
        with place.held(), Processes() as processes:
            check_port(place.port, "make demo")
            _run(place, processes, reset=options.reset)
    except ProcessFailed as failure:
        print(failure, file=sys.stderr, flush=True)
        return 1
    except KeyboardInterrupt:
        _say("The demo has stopped; the next start continues from here.")
    return 0


def _parsed(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m demo", description=__doc__)
    parser.add_argument("--port", type=parse_port, default=os.environ.get("PORT") or "8000")
    parser.add_argument("--reset", action="store_true", help="start again from the beginning")
    parser.add_argument("--directory", type=Path, default=default_directory())
    options = parser.parse_args(arguments)
    options.reset = options.reset or os.environ.get("RESET", "0") not in ("", "0")
    return options


def _run(place: DemoHome, processes: Processes, *, reset: bool) -> None:
    if reset or not place.is_seeded:
        place.clear()
    _prepare(place, processes)
    open_cloud_url = _start_emulator(place, processes)
    environment = place.environment(open_cloud_url)
    processes.start("worker", ["manage.py", "work"], environment)
    processes.start("dashboard", web_server(place.port), environment)
    wait_until_ready(place.port, processes, site=place.url)
    _say(_welcome(place, open_cloud_url))
    name = processes.wait_for_an_end()
    raise ProcessFailed(f"The {name} has stopped unexpectedly, so the demo stops too.")


def _prepare(place: DemoHome, processes: Processes) -> None:
    """Play the past, which begins with a set-up, once; later set up for a newer migration."""
    if place.is_seeded:
        processes.finish("set-up", ["manage.py", "setup"], place.environment())
        return
    _say("Creating some history …")
    seed = ["-m", "demo.seed", str(place.state_file)]
    processes.finish("seeding", seed, place.environment())
    place.mark_seeded()


def _start_emulator(place: DemoHome, processes: Processes) -> str:
    """The emulator's address, on a free port of its own."""
    arguments = ["-m", "emulator", "--latency-ms", LATENCY_MS, "--state", str(place.state_file)]
    line = processes.start_announcing("emulator", arguments, place.environment())
    url: str = json.loads(line)["url"]
    return url


def _welcome(place: DemoHome, open_cloud_url: str) -> str:
    width = max(len(account.email) for account in story.ACCOUNTS)
    people = [f"  {account.email:{width}}  {account.rights}" for account in story.ACCOUNTS]
    return "\n".join(
        [
            "",
            f"Sealroom is at {place.url}/ with these accounts:",
            "",
            *people,
            "",
            f"Password for all accounts: {story.PASSWORD}",
            "",
            "The shell, from another terminal:",
            f"  export DATA_DIR={place.directory} OPEN_CLOUD_URL={open_cloud_url} \\",
            f"    SITE_URL={place.url}",
            f"  .venv/bin/python manage.py list_secrets {story.HARBOR}",
            "",
            "Press Ctrl-C to stop the demo.",
        ]
    )


def _say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
