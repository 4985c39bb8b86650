"""Modules say what they are for and stay short."""

import ast
from pathlib import Path

from tests.repository.files import PRODUCT, name, own_modules

LONGEST = 300


def has_docstring(source: str) -> bool:
    """Whether a module says what it is for."""
    return bool(ast.get_docstring(ast.parse(source)))


def is_short(source: str) -> bool:
    """Whether a module can be read in one go."""
    return len(source.splitlines()) <= LONGEST


def is_migration(path: Path) -> bool:
    """Whether Django wrote the module."""
    return path.parent.name == "migrations" and path.name[:1].isdigit()


def modules_of_the_product() -> list[Path]:
    """The modules that run in an installation."""
    return [path for path in own_modules() if name(path).split("/")[0] in PRODUCT]


def test_every_module_says_what_it_is_for() -> None:
    written = [path for path in own_modules() if not is_migration(path)]
    assert [name(path) for path in written if not has_docstring(path.read_text("utf-8"))] == []


def test_no_module_of_the_product_is_long() -> None:
    written = [path for path in modules_of_the_product() if not is_migration(path)]
    assert written
    assert [name(path) for path in written if not is_short(path.read_text("utf-8"))] == []


def test_a_silent_or_long_module_is_noticed() -> None:
    assert not has_docstring("import os\n")
    assert not has_docstring("")
    assert has_docstring('"""Words."""\n')
    assert is_short("x = 1\n" * LONGEST)
    assert not is_short("x = 1\n" * (LONGEST + 1))
