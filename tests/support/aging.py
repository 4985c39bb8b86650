"""Lets the events of a log be as an earlier version wrote them, long ago."""

from datetime import timedelta

from secretsapp.core import chain
from secretsapp.models import AuditEvent, AuditHead
from secretsapp.rules import triggers
from secretsapp.rules.keys import audit_ring


def age(days: int) -> int:
    """Let every event be so many days older and of the first form, before any checkpoint.

    Gives how many there are.
    """
    ring, link = audit_ring(), chain.START_OF_CHAIN
    triggers.remove()
    for event in AuditEvent.objects.order_by("sequence"):
        event.time -= timedelta(days=days)
        event.format, event.session_id, event.request_id = 1, "", ""
        event.content = chain.content_hash(event.chained_fields())
        event.link = link = chain.link_hash(link, event.content)
        event.mac = ring.authenticate(link)
        event.save()
    AuditHead.objects.update(link=link)
    triggers.install()
    return AuditEvent.objects.count()
