"""The command line: `python -m emulator --port 8901 --universe 6930499524 --api-key KEY`."""

import argparse
import json
import signal
import sys
from pathlib import Path
from typing import NoReturn

from emulator.documents import UnusableStateFile
from emulator.rules import as_id
from emulator.service import Emulator

EXAMPLE = """\
It prints one line of JSON, with its address, when it is ready, and stops with Ctrl-C. For example:

  python -m emulator --port 8901 --universe 6930499524 --api-key try-it --state roblox.json

Sealroom then asks it instead of Roblox with OPEN_CLOUD_URL=http://127.0.0.1:8901 in its
environment, and takes try-it as an API key. It listens on this machine alone. Keys that are given
here open every universe, and expire when nobody uses them for 60 days."""

ENDING = (signal.SIGTERM, signal.SIGINT)
LARGEST_PORT = 65535
LARGEST_LATENCY_MS = 600_000
LARGEST_RATE_LIMIT = 1_000_000


class BadArguments(Exception):
    """The command cannot be carried out as it was given; the text is a sentence for the user."""


class Parser(argparse.ArgumentParser):
    """Says what is wrong with the arguments in one sentence instead of showing the usage."""

    def error(self, message: str) -> NoReturn:
        """Give up with argparse's words as a sentence."""
        raise BadArguments(f"{message[:1].upper()}{message[1:]}.")


def main(arguments: list[str]) -> int:
    """Serve until told to end; the exit status.

    Signals are held back before any thread begins and are waited for, so none comes untimely.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
    try:
        emulator = _prepared(_parsed(arguments))
        emulator.start()
    except (BadArguments, UnusableStateFile) as problem:
        print(problem, file=sys.stderr)
        return 2
    except OSError as problem:
        print(f"The emulator can't start: {problem.strerror}.", file=sys.stderr)
        return 1
    _announce(emulator)
    signal.sigwait(ENDING)
    return _ended(emulator)


def _parsed(arguments: list[str]) -> argparse.Namespace:
    parser = Parser(
        prog="python -m emulator",
        description="A stand-in for Roblox's Open Cloud, to try Sealroom without Roblox.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    _add_what_it_holds(parser)
    _add_how_it_serves(parser)
    options, unknown = parser.parse_known_args(arguments)
    if unknown:
        # They are not repeated, because a key may be among them.
        raise BadArguments("Unknown arguments; see --help.")
    return options


def _add_what_it_holds(parser: Parser) -> None:
    several = "can be repeated; at least one is needed"
    parser.add_argument(
        "--universe",
        type=_universe,
        action="append",
        default=[],
        metavar="ID",
        help=f"an empty universe to start with; {several}",
    )
    parser.add_argument(
        "--api-key",
        type=_api_key,
        action="append",
        default=[],
        metavar="KEY",
        help=f"the text of an API key to accept; {several}",
    )
    parser.add_argument(
        "--state",
        type=Path,
        metavar="FILE",
        help="a file that keeps universes, keys and secrets across restarts; it contains "
        "values in plain text, so never use real ones",
    )


def _add_how_it_serves(parser: Parser) -> None:
    parser.add_argument(
        "--port",
        type=_port,
        default=0,
        metavar="PORT",
        help="where to listen (default: 0, any free port)",
    )
    parser.add_argument(
        "--latency-ms",
        type=_latency,
        default=0,
        metavar="MILLISECONDS",
        help="how long to wait before each answer (default: 0)",
    )
    parser.add_argument(
        "--rate-limit",
        type=_rate_limit,
        metavar="PER_MINUTE",
        help="calls a minute for each endpoint and each owner of keys, then it answers 429 "
        "(default: no limit)",
    )


def _prepared(options: argparse.Namespace) -> Emulator:
    """The emulator with what the state file holds and what the arguments add to it."""
    emulator = Emulator(options.port, options.latency_ms, options.rate_limit, options.state)
    for universe_id in options.universe:
        if universe_id not in emulator.universes:
            emulator.add_universe(universe_id)
    for key in options.api_key:
        if key not in emulator.api_keys:
            emulator.add_api_key(key)
    if not emulator.universes:
        raise BadArguments("Give at least one --universe.")
    if not emulator.api_keys:
        raise BadArguments("Give at least one --api-key.")
    return emulator


def _announce(emulator: Emulator) -> None:
    ready = {
        "url": emulator.url,
        "universes": list(emulator.universes),
        "api_keys": list(emulator.api_keys),
    }
    print(json.dumps(ready), flush=True)


def _ended(emulator: Emulator) -> int:
    failures = emulator.stop()
    if failures:
        kinds = ", ".join(sorted({type(problem).__name__ for problem in failures}))
        print(f"The emulator itself failed: {kinds}.", file=sys.stderr)
        return 1
    return 0


def _port(text: str) -> int:
    return _number(text, "port", 0, LARGEST_PORT)


def _latency(text: str) -> int:
    return _number(text, "latency", 0, LARGEST_LATENCY_MS)


def _rate_limit(text: str) -> int:
    return _number(text, "rate limit", 1, LARGEST_RATE_LIMIT)


def _number(text: str, what: str, smallest: int, largest: int) -> int:
    if text.isascii() and text.isdigit() and len(text) <= 9:
        number = int(text)
        if smallest <= number <= largest:
            return number
    raise argparse.ArgumentTypeError(f"the {what} must be a number from {smallest} to {largest}")


def _universe(text: str) -> int:
    universe_id = as_id(text)
    if universe_id is None:
        raise argparse.ArgumentTypeError("a universe id is a positive number")
    return universe_id


def _api_key(text: str) -> str:
    """A key must fit into a header; the sentence does not repeat it."""
    if text and text.isascii() and text.isprintable() and text == text.strip():
        return text
    raise argparse.ArgumentTypeError("an API key is printable ASCII without spaces around it")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
