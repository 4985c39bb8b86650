"""Nothing in the repository depends on the machine it was written on."""

import re
from pathlib import Path

import pytest

from tests.repository.files import ROOT, name, own_files

# Settings of installers that name where packages come from, and addresses that look like it.
REGISTRY = re.compile(
    r"(?<!emit-)\bindex[-_]url\b|(?<!emit-)\bfind[-_]links\b|^\s*@?[\w-]*:?registry\s*="
    r"|://[\w.-]*\b(registry|mirror|index)\b",
    flags=re.MULTILINE,
)


def machine_paths(root: Path, home: Path) -> re.Pattern[str]:
    """What finds the paths of one machine: the checkout's and the home directory's."""
    places = [str(path) for path in (root, home) if len(path.parts) > 1]
    return re.compile(rf"(?<![\w.-])({'|'.join(map(re.escape, places))})(?![\w.-])")


def files_with(pattern: re.Pattern[str]) -> list[str]:
    """The names of the files in which the pattern is found."""
    return [
        name(path)
        for path in own_files()
        if pattern.search(path.read_text("utf-8", errors="replace"))
    ]


def test_no_file_names_a_package_registry() -> None:
    assert files_with(REGISTRY) == []


def test_no_file_names_a_path_of_this_machine() -> None:
    assert files_with(machine_paths(ROOT, Path.home())) == []


@pytest.mark.parametrize(
    "line",
    [
        "--index" + "-url https://packages.example.com/",
        "extra-index" + "-url = https://packages.example.com/",
        "--find" + "-links wheels/",
        "regis" + "try=https://packages.example.com/",
        "https://regis" + "try.example.com/left-pad",
    ],
)
def test_a_registry_is_noticed(line: str) -> None:
    assert REGISTRY.search(f"first line\n{line}\n")


def test_what_keeps_registries_out_is_allowed() -> None:
    assert not REGISTRY.search("--no-emit-index-url --no-emit-find-links\n")


def test_a_path_of_the_machine_is_noticed() -> None:
    pattern = machine_paths(Path("/src/sealroom"), Path("/home/writer"))
    assert pattern.search("see /src/sealroom/manage.py")
    assert pattern.search("HOME=/home/writer")
    assert not pattern.search("https://example.com/src/sealroom and /home/writers")
