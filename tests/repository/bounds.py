"""Print how long functions and files are and how many modules one action takes; hold the bounds.

python -m tests.repository.bounds
"""

import ast
import math
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.repository import imports
from tests.repository.files import PRODUCT, ROOT, name, own_modules

MEDIAN_FUNCTION = 8
NINE_IN_TEN_FUNCTIONS = 20
LONGEST_FUNCTION = 45
LONGEST_FILE = 300
LONGEST_FILE_OF_TESTS = 400
# The one file that strangers take along, so it has no other to part with.
FOR_STRANGERS, LONGEST_FILE_FOR_STRANGERS = "verify_evidence.py", 390
MODULES_TO_OPEN = {"secretsapp.secrets.changes": 34, "secretsapp.web.views.changes": 42}


@dataclass(frozen=True)
class Figure:
    """A number that has a bound, and what makes it as large as it is."""

    words: str
    number: int
    bound: int
    because: Sequence[str] = ()

    def __str__(self) -> str:
        return f"{self.words} {self.number} (at most {self.bound})"

    def is_held(self) -> bool:
        """Whether the number is within its bound."""
        return self.number <= self.bound


@dataclass(frozen=True, order=True)
class Length:
    """How many lines a file or a function has."""

    lines: int
    name: str

    def __str__(self) -> str:
        return f"{self.lines} lines: {self.name}"


def main() -> int:
    """Print every figure, and what is over its bound; status 1 where something is."""
    rows = {
        "Lines of the product's functions": of_functions(lengths_of_functions()),
        "Lines of files": of_files(lengths_of_files()),
        "Modules to open to read one action": [
            of_modules(start, imports.to_open(start, ROOT), bound)
            for start, bound in MODULES_TO_OPEN.items()
        ],
    }
    for title, figures in rows.items():
        print(f"{title}: {', '.join(map(str, figures))}")
    over = [figure for figures in rows.values() for figure in figures if not figure.is_held()]
    for figure in over:
        print(f"OVER THE BOUND: {figure}", *figure.because, sep="\n  ")
    return 1 if over else 0


def of_functions(lengths: Iterable[Length]) -> list[Figure]:
    """The figures of the functions that have these lengths."""
    found = sorted(lengths)
    middle = found[len(found) // 2].lines
    ninth = found[math.ceil(len(found) * 0.9) - 1].lines
    long = [each for each in found if each.lines > NINE_IN_TEN_FUNCTIONS]
    return [
        Figure("median", middle, MEDIAN_FUNCTION),
        Figure("nine in ten", ninth, NINE_IN_TEN_FUNCTIONS, [*map(str, long)]),
        _longest("longest", found, LONGEST_FUNCTION),
    ]


def of_files(lengths: Iterable[Length]) -> list[Figure]:
    """The figures of the files that have these lengths."""
    found = sorted(lengths)
    tests = [each for each in found if each.name.startswith("tests/")]
    alone = [each for each in found if each.name == FOR_STRANGERS]
    others = [each for each in found if each not in tests and each not in alone]
    return [
        _longest("longest", others, LONGEST_FILE),
        *([_longest("that of strangers", alone, LONGEST_FILE_FOR_STRANGERS)] if alone else []),
        _longest("longest of the tests", tests, LONGEST_FILE_OF_TESTS),
    ]


def of_modules(start: str, led: dict[str, str], bound: int) -> Figure:
    """The figure of an action that begins in `start` and leads to these modules."""
    ways = [f"{module}, from {by}" for module, by in led.items() if by]
    return Figure(start, len(led), bound, ways)


def lengths_of_functions() -> list[Length]:
    """Every function of the product; one inside another counts in both."""
    modules = [path for path in _written_modules() if name(path).split("/")[0] in PRODUCT]
    return [length for path in modules for length in functions(path.read_text("utf-8"), name(path))]


def functions(source: str, of: str) -> list[Length]:
    """The functions in a source, with their decorators and docstrings."""
    return [
        Length(_last(node) - _first(node) + 1, f"{of} {node.name}")
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def lengths_of_files() -> list[Length]:
    """Every module that we wrote."""
    return [
        Length(len(path.read_text("utf-8").splitlines()), name(path)) for path in _written_modules()
    ]


def _first(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return min([node.lineno, *(each.lineno for each in node.decorator_list)])


def _last(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return node.end_lineno or node.lineno


def _longest(words: str, lengths: Sequence[Length], bound: int) -> Figure:
    return Figure(
        words, lengths[-1].lines, bound, [str(each) for each in lengths if each.lines > bound]
    )


def _written_modules() -> list[Path]:
    return [path for path in own_modules() if not is_migration(path)]


def is_migration(path: Path) -> bool:
    """Whether Django wrote the module."""
    return path.parent.name == "migrations" and path.name[:1].isdigit()


if __name__ == "__main__":
    sys.exit(main())
