"""What a command does is done, and its status is as it was, where nobody reads what it says."""

import subprocess
from dataclasses import replace

import pytest

from tests.installation import Installation

pytestmark = pytest.mark.process


def unread(installation: Installation, *command: str, stderr: int) -> tuple[int, bytes | None]:
    """The status of a command of whose output nobody reads a byte, and what is said elsewhere."""
    with installation.start(
        "manage.py", *command, stdout=subprocess.PIPE, stderr=stderr
    ) as process:
        assert process.stdout is not None
        process.stdout.close()
        complaints = process.stderr.read() if process.stderr else None
    return process.returncode, complaints


# Python writes at once, or when it ends: the pipe breaks here or there.
@pytest.mark.parametrize("unbuffered", ["1", ""])
def test_a_command_does_what_it_does_though_nobody_reads(
    installation: Installation, unbuffered: str
) -> None:
    environment = installation.environment | {"PYTHONUNBUFFERED": unbuffered}
    unheard = replace(installation, environment=environment)
    for command in (["setup"], ["add_key", "master"], ["list_keys", "--json"]):
        assert unread(unheard, *command, stderr=subprocess.PIPE) == (0, b"")
    assert len((installation.data_dir / "keys" / "master_keys").read_text().split()) == 2
    refused = ["drop_key", "master", "0" * 16]
    assert unread(unheard, *refused, stderr=subprocess.STDOUT) == (1, None)
