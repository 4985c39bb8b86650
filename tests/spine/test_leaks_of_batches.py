"""Values of batches go through every step and failure, and are found nowhere afterwards."""

from collections.abc import Callable
from contextlib import suppress
from unittest.mock import patch

import pytest
from django.test import Client
from django.urls import reverse

from emulator import Emulator
from emulator import Universe as EmulatedUniverse
from secretsapp.batches import running
from secretsapp.models import ApiKey, Batch, Universe
from tests.batches.batching import add_universe
from tests.pages.reading import body
from tests.spine.test_leaks import (
    FAULTS,
    SignIn,
    client,
    debug,
    log_lines,
    look_everywhere,
    traces,
)
from tests.spine.traces import Traces

__all__ = ["client", "debug", "log_lines", "traces"]

pytestmark = pytest.mark.long

ADDRESS = f"{reverse('replace_everywhere')}?name=PAY_KEY"
STEPS = (
    "secretsapp.batches.making.seal",
    "secretsapp.batches.making.authenticate",
    "secretsapp.batches.making.acting",
    "secretsapp.opencloud.client.Client.public_key",
    "secretsapp.web.views.batches.everywhere.wanted",
    "secretsapp.web.views.batches.Done",
    "secretsapp.batches.together.acting",
    "secretsapp.secrets.attempts.send",
    "secretsapp.batches.sending.items.check_unaltered",
    "secretsapp.opencloud.transport.Transport.write",
)


@pytest.fixture(autouse=True)
def staging(emulator: Emulator, universe: Universe, api_key: ApiKey) -> EmulatedUniverse:
    """A second universe with the same secret."""
    return add_universe(emulator, api_key, secrets={"PAY_KEY": b"old"})[0]


def replace(client: Client, traces: Traces, value: str, **changed: str) -> None:
    """Send the value for every universe, and look at what comes back and at the pages after it."""
    page = body(client.get(ADDRESS))
    ticks = [part.split('"')[0] for part in page.split('name="universe" value="')[1:]]
    sent = {"universe": ticks, "value": value, "reach": "keep"} | changed
    traces.add_response("answer", client.post(ADDRESS, sent))
    traces.add_response("form", client.get(ADDRESS))


def look_at_batches(client: Client, traces: Traces) -> None:
    """Look at the pages of the batches there are."""
    traces.add_response("list", client.get(reverse("batches")))
    for batch in Batch.objects.all():
        traces.add_response("batch", client.get(reverse("batch", args=[batch.pk])))


@pytest.fixture
def admin(client_for: SignIn, client: Client) -> Client:
    """An admin's browser; an exception becomes a page."""
    found = client_for("admin")
    found.raise_request_exception = False
    return found


@pytest.mark.parametrize("fault", FAULTS)
def test_no_failure_of_roblox_leaves_a_trace_of_a_batch(
    fault: str,
    marker: str,
    admin: Client,
    emulator: Emulator,
    traces: Traces,
    log_lines: list[str],
) -> None:
    replace(admin, traces, marker)
    emulator.inject(FAULTS[fault](marker), method="PATCH")
    running.run_due(stopping_after(3))
    look_at_batches(admin, traces)
    look_everywhere(traces, log_lines)


def stopping_after(rounds: int) -> Callable[[], bool]:
    """Let the lanes go on for so many rounds, and not until a limit of Roblox is over."""
    left = iter(range(rounds))
    return lambda: next(left, None) is None


@pytest.mark.parametrize("step", STEPS)
def test_no_exception_at_any_step_of_a_batch_leaves_a_trace(
    step: str, marker: str, admin: Client, traces: Traces, log_lines: list[str]
) -> None:
    with patch(step, side_effect=RuntimeError(f"a bug that quotes: {marker}")) as broken:
        replace(admin, traces, marker)
        with suppress(RuntimeError):
            running.run_due(stopping_after(3))
    assert broken.called, f"{step} is no step any more"
    look_at_batches(admin, traces)
    look_everywhere(traces, log_lines)


@pytest.mark.parametrize(
    "changed", [{"reach": ""}, {"reach": "host", "domain": "no host"}, {"reason": "x" * 600}]
)
def test_no_invalid_form_of_a_batch_leaves_a_trace(
    changed: dict[str, str], marker: str, admin: Client, traces: Traces, log_lines: list[str]
) -> None:
    replace(admin, traces, marker, **changed)
    look_everywhere(traces, log_lines)


def test_a_batch_that_is_cancelled_half_way_keeps_nothing(
    marker: str, admin: Client, traces: Traces, log_lines: list[str]
) -> None:
    replace(admin, traces, marker)
    batch = Batch.objects.get()
    item = batch.items.get(position=0)
    batch.items.filter(pk=item.pk).update(state="succeeded", box="")
    admin.post(reverse("batch_steer", args=[batch.pk]), {"choice": "cancel"})
    assert set(batch.items.values_list("box", flat=True)) == {""}
    look_at_batches(admin, traces)
    look_everywhere(traces, log_lines)
