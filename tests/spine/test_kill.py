"""A process that is killed between call and outcome leaves a change that is found and settled."""

import signal
import subprocess
import time

import pytest

from emulator import Emulator, Fault, faults
from emulator import Universe as EmulatedUniverse
from tests.installation import Installation
from tests.stage import HARBOR_ID

pytestmark = pytest.mark.process

NEVER_SECONDS = 60
WAIT_SECONDS = 30
VALUE = b"value of a process that died"

CARRIED_OUT = faults.delay(NEVER_SECONDS, carried_out_first=True)
NOT_CARRIED_OUT = Fault(carried_out=False, delay_after=NEVER_SECONDS)


@pytest.mark.parametrize(
    ("fault", "state"), [(CARRIED_OUT, "succeeded"), (NOT_CARRIED_OUT, "failed")]
)
def test_a_change_whose_process_was_killed_is_found_and_settled_by_reading(
    stocked: Installation,
    emulator: Emulator,
    harbor: EmulatedUniverse,
    fault: Fault,
    state: str,
) -> None:
    kill_while_it_waits(stocked, emulator, fault)
    assert states(stocked) == ["started"]
    assert (harbor.values["PAY_KEY"] == VALUE) is (state == "succeeded")
    emulator.clear_requests()
    lie_back(stocked, state)
    stocked.succeed("settle_changes", "--older-than", "0")
    assert states(stocked) == [state]
    assert tags(stocked)[-2:] == ["secret.rotate.started", f"secret.rotate.{state}"]
    assert {request.method for request in emulator.requests} == {"GET"}
    stocked.succeed("verify_audit")


def test_a_killed_change_does_not_block_the_next_one(
    stocked: Installation, emulator: Emulator, harbor: EmulatedUniverse
) -> None:
    kill_while_it_waits(stocked, emulator, CARRIED_OUT)
    stocked.succeed("rotate_secret", str(HARBOR_ID), "PAY_KEY", stdin=b"the next one")
    assert harbor.values["PAY_KEY"] == b"the next one"
    stocked.succeed("settle_changes", "--older-than", "0")
    assert states(stocked) == ["started", "succeeded"]
    lie_back(stocked, "undetermined")
    stocked.succeed("settle_changes", "--older-than", "0")
    assert states(stocked) == ["undetermined", "succeeded"]
    stocked.succeed("verify_audit")


def kill_while_it_waits(stocked: Installation, emulator: Emulator, fault: Fault) -> None:
    """Start a rotation, wait until its write has arrived, and kill -9 the process."""
    emulator.inject(fault, method="PATCH")
    command = ("manage.py", "rotate_secret", str(HARBOR_ID), "PAY_KEY")
    silence = subprocess.DEVNULL
    with stocked.start(*command, stdin=subprocess.PIPE, stdout=silence, stderr=silence) as process:
        try:
            assert process.stdin is not None
            process.stdin.write(VALUE)
            process.stdin.close()
            wait_for_write(emulator, fault)
        finally:
            process.kill()
    assert process.returncode == -signal.SIGKILL


def lie_back(stocked: Installation, state: str) -> None:
    """Let the killed change lie so far back that its write cannot be on its way any more.

    That it took effect is seen at once; anything else is only said then.
    """
    if state != "succeeded":
        stocked.execute(
            "UPDATE secretsapp_change SET started_at = '2026-01-01 00:00:00+00:00' "
            "WHERE state = 'started'"
        )


def wait_for_write(emulator: Emulator, fault: Fault) -> None:
    """Wait until the write arrived and, if it shall be, was carried out."""
    ends = time.monotonic() + WAIT_SECONDS
    while not any(
        request.method == "PATCH" and (request.outcome == 200) is fault.carried_out
        for request in emulator.requests
    ):
        assert time.monotonic() < ends, "the write never arrived"
        time.sleep(0.02)


def states(stocked: Installation) -> list[str]:
    return [
        state
        for (state,) in stocked.rows("SELECT state FROM secretsapp_change ORDER BY started_at")
    ]


def tags(stocked: Installation) -> list[str]:
    return [
        tag for (tag,) in stocked.rows("SELECT tag FROM secretsapp_auditevent ORDER BY sequence")
    ]
