"""Chooses events of an archive, and of the log that goes on, that evidence is made of."""

from itertools import groupby
from pathlib import Path

from secretsapp.core.actor import Actor
from secretsapp.core.archives import Head
from secretsapp.core.errors import BadArchive
from secretsapp.core.roles import Permission
from secretsapp.log import archive_checks, archive_reading, archived, choosing, matching, tree
from secretsapp.log.choosing import Chosen
from secretsapp.log.filters import AuditFilter
from secretsapp.models import AuditEvent
from secretsapp.operation.archives import files
from secretsapp.rules.policy import require_installation


def choose(actor: Actor, path: Path, wanted: AuditFilter) -> Chosen:
    """The events that are looked for, of the archive and behind it of the log here.

    All of the archive is checked. What is in other archives isn't looked for.
    Raises Forbidden for those who can't read all of the log, BadArchive also for one of another
    log, InvalidInput for no events and for too many, LogBroken and KeyTrouble.
    """
    require_installation(actor, Permission.READ_AUDIT)
    is_wanted, found, leaves = matching.of(wanted), list[AuditEvent](), dict[int, list[bytes]]()
    with files.opened(path) as lines:
        head = archive_reading.begin(lines)
        _refuse_others(head)
        for place, together in groupby(archive_reading.events(head, lines), key=_place):
            beside = list(together)
            if chosen := [event for event in beside if is_wanted(event)]:
                found += chosen
                choosing.refuse_too_many(found)
                leaves[place] = tree.leaves_of(beside)
    found += choosing.in_log(actor, wanted)
    choosing.refuse_none(found)
    choosing.refuse_too_many(found)
    return Chosen(found, leaves, archive=head.number)


def _refuse_others(head: Head) -> None:
    row = archived.of_event(head.first)
    if row is None or archived.head_of(row) != head:
        raise BadArchive(archive_checks.standing(head))


def _place(event: AuditEvent) -> int:
    return tree.place_of(event.sequence)
