"""Verifies the audit log: every event, every link, the head, and an anchor if there is one."""

from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from functools import partial
from itertools import count

from secretsapp.core.actor import Actor
from secretsapp.core.errors import InvalidInput, LogBroken
from secretsapp.core.roles import Permission
from secretsapp.log import archive_checks, archived, proofs, stored_events, wiped, witness_rows
from secretsapp.log.checking import START, Anchor, told_if_broken, unreadable
from secretsapp.log.damaged_rows import UNREADABLE, read, read_rows
from secretsapp.log.ranges import Processes, Range, Summary, are_joined, split, summarize
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


def verify(
    actor: Actor, anchor: Anchor | None = None, processes: Processes | None = None
) -> Verified:
    """Check the whole log; raises LogBroken with the sequence number where it breaks.

    Raises SchemaChanged, NewerTables or OlderTables where the tables are not what they should be.

    What was cut off at the end together with the head is found by a checkpoint that is of more
    events; where the checkpoints were cut off too, only against an anchor. Where there are
    `processes`, a long log is verified by all of them, in ranges.
    """
    require_installation(actor, Permission.READ_AUDIT)
    pending_migrations.check()
    schema.check()
    check_triggers()
    _check_is_not_archived(anchor)
    begun = _begin(anchor)
    summaries = _in_ranges(begun, processes) or [_as_a_whole(begun)]
    last, checkpoints = _joined(begun, summaries)
    schema.check_indexes()
    witness_rows.check()
    if anchor not in (None, START, begun.before) and not any(anchor in s.held for s in summaries):
        raise LogBroken(
            f"The audit log doesn't contain the anchor: event {anchor.sequence} is missing or "
            "is not the one that was noted. Events were cut off or the log was rebuilt."
        )
    sentences = tuple(map(archived.sentence, archived.rows()))
    return Verified(last.sequence, last, checkpoints, sentences)


@dataclass(frozen=True)
class _Begun:
    """What was there before the events are read: others may append meanwhile."""

    before: Anchor
    head: Anchor
    tree: proofs.Comparison
    anchors: frozenset[Anchor]


def _begin(anchor: Anchor | None) -> _Begun:
    with stored_events.by_the_table():
        archive_checks.check()
        end = _end_of(head())
        anchors = frozenset(each for each in (anchor, end) if each)
        return _Begun(archived.boundary(), end, proofs.Comparison(), anchors)


def _as_a_whole(begun: _Begun) -> Summary:
    whole = Range(begun.before, None, begun.tree.sizes, begun.anchors)
    # Where it breaks, the cursor is closed before the transaction that it belongs to.
    with stored_events.by_the_table(), closing(_events(begun.before.sequence)) as events:
        return summarize(whole, events)


def _in_ranges(begun: _Begun, processes: Processes | None) -> list[Summary]:
    """What processes find, each in its range; nothing where one finds a bad event or none starts.

    Then the log is read as a whole, which names the first bad event.
    """
    with suppress(LogBroken, OSError, *UNREADABLE):
        parts = split(begun.before, begun.head.sequence, processes.count if processes else 1)
        if processes and len(parts) > 1:
            parts = [replace(p, sizes=begun.tree.sizes, anchors=begun.anchors) for p in parts]
            summaries = processes.summarize(parts)
            return summaries if are_joined(parts, summaries) else []
    return []


def _joined(begun: _Begun, summaries: Sequence[Summary]) -> tuple[Anchor, int]:
    """The end of the chain, and how many checkpoints were compared with it."""
    with stored_events.by_the_table():
        for summary in summaries:
            begun.tree.take(summary)
        last = summaries[-1].last
        is_held = any(begun.head in summary.held for summary in summaries)
        _check_end(last, begun.head, goes_on=is_held)
        begun.tree.end()
        wiped.check()
        return last, begun.tree.count


def _end_of(found: AuditHead) -> Anchor:
    return Anchor(found.sequence, found.link)


def _check_is_not_archived(anchor: Anchor | None) -> None:
    """Raise InvalidInput where the anchor is of an event that another file holds."""
    archive = archived.of_event(anchor.sequence) if anchor else None
    if archive is not None and anchor is not None and anchor.sequence < archived.last():
        raise InvalidInput(
            f"{archived.sentence(archive)} Hold the anchor against that: `manage.py verify_audit "
            f"--archive FILE --anchor {anchor}`.",
            field="anchor",
        )


def check_triggers() -> None:
    """Raise LogBroken where a guard of the log is missing."""
    absent = triggers.missing()
    if absent:
        raise LogBroken(
            f"Triggers that protect the audit log are missing: {', '.join(absent)}. Run "
            "`manage.py setup` and find out who removed them."
        )


def head() -> AuditHead:
    """The number and link of the newest event; raises LogBroken where it is missing or edited."""
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


def _check_end(last: Anchor, known: Anchor, *, goes_on: bool) -> None:
    """Refuse an end that isn't the head, unless the chain `goes_on` behind that by now."""
    if known == last:
        return
    with told_if_broken(_HEAD_UNREADABLE):
        if known.sequence > last.sequence:
            raise LogBroken(f"Event {last.sequence + 1} is missing: the end was cut off.")
        if goes_on and head().sequence >= last.sequence:
            return
    raise LogBroken(f"The head of the log doesn't match event {last.sequence}.")
