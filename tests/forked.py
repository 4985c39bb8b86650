"""Processes that begin with what others wrote already loaded, so that starting them is quick.

A server loads Django and its like once, and nothing of ours. Of each program that it is asked for
it makes a process of its own: with its own environment, in which settings are read, its own
standard streams and its own end. Only the interpreter is not started anew.
"""

import atexit
import gc
import json
import os
import runpy
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

ROOT = Path(__file__).resolve().parent.parent
# What nearly every command loads, and what reads no settings while it is loaded.
PRELOADED = (
    "allauth.utils",
    "coverage",
    "cryptography.hazmat.primitives.ciphers.aead",
    "csp.apps",
    "dj_database_url",
    "django.contrib.auth.apps",
    "django.contrib.auth.hashers",
    "django.contrib.auth.password_validation",
    "django.contrib.messages.apps",
    "django.contrib.sessions.backends.db",
    "django.contrib.staticfiles.apps",
    "django.core.management.commands.migrate",
    "django.db.backends.postgresql.base",
    "django.db.backends.sqlite3.base",
    "django.views.debug",
    "django_htmx",
    "nacl.public",
    "requests",
)
# What is for the interpreter itself, which is told only when it starts.
FOR_PYTHON = ("LANG", "LC_", "PYTHON")
TRACED = "COVERAGE_PROCESS_START"
PIPED_AT_MOST = 2**16
REQUEST, IN, OUT, ERRORS, TOLD = range(5)


@dataclass(frozen=True)
class Server:
    """The server, as whoever asks it for processes sees it."""

    asking: socket.socket

    def run(
        self, arguments: Sequence[str], piped: bytes, environment: Mapping[str, str], seconds: float
    ) -> subprocess.CompletedProcess[bytes]:
        """Run a program of ours, or Python behind `-c`, to its end."""
        ours, theirs = socket.socketpair()
        with ExitStack() as opened:
            opened.enter_context(ours)
            request, out, errors = (opened.enter_context(TemporaryFile()) for _ in range(3))
            request.write(json.dumps([arguments, dict(environment)]).encode())
            request.seek(0)
            with _pipe_with(piped) as given, theirs:
                files = [file.fileno() for file in (request, given, out, errors, theirs)]
                socket.send_fds(self.asking, [b"."], files)
            status = _await(ours, arguments, seconds)
            return subprocess.CompletedProcess(arguments, status, _read(out), _read(errors))


def can_make(environment: Mapping[str, str], piped: bytes) -> bool:
    """Whether a process there would find the interpreter as the server's, and what is piped fits.

    Nobody goes on writing into the pipe while the process reads.
    """
    return _for_python(environment) == _for_python(os.environ) and len(piped) <= PIPED_AT_MOST


@contextmanager
def open_server() -> Iterator[Server]:
    """A server of its own; it ends when nobody can ask it any more, and is waited for."""
    ours, theirs = socket.socketpair()
    with theirs:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.forked", str(theirs.fileno())],
            cwd=ROOT,
            env={name: value for name, value in os.environ.items() if name != TRACED},
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
    with process, ours:
        yield Server(ours)


def main() -> None:
    """Serve whoever holds the other end of the socket with that number."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for name in PRELOADED:
        import_module(name)
    gc.collect()
    gc.freeze()
    with socket.socket(fileno=int(sys.argv[1])) as asked:
        files = _serve(asked)
    if files:
        _become(files)


def _serve(asked: socket.socket) -> list[int]:
    """Make a process for each request: this returns its files there, and none in the server."""
    told: dict[int, socket.socket] = {}

    def tell(*_signal: object) -> None:
        """Tell of the processes that have ended; who is waited for counts as used by this one.

        The next signal can interrupt this, and then nobody is left to be waited for here.
        """
        with suppress(ChildProcessError):
            while told and (ended := os.waitpid(-1, os.WNOHANG))[0]:
                with told.pop(ended[0]) as whoever:
                    _tell(whoever, os.waitstatus_to_exitcode(ended[1]))

    signal.signal(signal.SIGCHLD, tell)
    while True:
        request, files, *_ = socket.recv_fds(asked, 1, TOLD + 1)
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
        if not request:
            for pid in told:
                os.waitpid(pid, 0)
            return []
        pid = os.fork()
        if pid == 0:
            return files
        told[pid] = socket.socket(fileno=files.pop())
        _tell(told[pid], pid)
        for file in files:
            os.close(file)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})


def _tell(whoever: socket.socket, number: int) -> None:
    with suppress(BrokenPipeError):
        whoever.sendall(f"{number}\n".encode())


def _become(files: list[int]) -> None:
    """Be the program that was asked for, to its end."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
    with os.fdopen(files[REQUEST], "rb") as request:
        (program, *arguments), environment = json.load(request)
    for standard, file in enumerate(files[IN:TOLD]):
        os.dup2(file, standard)
    for file in files[IN:]:
        os.close(file)
    os.environ.clear()
    os.environ.update(environment)
    if TRACED in environment:
        import_module("coverage").process_startup()
    try:
        _run(program, arguments)
    except SystemExit as over:
        _leave(over.code)
    _leave(0)


def _run(program: str, arguments: list[str]) -> None:
    """Run Python behind `-c`, or a program of ours."""
    if program == "-c":
        sys.argv = [program, *arguments[1:]]
        exec(arguments[0], {"__name__": "__main__"})  # noqa: S102 - Python of a test.
    else:
        sys.argv = [program, *arguments]
        runpy.run_path(program, run_name="__main__")


def _leave(code: str | int | None) -> None:
    """Leave as Python does with that code, without taking apart what was loaded: that is half."""
    status = 1 if isinstance(code, str) else code or 0
    if isinstance(code, str):
        sys.stderr.write(f"{code}\n")
    if threading.active_count() > 1:
        sys.exit(status)
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


def _await(told: socket.socket, arguments: Sequence[str], seconds: float) -> int:
    """The status with which the process ends; one that takes too long is killed."""
    told.settimeout(seconds)
    with told.makefile("r") as lines:
        pid = int(lines.readline())
        try:
            return int(lines.readline())
        except TimeoutError:
            os.kill(pid, signal.SIGKILL)
            raise subprocess.TimeoutExpired(list(arguments), seconds) from None


def _for_python(environment: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environment.items() if name.startswith(FOR_PYTHON)}


def _pipe_with(content: bytes) -> IO[bytes]:
    """The end to read of a pipe with that in it, and nothing after it."""
    there, here = os.pipe()
    with os.fdopen(here, "wb") as opened:
        opened.write(content)
    return os.fdopen(there, "rb")


def _read(file: IO[bytes]) -> bytes:
    file.seek(0)
    return file.read()


if __name__ == "__main__":
    main()
