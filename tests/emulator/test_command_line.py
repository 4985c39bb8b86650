"""The command line, as a real process."""

import json
import re
import signal
import socket
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.emulator.caller import Caller

ROOT = Path(__file__).resolve().parents[2]
COMMAND = [sys.executable, "-m", "emulator"]
PATIENCE_SECONDS = 20
UNIVERSES = ["--universe", "6930499524"]
KEYS = ["--api-key", "first-key"]

pytestmark = pytest.mark.process


@contextmanager
def running(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    """A process of the emulator, and what it announced; it is gone afterwards, come what may."""
    with subprocess.Popen(
        [*COMMAND, *arguments],
        cwd=ROOT,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        guard = threading.Timer(PATIENCE_SECONDS, process.kill)
        guard.start()
        try:
            assert process.stdout is not None
            yield process, json.loads(process.stdout.readline())
        finally:
            guard.cancel()
            process.kill()


def ended(process: subprocess.Popen[str], number: signal.Signals = signal.SIGTERM) -> int:
    """The status after a signal; nothing more may have been said."""
    process.send_signal(number)
    out, err = process.communicate(timeout=PATIENCE_SECONDS)
    assert (out, err) == ("", "")
    return process.returncode


def refused(*arguments: str) -> tuple[int, str]:
    """Status and standard error of a start that fails; standard output stays empty."""
    done = subprocess.run(
        [*COMMAND, *arguments],
        cwd=ROOT,
        text=True,
        capture_output=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    assert done.stdout == ""
    return done.returncode, done.stderr


def test_its_help_explains_every_option_with_an_example_that_works() -> None:
    shown = subprocess.run(
        [*COMMAND, "--help"], cwd=ROOT, text=True, capture_output=True, check=True
    ).stdout
    explained = re.findall(r"^  (--[a-z-]+)(?: [A-Z_]+)?\s+[a-z0-9]", shown, flags=re.MULTILINE)
    assert explained == re.findall(r"\[(--[a-z-]+)", shown)
    example = next(line for line in shown.splitlines() if line.startswith("  python -m emulator "))
    words = example.split()[3:]
    words[words.index("--port") + 1] = "0"
    with running(*words[: words.index("--state")]) as (process, ready):
        with Caller(ready["url"], ready["universes"][0], ready["api_keys"][0]) as caller:
            assert caller.create("A").status_code == 201
        assert ended(process) == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_announces_itself_serves_and_ends_when_told(number: signal.Signals) -> None:
    more = ["--universe", "2", "--api-key", "second-key", "--latency-ms", "1"]
    with running(*UNIVERSES, *KEYS, *more) as (process, ready):
        assert ready["universes"] == [6930499524, 2]
        assert ready["api_keys"] == ["first-key", "second-key"]
        assert ready["url"].startswith("http://127.0.0.1:")
        with Caller(ready["url"], 2, "second-key") as caller:
            assert caller.create("A").status_code == 201
        assert ended(process, number) == 0


def test_it_listens_where_it_is_told_and_says_so_when_it_cannot() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        status, words = refused("--port", str(port), *UNIVERSES, *KEYS)
        assert (status, words) == (1, "The emulator can't start: Address already in use.\n")
    with running("--port", str(port), *UNIVERSES, *KEYS) as (process, ready):
        assert ready["url"] == f"http://127.0.0.1:{port}"
        assert ended(process) == 0


def test_it_limits_the_rate() -> None:
    with (
        running(*UNIVERSES, *KEYS, "--rate-limit", "1") as (process, ready),
        Caller(ready["url"], 6930499524, "first-key") as caller,
    ):
        assert [caller.list_secrets().status_code for _ in range(2)] == [200, 429]
        assert ended(process) == 0


def test_it_goes_on_where_it_ended(tmp_path: Path) -> None:
    state = ["--state", str(tmp_path / "state.json")]
    with (
        running(*UNIVERSES, *KEYS, *state) as (process, ready),
        Caller(ready["url"], 6930499524, "first-key") as caller,
    ):
        caller.create("A", b"kept", domain="*")
        before = caller.list_secrets().json()
        public_key = caller.public_key().json()
        assert ended(process) == 0
    assert stat.S_IMODE((tmp_path / "state.json").stat().st_mode) == 0o600
    with (
        running("--universe", "2", *KEYS, *state) as (process, ready),
        Caller(ready["url"], 6930499524, "first-key") as caller,
    ):
        assert ready["universes"] == [6930499524, 2]
        assert ready["api_keys"] == ["first-key"]
        assert caller.list_secrets().json() == before
        assert caller.public_key().json() == public_key
        assert ended(process) == 0


def test_what_was_answered_survives_a_kill(tmp_path: Path) -> None:
    state = ["--state", str(tmp_path / "state.json")]
    with (
        running(*UNIVERSES, *KEYS, *state) as (process, ready),
        Caller(ready["url"], 6930499524, "first-key") as caller,
    ):
        caller.create("A")
        process.kill()
        process.wait(PATIENCE_SECONDS)
        with pytest.raises(requests.ConnectionError):
            caller.list_secrets()
    with (
        running(*state) as (process, ready),
        Caller(ready["url"], 6930499524, "first-key") as caller,
    ):
        assert [found["id"] for found in caller.list_secrets().json()["secrets"]] == ["A"]
        assert ended(process) == 0


def test_it_owns_up_to_an_error_of_its_own(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    with (
        running(*UNIVERSES, *KEYS, "--state", str(folder / "state.json")) as (process, ready),
        Caller(ready["url"], 6930499524, "first-key") as caller,
    ):
        (folder / "state.json").unlink()
        folder.rmdir()
        assert caller.create("A").status_code == 500
        process.terminate()
        out, err = process.communicate(timeout=PATIENCE_SECONDS)
        assert (out, err) == ("", "The emulator itself failed: UnusableStateFile.\n")
        assert process.returncode == 1


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ([*KEYS], "--universe"),
        ([*UNIVERSES], "--api-key"),
        (["--universe", "abc", *KEYS], "universe"),
        (["--universe", "0", *KEYS], "universe"),
        ([*UNIVERSES, "--api-key", ""], "API key"),
        ([*UNIVERSES, "--api-key", "two\nlines"], "API key"),
        ([*UNIVERSES, *KEYS, "--port", "65536"], "port"),
        ([*UNIVERSES, *KEYS, "--port", "-1"], "port"),
        ([*UNIVERSES, *KEYS, "--latency-ms", "slow"], "latency"),
        ([*UNIVERSES, *KEYS, "--rate-limit", "0"], "rate limit"),
        ([*UNIVERSES, *KEYS, "--state", "/missing/state.json"], "written"),
        ([*UNIVERSES, "--api"], "Unknown arguments"),
        ([*UNIVERSES, "--api-key"], "--api-key"),
    ],
)
def test_bad_arguments_are_refused_in_one_sentence(arguments: list[str], word: str) -> None:
    status, words = refused(*arguments)
    assert status == 2
    assert word in words
    assert words.endswith(".\n")
    assert words.count("\n") == 1


def test_a_refusal_does_not_repeat_a_key() -> None:
    _, words = refused(*UNIVERSES, "--apikey", "sesame")
    assert "sesame" not in words
    _, words = refused(*UNIVERSES, "--api-key", "sésame")
    assert "same" not in words


def test_a_state_file_of_something_else_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("my notes")
    status, words = refused(*UNIVERSES, *KEYS, "--state", str(path))
    assert (status, words) == (2, f"The state file {path} is not JSON.\n")
    assert path.read_text() == "my notes"
