"""Modules say what they are for."""

import ast

from tests.repository.bounds import is_migration
from tests.repository.files import name, own_modules


def has_docstring(source: str) -> bool:
    """Whether a module says what it is for."""
    return bool(ast.get_docstring(ast.parse(source)))


def test_every_module_says_what_it_is_for() -> None:
    written = [path for path in own_modules() if not is_migration(path)]
    assert written
    assert [name(path) for path in written if not has_docstring(path.read_text("utf-8"))] == []


def test_a_silent_module_is_noticed() -> None:
    assert not has_docstring("import os\n")
    assert not has_docstring("")
    assert has_docstring('"""Words."""\n')
