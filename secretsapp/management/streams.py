"""Where a command writes text that may be long or never end: its output, or a file of its own."""

import os
import select
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from io import UnsupportedOperation
from pathlib import Path
from typing import TextIO

from django.core.management.base import CommandError, OutputWrapper

POLL_SECONDS = 0.5


class Sink:
    """Takes text; to a terminal nothing goes that could steer it."""

    def __init__(self, out: TextIO | OutputWrapper) -> None:
        self._out = out
        self._is_terminal = out.isatty()
        self._is_closed = False
        self.has_written = False

    def write_all(self, texts: Iterable[str]) -> None:
        """Write the pieces one after the other, for as long as someone reads them."""
        for text in texts:
            if self._is_closed:
                return
            try:
                self._out.write(_tame(text) if self._is_terminal else text)
                self._out.flush()
                self.has_written = True
            except BrokenPipeError:
                self._is_closed = True

    def is_closed(self) -> bool:
        """Whether nobody reads it any more; waits a moment first."""
        if not self._is_closed:
            self._is_closed = _waited_for_end(self._out)
        return self._is_closed


@contextmanager
def opened(path: Path | None, output: OutputWrapper, *, keep: bool) -> Iterator[Sink]:
    """The command's output, or a new file that only its owner can read.

    Raises CommandError where the file is there or cannot be written. If the block does not come to
    its end it is removed, unless it is to be kept all the same and there is something in it.
    """
    if path is None:
        yield Sink(getattr(output, "_out", output))
        return
    with _created(path) as out:
        sink = Sink(out)
        try:
            yield sink
        except BaseException as problem:
            if not (keep and sink.has_written):
                path.unlink(missing_ok=True)
            if isinstance(problem, OSError):
                raise CommandError(_sentence(path, problem)) from None
            raise


@contextmanager
def _created(path: Path) -> Iterator[TextIO]:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except FileExistsError:
        raise CommandError(f"{path} exists already. Choose another name.") from None
    except OSError as problem:
        raise CommandError(_sentence(path, problem)) from None
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as out:
        yield out


def _sentence(path: Path, problem: OSError) -> str:
    return f"Couldn't write {path}: {problem.strerror}."


def _tame(text: str) -> str:
    return "".join(each if each.isprintable() or each in "\r\n" else "?" for each in text)


def _waited_for_end(out: TextIO | OutputWrapper) -> bool:
    """Wait a moment, or until the reader of a pipe has gone; whether it has."""
    with suppress(AttributeError, UnsupportedOperation, ValueError):
        ends = select.poll()
        # Without any wish, what is told is only that it has ended.
        ends.register(out.fileno(), 0)
        return bool(ends.poll(int(POLL_SECONDS * 1000)))
    time.sleep(POLL_SECONDS)
    return False
