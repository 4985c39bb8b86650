"""The page on the architecture names every function of its own that a rotation passes."""

import ast
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from inspect import CO_OPTIMIZED
from types import FrameType
from typing import Any

import pytest
from django.test import Client

from secretsapp.models import Secret, Universe
from tests.repository.files import ROOT
from tests.repository.test_documents import section

ARCHITECTURE = ROOT / "docs" / "architecture.md"
PRODUCT = f"{ROOT / 'secretsapp'}/"
# Where a rotation is decided, written down and stored; what these ask stands on pages of its own.
TOLD = ("secrets/changes.py", "secrets/attempts.py", "rules/acting.py", "rules/locks.py")


@contextmanager
def followed(passed: set[str]) -> Iterator[None]:
    """Gather the functions of those files that are called inside."""

    def note(frame: FrameType, event: str, _argument: Any) -> None:
        code = frame.f_code
        place = code.co_filename.removeprefix(PRODUCT)
        is_function = bool(code.co_flags & CO_OPTIMIZED) and "<" not in code.co_name
        if event == "call" and place in TOLD and is_function:
            own = code.co_qualname
            module = place.rpartition("/")[2].removesuffix(".py")
            passed.add(own if "." in own else f"{module}.{own}")

    sys.setprofile(note)
    try:
        yield
    finally:
        sys.setprofile(None)


def names_of_the_product() -> set[str]:
    """Every function and class, behind its module's name, and every method behind its class."""
    found: set[str] = set()
    for path in (ROOT / "secretsapp").rglob("*.py"):
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                found |= {node.name, f"{path.stem}.{node.name}"}
            if isinstance(node, ast.ClassDef):
                methods = (each for each in node.body if isinstance(each, ast.FunctionDef))
                found |= {f"{node.name}.{each.name}" for each in methods}
    return found


def test_the_page_names_no_function_that_is_not_there() -> None:
    text = section(ARCHITECTURE.read_text("utf-8"), "One rotation")
    named = {name.removeprefix("views.") for name in re.findall(r"`(\w[\w.]*\.\w+)`", text)}
    files = {name for name in named if name.endswith((".py", "manage"))}
    assert named - files - names_of_the_product() == set()


@pytest.mark.django_db
def test_the_page_names_every_function_that_a_rotation_passes(
    client_for: Callable[[str], Client], universe: Universe
) -> None:
    client, passed = client_for("rotator"), set[str]()
    version = Secret.objects.get(universe=universe, name="PAY_KEY").update_time
    with followed(passed):
        answer = client.post(
            f"/universes/{universe.pk}/secrets/PAY_KEY/rotate/",
            {"value": "a-new-value-for-payments", "version": version},
        )
    assert answer.status_code == 302
    text = section(ARCHITECTURE.read_text("utf-8"), "One rotation")
    named = set(re.findall(r"`([\w.]+)`", text))
    assert {"changes.rotate", "attempts.begin", "attempts._store"} <= passed
    assert passed - named == set()
