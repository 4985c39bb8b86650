"""Evidence on its page: of what the filter finds, for people who may read that, and its checker."""

import inspect

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

import verify_evidence
from secretsapp.models import AuditEvent, Checkpoint, Universe
from tests.pages.conftest import ClientFor
from tests.stage import HARBOR_ID, Cast
from tests.support.tampering import behind_the_back

pytestmark = pytest.mark.django_db

PAGE, VERIFIER, LOG = reverse("evidence"), reverse("evidence_verifier"), reverse("audit")
OF_HARBOR = f"?universe={HARBOR_ID}"


def words(client: Client, address: str, status: int = 200) -> str:
    """The page in words, with single spaces."""
    answer = client.get(address)
    assert answer.status_code == status
    return " ".join(answer.content.decode().split())


def test_evidence_leads_from_the_log_to_a_file_that_proves_it(
    client_for: ClientFor, universe: Universe
) -> None:
    admin, manager = client_for("admin"), client_for("manager")
    address = f"{PAGE}{OF_HARBOR}&event=grant"
    assert escape(address) in words(admin, f"{LOG}{OF_HARBOR}&event=grant")
    activity = reverse("universe_activity", args=[HARBOR_ID])
    assert f"{PAGE}?event=grant&amp;universe=" in words(manager, f"{activity}?event=grant")
    assert f"{PAGE}{OF_HARBOR}" in words(manager, activity)
    shown = words(manager, address)
    assert "once the first checkpoint was signed" in shown
    answer = manager.post(address)
    made = Checkpoint.objects.get()
    assert answer.headers["Content-Disposition"] == 'attachment; filename="evidence-1.json"'
    verdict = verify_evidence.check(answer.content, [made.verifier])
    assert f"these {len(verdict.events)} events in full" in shown
    assert {event["tag"] for event in verdict.events} == {"grant.given"}
    assert escape(made.verifier) in words(manager, address)
    told = AuditEvent.objects.get(tag="evidence.made")
    assert told.actor_name == "manager@example.com"
    assert AuditEvent.objects.get(tag="checkpoint.made").actor_kind == "system"
    source = manager.get(VERIFIER)
    assert source.content.decode() == inspect.getsource(verify_evidence)


def test_what_makes_no_sense_is_said_and_makes_nothing(
    cast: Cast, client_for: ClientFor, universe: Universe
) -> None:
    admin, manager, viewer = client_for("admin"), client_for("manager"), client_for("viewer")
    for query, sentence in (
        ("?event=nonsense", "no such event"),
        ("?from=2026-12-03&to=2026-12-01", "before the first"),
        ("?zone=Nowhere/Land&since=today", "time zone is unknown"),
        ("?nonsense=1", "no such filter"),
        ("?secret=NEVER_THERE", "No events match"),
    ):
        assert sentence in words(admin, PAGE + query, 422)
        assert admin.post(PAGE + query).status_code == 422
    assert "No events match" in words(manager, f"{PAGE}?person=viewer@example.com", 422)
    assert viewer.get(PAGE).status_code == viewer.post(PAGE).status_code == 403
    activity = reverse("universe_activity", args=[HARBOR_ID])
    assert PAGE not in words(viewer, activity)
    behind_the_back("UPDATE secretsapp_auditevent SET actor_name = 'x' WHERE sequence = 3")
    answer = admin.post(PAGE)
    assert answer.status_code == 422
    assert "Event 3 was edited" in answer.content.decode()
    assert not Checkpoint.objects.exists()
    assert not AuditEvent.objects.filter(tag="evidence.made").exists()
