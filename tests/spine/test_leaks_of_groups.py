"""What Roblox echoes about groups goes through every door, and is kept nowhere."""

import pytest
from django.test import Client

from emulator import Emulator
from secretsapp.models import Budget, RobloxGroup, Universe
from tests.spine.test_leaks import (
    BASE,
    FAULTS,
    SignIn,
    client,
    debug,
    log_lines,
    look_everywhere,
    traces,
)
from tests.spine.traces import Traces
from tests.stage import GROUP_ID

__all__ = ["client", "debug", "log_lines", "traces"]

GROUP = f"{BASE}/group/"


def go_through(browser: Client, traces: Traces) -> None:
    """Use every door about the group, and look at what comes back."""
    Budget.objects.all().delete()
    RobloxGroup.objects.update(tried_at=None)
    for address, sent in ((f"{GROUP}read/", {}), (f"{GROUP}review/", {"seen": "9"})):
        traces.add_response(address, browser.post(address, sent))
    for address in (GROUP, "/changed-outside/"):
        traces.add_response(address, browser.get(address))


@pytest.mark.parametrize("fault", sorted(FAULTS.keys() - {"timeout"}))
def test_no_answer_about_a_group_leaves_a_trace(
    fault: str,
    marker: str,
    universe: Universe,
    client: Client,
    client_for: SignIn,
    emulator: Emulator,
    traces: Traces,
    log_lines: list[str],
) -> None:
    emulator.add_group(GROUP_ID)
    admin = client_for("admin")
    admin.raise_request_exception = False
    emulator.inject(FAULTS[fault](marker), path="groups", times=9)
    go_through(admin, traces)
    emulator.clear_faults()
    go_through(admin, traces)
    look_everywhere(traces, log_lines)
