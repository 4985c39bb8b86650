"""Requirements are pinned with hashes, agree with each other, and are explained."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.repository.files import ROOT

RUNTIME = ROOT / "requirements.txt"
DEVELOPMENT = ROOT / "requirements-dev.txt"
EXPLAINED = ROOT / "docs" / "dependencies.md"
# One requirement: its first line, and the indented ones that follow.
ENTRY = re.compile(r"^\S.*(?:\n[ \t]+.*)*", flags=re.MULTILINE)
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}\b")


def entries(pins: str) -> list[str]:
    """The requirements in a file of pins, comments left out."""
    return [entry for entry in ENTRY.findall(pins) if not entry.startswith("#")]


def loose(pins: str) -> list[str]:
    """The requirements that are not one exact version with a hash."""
    exact = re.compile(r"^[\w.-]+(\[[\w,-]+\])?==[\w.!+]+[ ;\\]")
    return [entry for entry in entries(pins) if not (exact.match(entry) and HASH.search(entry))]


def versions(pins: str) -> dict[str, str]:
    """The pinned versions by name of the package."""
    pairs = (entry.split()[0].split("==") for entry in entries(pins))
    return {canonicalize_name(package.split("[")[0]): version for package, version in pairs}


def project() -> dict[str, Any]:
    """What pyproject.toml says."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


def asked_to_run() -> list[Requirement]:
    """The ranges that an installation needs, what it may leave out included."""
    table = project()["project"]
    extras = [text for texts in table["optional-dependencies"].values() for text in texts]
    return [Requirement(text) for text in [*table["dependencies"], *extras]]


def asked_to_develop() -> list[Requirement]:
    """The ranges that development needs besides."""
    return [Requirement(text) for text in project()["dependency-groups"]["dev"]]


@pytest.mark.parametrize("path", [RUNTIME, DEVELOPMENT], ids=lambda path: path.name)
def test_requirements_are_exact_and_hashed(path: Path) -> None:
    assert len(entries(path.read_text())) > len(asked_to_run())
    assert loose(path.read_text()) == []


def test_pins_satisfy_the_ranges() -> None:
    running = versions(RUNTIME.read_text())
    developing = versions(DEVELOPMENT.read_text())
    wrong = [
        str(each)
        for each, pins in [
            *((each, running) for each in asked_to_run()),
            *((each, developing) for each in asked_to_develop()),
        ]
        if pins.get(canonicalize_name(each.name), "") not in each.specifier
    ]
    assert wrong == []


def test_development_runs_what_is_shipped() -> None:
    assert versions(RUNTIME.read_text()).items() <= versions(DEVELOPMENT.read_text()).items()


def test_every_dependency_is_explained_and_nothing_else() -> None:
    asked = {canonicalize_name(each.name) for each in [*asked_to_run(), *asked_to_develop()]}
    rows = re.findall(r"^\| ([a-z][\w-]*) \| \S", EXPLAINED.read_text(), flags=re.MULTILINE)
    assert sorted(set(rows) - {"package", "files"}) == sorted(asked)


@pytest.mark.parametrize(
    "pins",
    [
        "django>=5.2 \\\n    --hash=sha256:" + "0" * 64,
        "django==5.2.19\n",
        "django==5.2.19 \\\n    --hash=md5:" + "0" * 32,
        "django @ https://example.com/django.whl\n",
    ],
)
def test_a_loose_requirement_is_noticed(pins: str) -> None:
    assert loose(f"{pins}\n") != []


def test_an_exact_requirement_is_recognised() -> None:
    digest = "--hash=sha256:" + "0" * 64
    pins = f"# words\nA.b[x]==1.0 ; sys_platform == 'win32' \\\n    {digest} \\\n    {digest}\n"
    assert loose(pins) == []
    assert versions(pins) == {"a-b": "1.0"}
