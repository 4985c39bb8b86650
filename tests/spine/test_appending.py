"""Processes that append at once leave one whole chain, on both engines."""

import subprocess

import pytest

from tests.installation import Installation

pytestmark = [pytest.mark.engine, pytest.mark.process]

PROCESSES = 4
EVENTS_EACH = 50

APPEND = """
import sys
import django
django.setup()
from django.db import transaction
from secretsapp.rules import audit
from secretsapp.core import actor
from secretsapp.core.events.people import PersonEvent
me = actor.system(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
for number in range(int(sys.argv[2])):
    with transaction.atomic():
        audit.append(audit.Entry(PersonEvent.PERSON_SIGNED_IN, me, detail={"number": str(number)}))
"""


def test_four_processes_appending_at_once_leave_one_whole_chain(
    installation: Installation,
) -> None:
    before = count(installation)
    processes = [start(installation, f"appender {number}") for number in range(PROCESSES)]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
    failures = [process.communicate(b"go\n", timeout=120)[1] for process in processes]
    assert [process.returncode for process in processes] == [0] * PROCESSES, failures
    assert count(installation) == before + PROCESSES * EVENTS_EACH
    assert order_of(installation, "Sealroom (appender 2)") == list(range(EVENTS_EACH))
    assert f"{before + PROCESSES * EVENTS_EACH} events" in installation.succeed("verify_audit")


def start(installation: Installation, name: str) -> subprocess.Popen[bytes]:
    pipe = subprocess.PIPE
    arguments = ("-c", APPEND, name, str(EVENTS_EACH))
    return installation.start(*arguments, stdin=pipe, stdout=pipe, stderr=pipe)


def count(installation: Installation) -> int:
    return int(installation.rows("SELECT COUNT(*) FROM secretsapp_auditevent")[0][0])


def order_of(installation: Installation, name: str) -> list[int]:
    rows = installation.rows(
        f"SELECT detail FROM secretsapp_auditevent WHERE actor_name = '{name}' ORDER BY sequence"
    )
    return [int(detail.split('"')[3]) for (detail,) in rows]
