"""What people write about due dates and reviews is where it belongs, and nowhere else.

The pages that show it are named: a reason is in the log, and so on the first page.
"""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from secretsapp.core import actor as actors
from secretsapp.due import reminding
from secretsapp.models import Secret, Universe
from tests.due.dating import age, cover, today
from tests.spine.test_leaks import BASE, SignIn, log_lines, look_everywhere, traces
from tests.spine.traces import Traces
from tests.stage import HARBOR_ID

__all__ = ["log_lines", "traces"]

pytestmark = [pytest.mark.django_db, pytest.mark.long]

WORKER = actors.system("leaks")
DUE, SNOOZE = f"{BASE}/secrets/PAY_KEY/due/", f"{BASE}/secrets/PAY_KEY/snooze/"
PAGES = ("/due/", "/due/policies/", "/changed-outside/", "/", f"{BASE}/")


@pytest.fixture
def admin(client_for: SignIn) -> Client:
    """An admin's browser."""
    return client_for("admin")


def write(browser: Client, traces: Traces, kind: str, text: str) -> None:
    """Let someone write this, by the form that asks for it."""
    tomorrow = str(today() + timedelta(days=1))
    if kind == "hint":
        browser.post(DUE, {"rule": "every", "days": "30", "hint": text})
    elif kind == "reason":
        browser.post(SNOOZE, {"until": tomorrow, "reason": text})
    else:
        mark = f"{HARBOR_ID} PAY_KEY changed {Secret.objects.get(name='PAY_KEY').update_time}"
        browser.post("/changed-outside/review/", {"found": mark, "note": text})
    for page in PAGES:
        traces.add_response(page, browser.get(page))


@pytest.mark.parametrize(
    ("kind", "belongs"),
    [
        ("hint", {"table secretsapp_rotationpolicy"}),
        (
            "reason",
            {
                "/",
                "table secretsapp_snooze",
                "table secretsapp_auditevent",
                "evidence",
                "export as csv",
                "export as ndjson",
            },
        ),
        ("note", {f"{BASE}/", "table secretsapp_secret"}),
    ],
)
def test_what_people_write_is_where_it_belongs_and_nowhere_else(
    kind: str,
    belongs: set[str],
    marker: str,
    universe: Universe,
    admin: Client,
    settings: Settings,
    traces: Traces,
    log_lines: list[str],
) -> None:
    settings.EMAIL_HOST = "127.0.0.1"
    cover(universe)
    age("PAY_KEY", 200)
    Secret.objects.update(drifted_at=timezone.now())
    write(admin, traces, kind, marker)
    reminding.remind(WORKER)
    traces.add_what_leaves()
    traces.add_database()
    traces.add_cache()
    traces.add("log", "\n".join(log_lines))
    assert set(traces.found()) == belongs


def test_what_is_no_answer_to_a_form_is_kept_nowhere(
    marker: str, universe: Universe, admin: Client, traces: Traces, log_lines: list[str]
) -> None:
    cover(universe)
    age("PAY_KEY", 200)
    for address, sent in (
        (DUE, {"rule": marker, "days": "30"}),
        (DUE, {"rule": "every", "days": "30", "hint": marker * 100}),
        (DUE, {"rule": "ends", "ends_on": marker}),
        (SNOOZE, {"until": marker, "reason": "away"}),
        (SNOOZE, {"until": str(today()), "reason": marker}),
        ("/due/policies/", {"place": marker, "rule": "every", "days": "30"}),
        ("/due/policies/", {"place": "all", "rule": "every", "days": marker}),
        ("/due/policies/remove/", {"place": marker}),
        ("/changed-outside/review/", {"found": f"{HARBOR_ID} {marker} changed"}),
        ("/changed-outside/review/", {"found": marker, "note": marker}),
        (f"{BASE}/group/review/", {"seen": marker}),
    ):
        answer = admin.post(address, sent)
        assert answer.status_code in (302, 404, 409, 422), (address, sent)
    look_everywhere(traces, log_lines)
