"""The shell as it is used: real processes, their output, their status and their end."""

import os
import pty
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from emulator import Universe as EmulatedUniverse
from tests.installation import ROOT, Installation
from tests.stage import API_KEY, HARBOR_ID

pytestmark = pytest.mark.process

HARBOR = str(HARBOR_ID)
PASSWORD = "a lantern on the pier"
SECONDS = 30


def test_whole_main_job_says_no_secret(
    installation: Installation, harbor: EmulatedUniverse, marker: str
) -> None:
    said = [
        installation.run("add_api_key", "automation", stdin=API_KEY.encode()),
        installation.run("add_universe", HARBOR, "--api-key", "automation"),
        installation.run("create_user", "e@example.com", stdin=f"{PASSWORD}\n".encode()),
        installation.run("grant", "e@example.com", "editor", "--universe", HARBOR, "--reason", "x"),
    ]
    acting = ("--as", "e@example.com")
    new = ("create_secret", HARBOR, "NEW_KEY", "--domain", "api.example.com", *acting)
    said.append(installation.run(*new, stdin=f"{marker}\n".encode()))
    assert harbor.values["NEW_KEY"] == marker.encode()
    second = f"{marker} 2".encode()
    said.append(installation.run("rotate_secret", HARBOR, "NEW_KEY", *acting, stdin=second))
    assert harbor.values["NEW_KEY"] == second
    said.append(installation.run("list_secrets", HARBOR, "--json", *acting))
    said.append(installation.run("delete_secret", HARBOR, "NEW_KEY", "--yes"))
    assert "NEW_KEY" not in harbor.values
    said.append(installation.run("verify_audit"))
    assert [(done.returncode, done.stderr) for done in said] == [(0, b"")] * len(said)
    everything = b"".join(done.stdout for done in said).decode()
    assert not any(secret in everything for secret in (marker, PASSWORD, API_KEY))


def test_refusal_is_one_sentence_and_recorded(
    stocked: Installation, harbor: EmulatedUniverse, marker: str
) -> None:
    stocked.succeed("create_user", "v@example.com", stdin=PASSWORD.encode())
    stocked.succeed("grant", "v@example.com", "viewer", "--universe", HARBOR, "--reason", "x")
    done = stocked.run(
        "rotate_secret", HARBOR, "PAY_KEY", "--as", "v@example.com", stdin=marker.encode()
    )
    assert (done.returncode, done.stdout) == (1, b"")
    assert done.stderr.decode().startswith("You can’t rotate PAY_KEY.")
    assert done.stderr.count(b"\n") == 1
    assert harbor.values["PAY_KEY"] == b"pay value"
    newest = "SELECT tag, actor_name FROM secretsapp_auditevent ORDER BY sequence DESC LIMIT 1"
    assert stocked.rows(newest) == [("access.refused", "v@example.com")]


