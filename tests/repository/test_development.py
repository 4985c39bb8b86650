"""Hooks and container for development use what the Makefile and the build machine use."""

import json
import re
import shlex
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.repository.files import ROOT

HOOKS: list[dict[str, Any]] = [
    hook | {"repo": source["repo"]}
    for source in yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"]
    for hook in source["hooks"]
]
CONTAINER: dict[str, Any] = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text())
MAKEFILE = (ROOT / "Makefile").read_text()
PROGRAM = re.compile(r"\.venv/bin/(\w+)")
# The image of the container has Python with its own venv.
WITH_PYTHON = {"python3-venv"}


def commands_of_check() -> set[str]:
    """The programs of the virtual environment that `make check` runs."""
    recipe = re.search(r"^check:.*\n((?:\t.*\n)+)", MAKEFILE, re.MULTILINE)
    assert recipe
    return set(re.findall(r"\$\(VENV\)/bin/([\w-]+)", recipe[1]))


def packages_of_the_build_machine() -> set[str]:
    """The Debian packages that .ci/run installs where they are missing."""
    return set(re.findall(r"lacking\+=\((\S+)\)", (ROOT / ".ci" / "run").read_text()))


def packages_of_the_container() -> set[str]:
    """The Debian packages that the container gets."""
    words = shlex.split(CONTAINER["onCreateCommand"])
    behind = words[words.index("install") + 1 :]
    return {word for word in behind if not word.startswith("--")}


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: str(hook["id"]))
def test_a_hook_runs_a_pinned_program_that_check_runs_too(hook: dict[str, Any]) -> None:
    assert (hook["repo"], hook["language"]) == ("local", "system")
    found = PROGRAM.match(hook["entry"])
    assert found
    assert found[1] in commands_of_check()
    assert (Path(sys.executable).parent / found[1]).exists()


def test_templates_are_formatted_for_the_same_django_before_a_commit_and_in_check() -> None:
    (entry,) = (hook["entry"] for hook in HOOKS if hook["id"] == "djade")
    version = re.compile(r"djade (?:--check )?--target-version (\S+)")
    assert version.findall(entry) == version.findall(MAKEFILE)


def test_the_container_has_what_the_build_machine_installs() -> None:
    assert packages_of_the_container() == packages_of_the_build_machine() - WITH_PYTHON


def test_the_container_has_a_python_that_is_new_enough_and_installs_by_the_makefile() -> None:
    (minor,) = re.findall(r"python:3\.(\d+)-bookworm$", CONTAINER["image"])
    assert int(minor) >= 11
    (target,) = re.findall(r"make (\.venv/\S+)$", CONTAINER["postCreateCommand"])
    assert re.search(rf"^{re.escape(target.replace('.venv', '$(VENV)'))}:", MAKEFILE, re.MULTILINE)


def test_the_port_that_the_makefile_serves_is_forwarded() -> None:
    (port,) = re.findall(r"^PORT \?= (\d+)$", MAKEFILE, re.MULTILINE)
    assert CONTAINER["forwardPorts"] == [int(port)]
