"""A start with a setting that cannot be used: one sentence, status 1, no traceback."""

import os
import resource
import subprocess
import sys

import pytest

from tests.repository.files import ROOT

pytestmark = pytest.mark.process


def manage(command: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run a command of manage.py in a process of its own."""
    return subprocess.run(
        [sys.executable, "manage.py", command],
        cwd=ROOT,
        env={**os.environ, **settings},
        capture_output=True,
        check=False,
        text=True,
        timeout=60,
    )


@pytest.mark.parametrize("command", ["check", "migrate", "runserver", "no_such_command"])
def test_unusable_setting_is_one_sentence(command: str) -> None:
    done = manage(command, SITE_URL="http://sealroom.example.com")
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr == (
        "SITE_URL must begin with https://. Plain HTTP is only for this machine (127.0.0.1).\n"
    )


def test_usable_settings_start() -> None:
    done = manage("check")
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    "start",
    [
        "import manage; sys.argv = ['manage.py', 'check']; manage.main()",
        "import dashboard.wsgi",
    ],
)
def test_a_process_that_dies_leaves_nothing_of_its_memory(start: str) -> None:
    asked = "resource.getrlimit(resource.RLIMIT_CORE)"
    code = f"import atexit, resource, sys; atexit.register(lambda: print({asked})); {start}"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        capture_output=True,
        check=False,
        text=True,
        timeout=60,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CORE, (4096, 4096)),
    )
    # Of one byte, for which there is no file and no program that collects dumps: core(5).
    assert done.stdout.splitlines()[-1] == "(1, 1)"
