"""Which events evidence is made of, and in words what they say, before any is made."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import verify_evidence
from secretsapp.core.actor import Actor
from secretsapp.core.errors import InvalidInput
from secretsapp.core.roles import Permission, refusal
from secretsapp.log import reading
from secretsapp.log.event_view import EventView, with_secret
from secretsapp.log.filters import AuditFilter
from secretsapp.log.naming import named
from secretsapp.log.wording import view_of
from secretsapp.models import AuditEvent

MOST = verify_evidence.MOST_EVENTS


@dataclass(frozen=True)
class Chosen:
    """Events for evidence, in their order.

    Of those that are in an archive, `leaves` are the hashes around them (`tree.leaves_of`) by their
    place, and `archive` is its number.
    """

    events: Sequence[AuditEvent]
    leaves: Mapping[int, list[bytes]] = field(default_factory=dict)
    archive: int = 0


def require(actor: Actor) -> None:
    """Raise Forbidden unless the actor may read some part of the log."""
    if not reading.may_read(actor):
        raise refusal(Permission.READ_AUDIT)


def choose(actor: Actor, wanted: AuditFilter) -> list[AuditEvent]:
    """The events that evidence would hold now, in their order.

    Raises as `in_log` and InvalidInput for none.
    """
    found = in_log(actor, wanted)
    refuse_none(found)
    return found


def in_log(actor: Actor, wanted: AuditFilter) -> list[AuditEvent]:
    """The events in the database that are looked for, in their order.

    Raises Forbidden for those who may not read the log, also where they may read histories, which
    leave out what evidence needs; InvalidInput for too many; LogBroken.
    """
    if wanted.of_histories:
        raise refusal(Permission.READ_AUDIT)
    numbers = reading.looking_for(actor, wanted).newest(MOST + 1)
    refuse_too_many(numbers)
    found = reading.newest(AuditEvent.objects.filter(sequence__in=numbers), MOST)
    return found[::-1]


def refuse_none(found: Sequence[object]) -> None:
    """Raise InvalidInput where nothing was chosen."""
    if not found:
        raise InvalidInput("No events match, so there is nothing to prove. Change the filter.")


def refuse_too_many(found: Sequence[object]) -> None:
    """Raise InvalidInput for more than evidence can hold."""
    if len(found) > MOST:
        raise InvalidInput(
            f"More than {MOST:,} events match. Narrow the filter, for example to fewer days."
        )


def preview(actor: Actor, wanted: AuditFilter) -> list[EventView]:
    """The events that evidence would hold, in words; raises as `choose`."""
    return named([with_secret(view_of(event)) for event in choose(actor, wanted)])
