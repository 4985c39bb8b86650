"""Decides how far an archive goes: whole blocks, old enough, and nothing that is still needed."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from secretsapp.core.errors import InvalidInput
from secretsapp.core.events.secrets import SecretEvent
from secretsapp.log import tree
from secretsapp.models import AuditEvent, Change, Channel, Proposal, Secret, Witness
from secretsapp.models import audit as audit_tables
from secretsapp.models.secrets import OPEN_STATES, ProposalState
from secretsapp.rules.sql import words

# Younger events stay, whatever is asked for; the trigger says the same.
YOUNGEST = timedelta(days=30)
_DRIFT = (SecretEvent.SECRET_DRIFT_CHANGED.tag, SecretEvent.SECRET_DRIFT_APPEARED.tag)


def parse_day(text: str) -> datetime:
    """The beginning of that day in UTC; raises InvalidInput for one that is too young, or none."""
    try:
        day = datetime.combine(date.fromisoformat(text.strip()), time.min, UTC)
    except ValueError:
        raise InvalidInput("Write the day like 2026-01-31.", field="before") from None
    if timezone.now() - day < YOUNGEST:
        raise InvalidInput(
            f"Events of the last {YOUNGEST.days} days stay in the log. Give an earlier day.",
            field="before",
        )
    return day


def unit() -> int:
    """An archive has so many events, or a multiple: subtrees and blocks of the index are whole."""
    return max(tree.WIDTH, audit_tables.BLOCK_SIZE)


def end(before: datetime, covered: int) -> int:
    """The last event for an archive: before that time, and among so many that were signed.

    An event that is still needed stays, and the one before it too: it is held against its link. So
    does what a witness hasn't cosigned, as it is sent a proof from there on, and what a channel
    wasn't told, as it can be resumed from where it stopped.
    """
    younger = AuditEvent.objects.filter(time__gte=before)
    cosigned = Witness.objects.filter(size__gt=0).values_list("size", flat=True)
    stay = [covered + 1, *_first(younger), *(number - 1 for number in _needed())]
    stay += [size + 1 for size in cosigned]
    stay += [told + 1 for told in Channel.objects.values_list("position", flat=True)]
    return (min(stay) - 1) // unit() * unit()


def _needed() -> Iterator[int]:
    """The first events of what is open: changes, proposals, and what changed outside."""
    changes = Change.objects.filter(state__in=words(*OPEN_STATES)).values_list("pk", flat=True)
    proposals = Proposal.objects.filter(state=ProposalState.WAITING).values_list("pk", flat=True)
    ids = [str(each) for each in (*changes, *proposals)]
    yield from _first(AuditEvent.objects.filter(change_id__in=ids))
    drifted = Secret.objects.filter(drifted_at__isnull=False)
    places = {(str(place), name) for place, name in drifted.values_list("universe_id", "name")}
    found = AuditEvent.objects.filter(tag__in=_DRIFT).order_by("sequence") if places else ()
    for event in found:
        if (event.universe_id, event.secret_name) in places:
            yield event.sequence
            return


def _first(events: QuerySet[AuditEvent]) -> list[int]:
    return list(events.order_by("sequence").values_list("sequence", flat=True)[:1])
