"""The bounds of functions, files and modules to open: each can fail, and `make check` asks them."""

from pathlib import Path

import pytest

from tests.repository import bounds, imports
from tests.repository.bounds import Figure, Length
from tests.repository.files import ROOT


def over(figures: list[Figure]) -> list[str]:
    """The figures that are over their bounds."""
    return [figure.words for figure in figures if not figure.is_held()]


def lengths(*lines: int, of: str = "secretsapp/x.py") -> list[Length]:
    """Things of these lengths."""
    return [Length(each, of) for each in lines]


@pytest.mark.parametrize(
    ("lines", "broken"),
    [
        ([8] * 6 + [20] * 3 + [45], []),
        ([8] * 5 + [9] * 4 + [45], ["median"]),
        ([8] * 8 + [21] * 2, ["nine in ten"]),
        ([8] * 9 + [46], ["longest"]),
    ],
)
def test_functions_that_are_too_long_are_noticed(lines: list[int], broken: list[str]) -> None:
    assert over(bounds.of_functions(lengths(*lines))) == broken


@pytest.mark.parametrize(
    ("product", "tests", "broken"),
    [
        (300, 400, []),
        (301, 400, ["longest"]),
        (300, 401, ["longest of the tests"]),
    ],
)
def test_files_that_are_too_long_are_noticed(product: int, tests: int, broken: list[str]) -> None:
    found = [*lengths(product), *lengths(tests, of="tests/test_x.py")]
    assert over(bounds.of_files(found)) == broken


def test_a_module_too_many_is_noticed_with_the_one_that_leads_to_it() -> None:
    assert bounds.of_modules("a", {"a": "", "b": "a"}, 2).is_held()
    found = bounds.of_modules("a", {"a": "", "b": "a", "c": "b"}, 2)
    assert (found.is_held(), found.because) == (False, ["b, from a", "c, from b"])


def test_a_function_is_as_long_as_it_is_read() -> None:
    source = "@one\n@two\ndef f():\n    async def g():\n        pass\n    return g\n"
    assert bounds.functions(source, "x.py") == [Length(6, "x.py f"), Length(2, "x.py g")]


def test_the_functions_and_files_are_ours() -> None:
    functions = {each.name.split("/")[0] for each in bounds.lengths_of_functions()}
    assert functions == {"dashboard", "demo", "emulator", "secretsapp"}
    files = {each.name.split("/")[0] for each in bounds.lengths_of_files()}
    assert files == functions | {
        "benchmarks",
        "harness",
        "manage.py",
        "tests",
        "verify_evidence.py",
    }


@pytest.mark.parametrize("start", bounds.MODULES_TO_OPEN)
def test_an_action_that_is_measured_is_there_and_leads_on(start: str) -> None:
    assert len(imports.to_open(start, ROOT)) > 10


NOUNS = """
from secretsapp.nouns.keys import Key
from secretsapp.nouns.people import Person
NUMBER = 2
"""
FILES = {
    "secretsapp/__init__.py": "VERSION = 1",
    "secretsapp/nouns/__init__.py": NOUNS,
    "secretsapp/nouns/keys.py": "",
    "secretsapp/nouns/people.py": "import secretsapp.rules.words",
    "secretsapp/rules/__init__.py": "",
    "secretsapp/rules/words.py": "import os, secretsapp",
    "secretsapp/rules/locks.py": "import secretsapp.nouns",
}


@pytest.mark.parametrize(
    ("source", "opened"),
    [
        ("from secretsapp.nouns import Key", ["nouns.keys"]),
        ("from secretsapp.nouns import Person", ["nouns.people", "rules.words"]),
        (
            "from secretsapp.nouns import NUMBER",
            ["nouns", "nouns.keys", "nouns.people", "rules.words"],
        ),
        ("from secretsapp.nouns.keys import Key", ["nouns.keys"]),
        ("from secretsapp.rules import words", ["rules.words"]),
        ("import secretsapp.rules.words as w", ["rules.words"]),
        ("if TYPE_CHECKING:\n    from secretsapp.rules.words import W", ["rules.words"]),
        ("def f():\n    from secretsapp.rules.words import W", ["rules.words"]),
        ("from secretsapp import nouns", ["nouns.keys", "nouns.people", "rules.words"]),
        (
            "from secretsapp.rules.locks import L",
            ["nouns.keys", "nouns.people", "rules.locks", "rules.words"],
        ),
        ("import os\nfrom demo import shell", []),
    ],
)
def test_what_is_opened_is_what_a_reader_opens(
    source: str, opened: list[str], tmp_path: Path
) -> None:
    for path, text in {**FILES, "secretsapp/start.py": source}.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    found = imports.to_open("secretsapp.start", tmp_path)
    assert {"secretsapp.start", *(f"secretsapp.{each}" for each in opened)} == found.keys()


def test_what_is_over_a_bound_is_told_and_fails(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bounds, "LONGEST_FUNCTION", 1)
    assert bounds.main() == 1
    assert "OVER THE BOUND: longest" in capsys.readouterr().out


def test_check_asks_the_bounds() -> None:
    recipe = (ROOT / "Makefile").read_text().partition("\ncheck:")[2].partition("\n\n")[0]
    assert "\t$(PY) -m tests.repository.bounds\n" in recipe
