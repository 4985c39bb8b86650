"""Verifying by several processes, and since the newest checkpoint."""

import json

import pytest
from django.db import transaction

from tests.installation import Installation
from tests.shell.conftest import Shell
from tests.stage import Cast
from tests.support.long_log import lengthen
from tests.support.old_log import sign_in
from tests.support.tampering import behind_the_back

# Three processes share what is otherwise too short for more than one.
SCRIPT = """
import json, sys
import django
django.setup()
from django.core.management import CommandError, call_command
from django.db import transaction
from secretsapp.log import ranges
from secretsapp.operation import parallel
from tests.support.long_log import lengthen
from tests.support.tampering import behind_the_back
ranges.SHORTEST = 256
parallel.Processes.count = 3
with transaction.atomic():
    lengthen(700)
call_command("make_checkpoint")
parts = []
summarize = parallel.Processes.summarize
def watched(processes, given):
    parts.append([part.last for part in given])
    return summarize(processes, given)
parallel.Processes.summarize = watched
for statement in json.load(sys.stdin):
    behind_the_back(statement)
    try:
        call_command("verify_audit")
    except CommandError as refusal:
        print(refusal)
print(json.dumps(parts))
"""
EVENTS = "secretsapp_auditevent"


@pytest.mark.process
@pytest.mark.engine
def test_a_long_log_is_verified_in_ranges_and_the_first_bad_event_is_named(
    installation: Installation,
) -> None:
    statements = (
        "SELECT 1",
        f"UPDATE {EVENTS} SET door = 'x' WHERE sequence = 600",
        f"UPDATE {EVENTS} SET link = content WHERE sequence = 512",
        f"UPDATE {EVENTS} SET mac = content WHERE sequence = 300",
        f"DELETE FROM {EVENTS} WHERE sequence = 257",
        f"DELETE FROM {EVENTS} WHERE sequence = 256",
    )
    said = installation.execute_script(SCRIPT, json.dumps(statements).encode()).splitlines()
    lines = [line for line in said if line.startswith(("The audit log is", "Event "))]
    assert [line.split(":")[0].split(" was")[0] for line in lines] == [
        "The audit log is intact",
        "Event 600",
        "Event 512 doesn't follow event 511.",
        "Event 300",
        "Event 257 is missing",
        "Event 256 is missing",
    ]
    # Without the event before a range the log is read as a whole at once.
    assert json.loads(said[-1]) == [[256, 512, None]] * 5


@pytest.mark.django_db
@pytest.mark.engine
def test_only_what_came_behind_the_newest_checkpoint_is_read(shell: Shell, cast: Cast) -> None:
    assert "No checkpoint" in shell.refuse("verify_audit", "--since-checkpoint")
    lengthen(300)
    size = shell.run("make_checkpoint", "--json").json["size"]
    sign_in(cast)
    said = shell.run("verify_audit", "--since-checkpoint").output
    assert f"Checkpoint 1 holds, and so do events {size + 1} to {size + 2}." in said
    assert "without --since" in shell.refuse(
        "verify_audit", "--since-checkpoint", f"--anchor=1:{'0' * 64}"
    )
    # What was verified before it is not read again, but its hashes are.
    for change, words in {
        f"UPDATE {EVENTS} SET content = link WHERE sequence = 290": "doesn't match the tree",
        f"UPDATE {EVENTS} SET door = 'x' WHERE sequence = {size + 2}": f"Event {size + 2} was",
        f"UPDATE secretsapp_auditsubtree SET hash = '{'0' * 64}'": "match the tree",
        "UPDATE secretsapp_audithead SET link = 'x'": f"match event {size + 2}",
        "UPDATE secretsapp_checkpoint SET size = 299": "Checkpoint 1 was edited",
    }.items():
        place = transaction.savepoint()
        behind_the_back(change)
        assert words in shell.refuse("verify_audit", "--since-checkpoint")
        transaction.savepoint_rollback(place)
