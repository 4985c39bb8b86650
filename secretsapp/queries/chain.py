"""Verifies the audit log: every event, every link, the head, and an anchor if there is one."""

from collections.abc import Iterator
from dataclasses import dataclass

from secretsapp import triggers
from secretsapp.core import chain
from secretsapp.core.actor import Actor
from secretsapp.core.errors import InvalidInput, LogBroken
from secretsapp.core.roles import Permission
from secretsapp.keys import audit_ring
from secretsapp.models import AuditEvent, AuditHead
from secretsapp.models.audit import HEAD_ID
from secretsapp.policy import require_installation

BATCH = 2000
LINK_LENGTH = 64


@dataclass(frozen=True)
class Anchor:
    """A place in the chain that was noted outside the database: sequence number and link."""

    sequence: int
    link: str


@dataclass(frozen=True)
class Verified:
    """A whole chain: how many events it has, and its head to note as the next anchor."""

    events: int
    head: Anchor


def parse_anchor(text: str) -> Anchor:
    """The anchor in `SEQ:LINK`, as `verify_audit` prints it; raises InvalidInput."""
    sequence, _, link = text.strip().partition(":")
    if not (sequence.isascii() and sequence.isdigit() and len(sequence) < LINK_LENGTH):
        raise InvalidInput("An anchor is SEQ:LINK, as verify_audit prints it.", field="anchor")
    if len(link) != LINK_LENGTH or not set(link) <= set("0123456789abcdef"):
        raise InvalidInput("An anchor is SEQ:LINK, as verify_audit prints it.", field="anchor")
    return Anchor(int(sequence), link)


def verify(actor: Actor, anchor: Anchor | None = None) -> Verified:
    """Check the whole log; raises LogBroken with the sequence number where it breaks.

    What was cut off at the end together with the head is found only against an anchor.
    """
    require_installation(actor, Permission.READ_AUDIT)
    _check_triggers()
    head = _head()
    last = Anchor(0, chain.START_OF_CHAIN)
    anchored = anchor is None or anchor == last
    for event in _events():
        _check(event, last)
        last = Anchor(event.sequence, event.link)
        anchored = anchored or anchor == last
    _check_end(last, head)
    if anchor is not None and not anchored:
        raise LogBroken(
            f"The audit log does not hold the anchor: event {anchor.sequence} is missing or not "
            "the one that was noted. Events were cut off or the log was made anew."
        )
    return Verified(events=last.sequence, head=last)


def _check_triggers() -> None:
    absent = triggers.missing()
    if absent:
        raise LogBroken(
            f"The triggers that protect the audit log are not in place: {', '.join(absent)}. "
            "Run `manage.py setup` and find out who removed them."
        )


def _head() -> AuditHead:
    head = AuditHead.objects.filter(pk=HEAD_ID).first()
    if head is None:
        raise LogBroken("The head of the audit log is missing: the log was tampered with.")
    return head


def _events() -> Iterator[AuditEvent]:
    """Every event in order, in batches by sequence, so that memory stays bounded."""
    last = -(2**62)
    while batch := list(AuditEvent.objects.filter(sequence__gt=last).order_by("sequence")[:BATCH]):
        yield from batch
        last = batch[-1].sequence


def _check(event: AuditEvent, last: Anchor) -> None:
    expected = last.sequence + 1
    if event.sequence != expected:
        raise LogBroken(f"Event {expected} is missing: the next one has number {event.sequence}.")
    if event.format != chain.FORMAT:
        raise LogBroken(f"Event {event.sequence} has an unknown format.")
    if chain.content_hash(event.chained_fields()) != event.content:
        raise LogBroken(f"Event {event.sequence} was edited: its content does not match its hash.")
    if chain.link_hash(last.link, event.content) != event.link:
        raise LogBroken(f"Event {event.sequence} does not follow from event {last.sequence}.")
    if not audit_ring().verifies(event.link, mac=event.mac, key_id=event.key_id):
        raise LogBroken(f"Event {event.sequence} was not written with our audit key.")


def _check_end(last: Anchor, head: AuditHead) -> None:
    if head.sequence > last.sequence:
        raise LogBroken(f"Event {last.sequence + 1} is missing: the end was cut off.")
    if (head.sequence, head.link) != (last.sequence, last.link):
        raise LogBroken(f"The head of the log does not match event {last.sequence}.")
