"""What may be said of an exception: its kinds and the places in the code, never its words.

An exception's message may quote its input, and a local variable may be a value on its way in.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from traceback import walk_tb
from types import TracebackType

# An exception that raises itself again and again is told by its end.
LONGEST_CHAIN = 10
MOST_PLACES = 50

_ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class CodeLine:
    """A line of code that was running; `file` is relative to where Python found it."""

    module: str
    function: str
    file: str
    line: int

    def __str__(self) -> str:
        return f'File "{self.file}", line {self.line}, in {self.function}'


@dataclass(frozen=True)
class Failure:
    """One exception: the name of its class, the class's module, and the way to where it was."""

    kind: str
    module: str
    places: tuple[CodeLine, ...]


def failures_of(error: BaseException) -> list[Failure]:
    """The exception, after those that it came of: the oldest comes first."""
    chain = [_failure(each) for each, _ in zip(_back(error), range(LONGEST_CHAIN), strict=False)]
    return chain[::-1]


def line_in(module: str, function: str, path: str, line: int) -> CodeLine:
    """A place in a file, which is named without the directories of this machine."""
    return CodeLine(module, function, _relative(path), line)


def _back(error: BaseException | None) -> Iterator[BaseException]:
    """The exception, what it came of, and so on."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        yield error
        seen.add(id(error))
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _failure(error: BaseException) -> Failure:
    kind = type(error)
    return Failure(kind.__qualname__, kind.__module__, tuple(_places(error.__traceback__)))


def _places(trace: TracebackType | None) -> list[CodeLine]:
    found = [
        line_in(frame.f_globals.get("__name__", ""), code.co_name, code.co_filename, line)
        for frame, line in walk_tb(trace)
        for code in [frame.f_code]
    ]
    return found[-MOST_PLACES:]


@lru_cache(maxsize=1024)
def _relative(path: str) -> str:
    """The path below the longest directory of our code or of others', or the file's name."""
    directories = [_ROOT, *(Path(entry) for entry in sys.path if entry)]
    file = Path(path)
    below = [str(file.relative_to(each)) for each in directories if file.is_relative_to(each)]
    return min(below, key=len, default=file.name)
