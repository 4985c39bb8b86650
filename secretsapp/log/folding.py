"""Folds the beginning of a change into its outcome, within the query, so that pages stay whole."""

from django.db.models import (
    Case,
    DateTimeField,
    Exists,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)

from secretsapp.core.events import EVENTS
from secretsapp.core.events.kinds import Result
from secretsapp.models import AuditEvent

BEGINNINGS = frozenset(event.tag for event in EVENTS if event.result is Result.STARTED)
_BEGINS = Q(tag__in=BEGINNINGS)


def folded(found: QuerySet[AuditEvent]) -> QuerySet[AuditEvent]:
    """These events without the beginnings whose outcome is among them.

    A beginning whose outcome is not looked for stays: it is all there is to see of its change.
    """
    return found.exclude(_BEGINS & Q(Exists(_outcomes(found))))


def with_other_half(found: QuerySet[AuditEvent]) -> QuerySet[AuditEvent]:
    """The events, each with `began_at` if it ends a change and `is_over` if it begins one."""
    events = AuditEvent.objects.all()
    begun = _same_change(events).filter(_BEGINS, sequence__lt=OuterRef("sequence"))
    newest = Subquery(begun.order_by("-sequence").values("time")[:1])
    # Most events belong to no change, and for these nothing is looked up.
    ends = ~Q(change_id="") & ~_BEGINS
    return found.annotate(
        began_at=Case(When(ends, then=newest), default=None, output_field=DateTimeField()),
        is_over=Case(When(_BEGINS, then=Exists(_outcomes(events))), default=Value(False)),
    )


def _outcomes(found: QuerySet[AuditEvent]) -> QuerySet[AuditEvent]:
    """Those of the events that tell what came of the change that began with the outer one."""
    return _same_change(found).filter(~_BEGINS, sequence__gt=OuterRef("sequence"))


def _same_change(found: QuerySet[AuditEvent]) -> QuerySet[AuditEvent]:
    """Those of the same change, which an index finds."""
    return found.filter(change_id=OuterRef("change_id")).exclude(change_id="")