def test_wrong_usage_is_refused_with_its_own_status(installation: Installation) -> None:
    new = ("create_secret", HARBOR, "NEW_KEY", "--domain", "*")
    done = installation.run(*new, "s3cr3t-value", stdin=b"s3cr3t-value")
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"error: " in done.stderr
    assert b"s3cr3t-value" not in done.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_work_ends_cleanly_when_told_to(installation: Installation, number: int) -> None:
    working = installation.start(
        "manage.py", "work", stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    with working:
        assert working.stdout is not None
        assert working.stderr is not None
        assert working.stdout.readline().startswith(b"Working.")
        working.send_signal(number)
        assert working.stdout.read() == b"Stopped.\n"
        assert working.stderr.read() == b""
        assert working.wait(SECONDS) == 0


@contextmanager
def typing_at(installation: Installation, *command: str) -> Iterator[tuple[int, "Process"]]:
    """A command at a terminal of its own; the terminal's other end and the process."""
    ours, theirs = pty.openpty()
    ends = {"stdin": theirs, "stdout": theirs, "stderr": theirs, "start_new_session": True}
    process = installation.start("manage.py", *command, **ends)
    os.close(theirs)
    try:
        yield ours, process
    finally:
        process.kill()
        process.wait(SECONDS)
        os.close(ours)


Process = subprocess.Popen[bytes]


def read_until(terminal: int, words: bytes) -> bytes:
    """What the terminal shows up to `words`, or to its end."""
    shown = b""
    while words not in shown:
        try:
            shown += os.read(terminal, 4096)
        except OSError:
            # Linux says so when the other end is closed.
            break
    return shown


def test_typed_password_is_not_shown(installation: Installation) -> None:
    with typing_at(installation, "create_user", "e@example.com") as (terminal, process):
        shown = read_until(terminal, b"New password: ")
        os.write(terminal, f"{PASSWORD}\n".encode())
        shown += read_until(terminal, b"The same again: ")
        os.write(terminal, f"{PASSWORD}\n".encode())
        shown += read_until(terminal, b"without any role yet.")
        assert process.wait(SECONDS) == 0
    assert b"The same again: " in shown
    assert PASSWORD.encode() not in shown
    assert installation.rows("SELECT email FROM secretsapp_user") == [("e@example.com",)]


def test_interrupted_prompt_is_a_sentence(installation: Installation) -> None:
    with typing_at(installation, "create_user", "e@example.com") as (terminal, process):
        read_until(terminal, b"New password: ")
        process.send_signal(signal.SIGINT)
        shown = read_until(terminal, b"what became of it.")
        assert process.wait(SECONDS) == 130
    assert b"Interrupted." in shown
    assert b"Traceback" not in shown


FAULTY_COMMAND = """
import sys
import django
django.setup()
from secretsapp.management.base import SealroomCommand
class Command(SealroomCommand):
    def run(self, options):
        raise ValueError(sys.stdin.read())
Command().run_from_argv(["manage.py", "faulty"])
"""


def test_mistake_of_ours_says_where_and_not_what(installation: Installation, marker: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FAULTY_COMMAND],
        cwd=ROOT,
        env=installation.environment | {"DJANGO_SETTINGS_MODULE": "dashboard.settings"},
        input=marker.encode(),
        capture_output=True,
        timeout=SECONDS,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, b"")
    assert b"ValueError" in done.stderr
    assert b"Sealroom stopped because of an error" in done.stderr
    assert marker.encode() not in done.stderr


# What is asked for the second time has changed, and no process has ended that could tell so.
LOOKS_AGAIN = """
import os
from secretsapp.management.processes import Processes
answers = iter(["", "told"])
processes = Processes()
processes.ended = lambda: next(answers)
with processes:
    processes.start("worker", ["-c", "import time; time.sleep(60)"], os.environ)
    print(processes.wait_for_an_end())
"""


def test_who_waits_for_an_end_misses_no_ctrl_c_that_comes_just_before() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOOKS_AGAIN],
        cwd=ROOT,
        capture_output=True,
        check=True,
        timeout=SECONDS,
    )
    assert done.stdout == b"told\n"


def test_export_that_follows_goes_on_until_it_is_told_to_end_or_nobody_reads_it(
    installation: Installation,
) -> None:
    command = ("export_audit", "--follow", "--format", "ndjson")
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    following = installation.start("manage.py", *command, **pipes)
    unread = installation.start("manage.py", *command, **pipes)
    assert following.stdout is not None
    assert following.stderr is not None
    assert unread.stdout is not None
    assert unread.stderr is not None
    with following, unread:
        while b"log.exported" not in following.stdout.readline():
            pass
        unread.stdout.readline()
        unread.stdout.close()
        assert (unread.wait(SECONDS), unread.stderr.read()) == (0, b"")
        installation.succeed("create_user", "e@example.com", stdin=PASSWORD.encode())
        while b"e@example.com" not in (line := following.stdout.readline()):
            assert line
        following.send_signal(signal.SIGTERM)
        assert (following.wait(SECONDS), following.stderr.read()) == (0, b"")
