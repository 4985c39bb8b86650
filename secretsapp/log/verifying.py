"""Verifies the audit log: every event, every link, the head, and an anchor if there is one."""

from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from itertools import count

from secretsapp.core.actor import Actor
from secretsapp.core.errors import InvalidInput, LogBroken
from secretsapp.core.roles import Permission
from secretsapp.log import archive_checks, archived, proofs, stored_events, wiped
from secretsapp.log.checking import START, Anchor, followed, told_if_broken, unreadable
from secretsapp.log.damaged_rows import UNREADABLE, read, read_rows
from secretsapp.log.stored_events import Stored
from secretsapp.models import AuditEvent, AuditHead
from secretsapp.models.audit import HEAD_ID
from secretsapp.rules import pending_migrations, schema, triggers
from secretsapp.rules.policy import require_installation

LINK_LENGTH = 64

_HEAD_UNREADABLE = (
    "The head of the audit log can't be read: someone edited it in the database. The log was "
    "tampered with."
)


@dataclass(frozen=True)
class Verified:
    """A whole chain: how many events it has, its head to note as the next anchor, and how many
    checkpoints were signed of it. `archived` says where the first of the events are, if anywhere.
    """

    events: int
    head: Anchor
    checkpoints: int
    archived: tuple[str, ...] = ()


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

    Raises SchemaChanged, NewerTables or OlderTables where the tables are not what they should be.

    What was cut off at the end together with the head is found by a checkpoint that is of more
    events; where the checkpoints were cut off too, only against an anchor.
    """
    require_installation(actor, Permission.READ_AUDIT)
    pending_migrations.check()
    schema.check()
    _check_triggers()
    _check_is_not_archived(anchor)
    with stored_events.by_the_table():
        last, anchored, checkpoints = _followed(anchor)
    schema.check_indexes()
    if anchor is not None and not anchored:
        raise LogBroken(
            f"The audit log doesn't contain the anchor: event {anchor.sequence} is missing or "
            "is not the one that was noted. Events were cut off or the log was rebuilt."
        )
    sentences = tuple(map(archived.sentence, archived.rows()))
    return Verified(last.sequence, last, checkpoints, sentences)


def _followed(anchor: Anchor | None) -> tuple[Anchor, bool, int]:
    """The end of the chain, each event of which was checked; whether it holds the anchor; and how
    many checkpoints were compared with it."""
    archive_checks.check()
    head, last, tree = _head(), archived.boundary(), proofs.Comparison()
    anchored = anchor in (None, START, last)
    # Where it breaks, the cursor is closed before the transaction that it belongs to.
    with closing(_events(last.sequence)) as events:
        for event in followed(events, last):
            tree.compare(event)
            last = Anchor(event.sequence, event.link)
            anchored = anchored or anchor == last
    _check_end(last, head)
    tree.end()
    wiped.check()
    return last, anchored, tree.count


def _check_is_not_archived(anchor: Anchor | None) -> None:
    """Raise InvalidInput where the anchor is of an event that another file holds."""
    archive = archived.of_event(anchor.sequence) if anchor else None
    if archive is not None and anchor is not None and anchor.sequence < archived.last():
        raise InvalidInput(
            f"{archived.sentence(archive)} Hold the anchor against that: `manage.py verify_audit "
            f"--archive FILE --anchor {anchor}`.",
            field="anchor",
        )


def _check_triggers() -> None:
    absent = triggers.missing()
    if absent:
        raise LogBroken(
            f"Triggers that protect the audit log are missing: {', '.join(absent)}. Run "
            "`manage.py setup` and find out who removed them."
        )


def _head() -> AuditHead:
    heads = read_rows(AuditHead.objects.filter(pk=HEAD_ID))
    if heads is None:
        raise LogBroken(_HEAD_UNREADABLE)
    if not heads:
        raise LogBroken("The head of the audit log is missing: the log was tampered with.")
    return heads[0]


def _events(boundary: int) -> Generator[Stored, None, None]:
    """Every event in order; from one that cannot be read on each by itself, to name it."""
    last = boundary
    try:
        for event in stored_events.every():
            yield event
            last = event.sequence
    except UNREADABLE:
        # Raises where it is the database itself that does not answer.
        AuditHead.objects.exists()
    else:
        return
    yield from _one_by_one(last, boundary)


def _one_by_one(last: int, boundary: int) -> Iterator[AuditEvent]:
    """The events behind `last`, each read by itself, up to the one that cannot be read."""
    for number in count(last + 1):
        found = read(partial(stored_events.numbered, number))
        if found is None:
            raise LogBroken(unreadable(number))
        if not found:
            _check_nothing_beside(boundary, number - 1)
            return
        yield from found


def _check_nothing_beside(boundary: int, last: int) -> None:
    """Refuse events that are none of these up to `last`; without any, the reading has passed."""
    if AuditEvent.objects.exclude(sequence__range=(boundary + 1, last)).exists():
        raise LogBroken(
            f"Event {last + 1} is missing, and an event out of order can't be read: someone "
            "edited it in the database."
        )


def _check_end(last: Anchor, head: AuditHead) -> None:
    if (head.sequence, head.link) == (last.sequence, last.link):
        return
    with told_if_broken(_HEAD_UNREADABLE):
        if head.sequence > last.sequence:
            raise LogBroken(f"Event {last.sequence + 1} is missing: the end was cut off.")
    raise LogBroken(f"The head of the log doesn't match event {last.sequence}.")
