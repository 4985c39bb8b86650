"""Game servers to look at: how far changes are, restarts in each state, and a look into logs."""

import json
from datetime import timedelta

from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import FilePayload

from secretsapp.models import Change, LogReading, Proposal, Rollout, Universe, User
from secretsapp.models.secrets import ChangeKind, ChangeState
from tests.browser.catalogue import LONG_NAME, Look
from tests.browser.conftest import Visitor
from tests.spine.named import leave_publication, leave_restart

FAILURE = (
    "Roblox doesn’t allow this. The API key for servers is missing the scope universe:read, it "
    "doesn’t cover this universe, or its user can’t manage the game."
)


def looks_at_servers(universe: Universe) -> list[Look]:
    """The pages about servers, with each thing that they can say."""
    _leave_rollout(universe, "PAY_KEY", old=9, total=12)
    _leave_rollout(universe, LONG_NAME, old=3, total=12, at_least=True, undated=2)
    _leave_rollout(universe, "GONE", ChangeKind.DELETE, old=0, total=12, out_at=timezone.now())
    _leave_rollout(universe, "SIGNING_SEED", failure=FAILURE, read_at=None)
    _leave_logs(universe)
    leave_publication(universe, version=12)
    leave_publication(universe, state="unknown", is_published=False)
    leave_publication(universe, state="failed", reason=FAILURE)
    early = timezone.now() - timedelta(hours=1)
    told = {"finished_at": None, "remaining": 3, "tried_at": timezone.now()}
    late = leave_restart(universe, **told, started_at=early, settled_at=early, why="it leaked")
    unknown = leave_restart(universe, **told | {"state": "unknown", "remaining": None})
    failed = leave_restart(universe, state="failed", reason=FAILURE)
    pages = [("restart_late", late), ("restart_unknown", unknown), ("restart_failed", failed)]
    return [
        Look("servers_full", reverse("servers", args=[universe.pk])),
        Look("servers_viewer", reverse("servers", args=[universe.pk]), "viewer"),
        Look("secret_unreached", reverse("secret", args=[universe.pk, "PAY_KEY"])),
        Look("universe_unreached", reverse("universe", args=[universe.pk])),
        *(Look(name, reverse("server_restart", args=[universe.pk, row.pk])) for name, row in pages),
        Look("publish", reverse("servers_publish", args=[universe.pk]), "manager", refuse_a_file),
        *_looks_at_protected(universe),
    ]


def refuse_a_file(visitor: Visitor) -> None:
    """Send what is no place file, and nothing else."""
    file = FilePayload(name="a.rbxl", mimeType="application/octet-stream", buffer=b"PK")
    visitor.page.get_by_label("Place file").set_input_files(file)
    visitor.page.get_by_role("button", name="Send to Roblox").click()
    visitor.page.locator(".errorlist").first.wait_for()


def _looks_at_protected(universe: Universe) -> list[Look]:
    """What differs where two people make changes: a restart waits there, and another was made."""
    now = timezone.now()
    quay = Universe.objects.create(
        id=43, name="Quay", api_key=universe.api_key, protected_since=now
    )
    told = {"kind": "restart", "universe": quay, "proposed_at": now, "why": "the old key leaked"}
    told |= {"proposer": User.objects.get(email="manager@example.com"), "lapses_at": now}
    waits = Proposal.objects.create(**told, places="6930499525 6930499526", bleed_off_minutes=5)
    made = Proposal.objects.create(**told, state="approved", decided_at=now)
    who = "manager@example.com"
    restart = leave_restart(quay, pk=made.pk, state="failed", reason=FAILURE, proposed_by=who)
    return [
        Look("servers_protected", reverse("servers", args=[quay.pk])),
        Look("restart_to_propose", reverse("servers_restart", args=[quay.pk])),
        Look("publish_protected", reverse("servers_publish", args=[quay.pk])),
        Look("restart_proposed", reverse("proposal", args=[waits.pk])),
        Look("restart_approved", reverse("proposal", args=[made.pk])),
        Look("restart_of_two", reverse("server_restart", args=[quay.pk, restart.pk])),
    ]


def _leave_rollout(
    universe: Universe, name: str, kind: ChangeKind = ChangeKind.ROTATE, **told: object
) -> None:
    now = timezone.now()
    change = Change.objects.create(
        kind=kind,
        state=ChangeState.SUCCEEDED,
        universe=universe,
        name=name,
        seen=True,
        actor_kind="person",
        actor_name="rotator@example.com",
        door="browser",
        started_at=now,
        settled_at=now,
    )
    row = {"since": now, "by_own_clock": False, "tried_at": now, "read_at": now} | told
    Rollout.objects.create(change=change, universe=universe, **row)


def _leave_logs(universe: Universe) -> None:
    found = {"job_id": "5f1c7a0e-" + "0" * 27, "place_id": 6930499525, "lines": 14, "last": ""}
    now = timezone.now()
    LogReading.objects.create(
        universe=universe,
        found=json.dumps(found),
        looked_at=10,
        running=12,
        read_at=now,
        tried_at=now,
        failure=FAILURE,
    )
