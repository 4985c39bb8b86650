"""What addresses name: rows that are there, or are made now, or else an id that nothing has."""

from datetime import timedelta
from uuid import UUID, uuid4

from django.utils import timezone

from secretsapp.models import (
    AccessRequest,
    AuditEvent,
    Batch,
    Grant,
    Proposal,
    Publication,
    Review,
    ServerRestart,
    Team,
    Universe,
    User,
    Witness,
)
from tests.batches.rows import leave_batch
from tests.stage import STAGEHAND


def review(universe_id: int) -> int:
    """The open review of the universe, which starts where there is none."""
    now = timezone.now()
    told = {"started_at": now, "ends_at": now + timedelta(days=1), "ends_unanswered": False}
    found, _ = Review.objects.get_or_create(universe_id=universe_id, defaults=told)
    return found.pk


def batch(universe_id: int) -> UUID:
    """A batch of a command that waits there; without such a universe, one that there is not."""
    there = Universe.objects.filter(pk=universe_id).first()
    if there is None:
        return uuid4()
    found = Batch.objects.filter(items__universe=there).first()
    return found.pk if found else leave_batch(STAGEHAND, there).pk


def restart(universe_id: int) -> UUID:
    """A restart that is over; without such a universe, one that there is not."""
    there = Universe.objects.filter(pk=universe_id).first()
    if there is None:
        return uuid4()
    found = ServerRestart.objects.filter(universe=there).first()
    return found.pk if found else leave_restart(there).pk


def leave_restart(universe: Universe, **told: object) -> ServerRestart:
    """A restart of all its servers, finished unless something else is told of it."""
    now = timezone.now()
    row = {
        "state": "taken",
        "actor_name": "manager@example.com",
        "started_at": now,
        "finished_at": now,
        "total": 12,
        "remaining": 0,
    }
    return ServerRestart.objects.create(universe=universe, **(row | told))


def leave_publication(universe: Universe, **told: object) -> Publication:
    """A published version of a place, done unless something else is told of it."""
    row = {
        "place_id": 6930499525,
        "is_published": True,
        "size": 2_400_000,
        "sha256": "0" * 64,
        "state": "succeeded",
        "actor_name": "manager@example.com",
        "started_at": timezone.now(),
    }
    return Publication.objects.create(universe=universe, **(row | told))


def event(universe_id: int) -> int:
    """The first reading of the universe, which nobody did; else an event that there is not."""
    about = {"universe_id": str(universe_id), "tag": "universe.baseline"}
    found = AuditEvent.objects.filter(**about).first()
    return found.sequence if found else 10**9


def grant_in(universe_id: int | None) -> int:
    """The viewer's grant there; without one, one that there is not."""
    found = Grant.objects.filter(person=viewer(), universe=universe_id).first()
    return found.pk if found else 10**9


def proposal(universe_id: int, name: str) -> UUID:
    """A proposal that waits there; without such a universe, one that there is not."""
    if not Universe.objects.filter(pk=universe_id).exists():
        return uuid4()
    proposer, _ = User.objects.get_or_create(email="proposer@example.com")
    waiting = Proposal.objects.filter(universe=universe_id, state="waiting").first()
    now = timezone.now()
    waiting = waiting or Proposal.objects.create(
        kind="rotate",
        universe_id=universe_id,
        name=name,
        proposer=proposer,
        proposed_at=now,
        lapses_at=now + timedelta(days=7),
    )
    return waiting.pk


def request(universe_id: int) -> UUID:
    """A request of the stranger's that waits, made now where there is none."""
    person, now = User.objects.get(email="stranger@example.com"), timezone.now()
    asked = {"role": "rotator", "names": "PAY_KEY", "hours": 24, "reason": "season two"}
    found, _ = AccessRequest.objects.get_or_create(
        person=person,
        universe_id=universe_id,
        state="waiting",
        defaults={**asked, "made_at": now, "lapses_at": now + timedelta(days=1)},
    )
    return found.pk


def ending_grant(universe_id: int) -> int:
    """The viewer's grant there, which ends soon; without one, one that there is not."""
    grant_id = grant_in(universe_id)
    soon = timezone.now() + timedelta(days=3)
    Grant.objects.filter(pk=grant_id).update(until=soon, ends_as_meant=False)
    return grant_id


def team() -> int:
    """The team that a door before this one made; without one, one that there is not."""
    found = Team.objects.first()
    return found.pk if found else 10**9


def witness() -> int:
    """The witness that a door before this one added; without one, one that there is not."""
    found = Witness.objects.first()
    return found.pk if found else 10**9


def viewer() -> int:
    return User.objects.get(email="viewer@example.com").pk
