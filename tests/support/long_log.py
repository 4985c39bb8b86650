"""A log that is long at once: events as `audit` would append them, in a few statements."""

from secretsapp.core import actor as actors
from secretsapp.core.events.people import PersonEvent
from secretsapp.models import AuditEvent, AuditHead
from secretsapp.rules import audit

SOMEONE = actors.system("tests")


def lengthen(to: int) -> None:
    """Append events until the log has so many."""
    head = AuditHead.objects.get()
    entry = audit.Entry(PersonEvent.PERSON_SIGNED_IN, SOMEONE)
    audit.append(*[entry] * (to - head.sequence))
    assert AuditEvent.objects.count() == to
