"""Requirements are pinned with hashes, agree with each other, and are explained."""

import re
import tomllib
from collections.abc import Callable
from importlib.metadata import requires
from itertools import product
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
# The machines that the pins are good for.
MACHINES = [
    {"python_version": python, "python_full_version": f"{python}.0", "sys_platform": platform}
    for python, platform in product(["3.11", "3.12", "3.13"], ["linux", "darwin"])
]

Asks = Callable[[str], list[str]]


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


def pinned(pins: str) -> dict[str, Requirement]:
    """The pinned requirements by name, with their extras and the machines that they are for."""
    lines = (entry.splitlines()[0].rstrip("\\ ") for entry in entries(pins))
    return {canonicalize_name(each.name): each for each in map(Requirement, lines)}


def asked_by(package: str) -> list[str]:
    """What an installed package says that it needs."""
    return requires(package) or []


def unpinned(pins: str, asks: Asks) -> list[str]:
    """What a pinned requirement asks for and no pin gives: the package, a version or an extra.

    pip before 24 refuses a file that pins a package without the extra that is asked for, as soon
    as a newer version of it exists.
    """
    found = pinned(pins)
    return [
        f"{pin.name} asks for {asked}"
        for pin in found.values()
        if pin.marker is None or pin.marker.evaluate()
        for asked in map(Requirement, asks(pin.name))
        for machine in MACHINES
        if _applies(pin, asked, machine) and not _gives(found, asked, machine)
    ]


def _applies(pin: Requirement, asked: Requirement, machine: dict[str, str]) -> bool:
    if pin.marker and not pin.marker.evaluate(machine):
        return False
    wanted = ["", *pin.extras]
    return asked.marker is None or any(
        asked.marker.evaluate({**machine, "extra": extra}) for extra in wanted
    )


def _gives(found: dict[str, Requirement], asked: Requirement, machine: dict[str, str]) -> bool:
    pin = found.get(canonicalize_name(asked.name))
    if pin is None or (pin.marker and not pin.marker.evaluate(machine)):
        return False
    version = next(iter(pin.specifier)).version
    return asked.extras <= pin.extras and asked.specifier.contains(version, prereleases=True)


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


@pytest.mark.parametrize("path", [RUNTIME, DEVELOPMENT], ids=lambda path: path.name)
def test_what_a_pinned_requirement_asks_for_is_pinned_too(path: Path) -> None:
    assert unpinned(path.read_text(), asked_by) == []


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


@pytest.mark.parametrize(
    ("asked", "is_missing"),
    [
        ("coverage>=7.1", False),
        ("coverage[toml]>=7.1", False),
        ("Coverage[toml,other]>=7.1", True),
        ("coverage>=8", True),
        ("tomli>=1 ; python_version < '3.12'", True),
        ("tomli>=1 ; python_version < '3.11'", False),
        ("tomli>=1 ; extra == 'testing'", False),
    ],
)
def test_a_pin_without_what_is_asked_for_is_noticed(asked: str, is_missing: bool) -> None:
    digest = " \\\n    --hash=sha256:" + "0" * 64
    pins = f"coverage[toml]==7.17{digest}\npytest-cov==7.1{digest}\n"

    def asks(package: str) -> list[str]:
        return [asked] if package == "pytest-cov" else []

    assert bool(unpinned(pins, asks)) is is_missing
