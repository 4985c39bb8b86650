"""Evidence of events that are in an archive, and what is looked for among them."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

import verify_evidence
from secretsapp.core.errors import BadArchive, Forbidden, InvalidInput
from secretsapp.core.events.kinds import Result
from secretsapp.log import conditions, evidence, matching
from secretsapp.log.filters import AuditFilter
from secretsapp.models import AuditEvent, Universe
from secretsapp.models.universes import Environment
from secretsapp.operation.archives import choosing
from tests.stage import HARBOR_ID, STAGEHAND, Cast
from tests.support.old_log import archive, make_old, sign_in
from tests.support.tampering import behind_the_back
from tests.support.unfinished import make

pytestmark = [pytest.mark.django_db, pytest.mark.engine]

CHANGES = AuditFilter(tag="secret", shows_attempts=True)


def test_evidence_of_events_in_an_archive_and_in_the_log_is_proved_by_one_checkpoint(
    tmp_path: Path, cast: Cast, universe: Universe, monkeypatch: pytest.MonkeyPatch
) -> None:
    make("rotate", cast, universe)
    make_old(monkeypatch, lambda: make("create", cast, universe))
    path = tmp_path / "log.gz"
    archive(path)
    make("delete", cast, universe)
    chosen = choosing.choose(STAGEHAND, path, CHANGES)
    assert len(chosen.leaves) == 2
    made = evidence.make_of_archived(STAGEHAND, chosen, "event=secret")
    verdict = verify_evidence.check(made.content, [made.checkpoint.verifier])
    assert [event["tag"] for event in verdict.events] == [
        "secret.rotate.started",
        "secret.rotate.succeeded",
        "secret.create.started",
        "secret.create.succeeded",
        "secret.delete.started",
        "secret.delete.succeeded",
    ]
    numbers = [int(event["sequence"]) for event in verdict.events]
    assert numbers[3] <= 512 < numbers[4]
    assert verdict.proved[1].endswith("Filter: archive=1&event=secret")
    assert made.checkpoint.size > 512
    edited = made.content.replace(b"PAY_KEY", b"PAY_KEX", 1)
    with pytest.raises(verify_evidence.Refused):
        verify_evidence.check(edited, [made.checkpoint.verifier])


def test_nothing_too_much_and_archives_that_are_not_of_this_log_are_refused(
    tmp_path: Path, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_old(monkeypatch)
    path = tmp_path / "log.gz"
    archive(path)
    with pytest.raises(Forbidden):
        choosing.choose(cast["manager"].actor, path, CHANGES)
    with pytest.raises(InvalidInput, match="No events match"):
        choosing.choose(STAGEHAND, path, AuditFilter(secret="NEVER_THERE"))
    for most in (300, 550):
        # The archive alone has too many, or only the archive and the log together.
        monkeypatch.setattr("secretsapp.log.choosing.MOST", most)
        with pytest.raises(InvalidInput, match=f"More than {most} events match"):
            choosing.choose(STAGEHAND, path, AuditFilter())
    content = path.read_bytes()
    path.write_bytes(content[:-9])
    with pytest.raises(BadArchive, match="cut off"):
        choosing.choose(STAGEHAND, path, CHANGES)
    path.write_bytes(content)
    behind_the_back("DELETE FROM secretsapp_auditarchive")
    with pytest.raises(BadArchive, match="doesn't have events 1 to 512"):
        choosing.choose(STAGEHAND, path, CHANGES)


def test_single_events_are_what_is_looked_for_where_their_rows_are(
    cast: Cast, universe: Universe
) -> None:
    for kind in ("rotate", "create"):
        make(kind, cast, universe)
    sign_in(cast)
    now, person = timezone.now(), cast["manager"].user.pk
    events = list(AuditEvent.objects.order_by("sequence"))
    for wanted in (
        AuditFilter(),
        AuditFilter(universe_id=HARBOR_ID),
        AuditFilter(environment=Environment.PRODUCTION),
        AuditFilter(environment=Environment.STAGING),
        AuditFilter(person="MANAGER"),
        AuditFilter(person_id=person),
        AuditFilter(actor_kind="command"),
        AuditFilter(about="viewer@"),
        AuditFilter(about_id=person),
        AuditFilter(door="browser"),
        AuditFilter(address="127.*"),
        AuditFilter(address="127.0.0.1"),
        AuditFilter(secret="PAY_*"),
        AuditFilter(secret="pay_*"),
        AuditFilter(secret="PAY_KEY"),
        AuditFilter(tag="secret.rotate"),
        AuditFilter(tag="secret.rot"),
        AuditFilter(tag="person.signed_in", door="browser"),
        AuditFilter(result=Result.SUCCEEDED),
        AuditFilter(since=now),
        AuditFilter(until=now),
        AuditFilter(since=now - timedelta(hours=1), until=now),
        AuditFilter(words=frozenset({"pay", "harb"})),
        AuditFilter(change_id=events[-2].change_id or "none"),
        AuditFilter(session_id="none"),
        AuditFilter(request_id=events[0].request_id),
    ):
        is_wanted = matching.of(wanted)
        rows = AuditEvent.objects.filter(*conditions.of(wanted)).order_by("sequence")
        assert [event for event in events if is_wanted(event)] == list(rows), wanted
