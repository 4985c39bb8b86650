"""Exports what is looked for in the log, oldest first, with as little memory as a page.

An export is an event itself, and holds what was there before that one.
"""

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import Max

from secretsapp.core.actor import Actor
from secretsapp.core.errors import Forbidden
from secretsapp.core.events.installation import InstallationEvent
from secretsapp.core.roles import Permission
from secretsapp.log import export_texts, reading, streaming
from secretsapp.log.export_texts import Form
from secretsapp.log.filters import AuditFilter
from secretsapp.log.index import questions
from secretsapp.log.searching import Search
from secretsapp.models import AuditEvent, Universe
from secretsapp.rules.acting import RightSomewhere, acting
from secretsapp.rules.policy import Rights, rights_now, rights_of

# So many seconds after a piece was sent, it is asked again whether the rest may be.
ASKED_AFTER = 1


@dataclass(frozen=True)
class Asked:
    """What is to be exported: what is looked for, as it stands in an address and as it is meant.

    `universe` is the one that all of it is about, where it was asked for on the page of one.
    """

    text: str
    wanted: AuditFilter
    universe: Universe | None = None


class Piece(NamedTuple):
    """A part of an export as text, and how many events are in it."""

    text: str
    events: int


@dataclass(frozen=True)
class Found:
    """What an export holds: so many `events` of those up to number `up_to`."""

    search: Search
    up_to: int
    events: int
    of_histories: bool

    @property
    def words(self) -> str:
        """How many there are, in words."""
        return f"{self.events:,} {'event' if self.events == 1 else 'events'}"


def find(actor: Actor, wanted: AuditFilter) -> Found:
    """What an export would hold now; raises Forbidden and LogBroken as a page does."""
    own = questions.basis(actor, of_histories=wanted.of_histories)
    up_to = newest()
    search = reading.looking_for(actor, wanted, own, up_to=up_to)
    events = streaming.count(search, wanted, up_to)
    return Found(search, up_to, events, wanted.of_histories)


def export(actor: Actor, asked: Asked, form: Form) -> tuple[Found, Iterator[Piece]]:
    """What the export holds, and its pieces, which raise LogBroken as a page does.

    Raises Forbidden once the actor has lost a right that they had when it was looked for, and so do
    the pieces.

    The log holds who exported what, in which form, and how many events these were up to which.
    """
    held = rights_of(actor)
    found = find(actor, asked.wanted)
    detail = {
        "count": str(found.events),
        "format": form.upper(),
        "filter": asked.text,
        "up_to": str(found.up_to),
    }
    may = Permission.LIST_SECRETS if found.of_histories else Permission.READ_AUDIT
    with acting(actor, RightSomewhere(may)) as act:
        _check_kept(actor, held)
        act.tell(InstallationEvent.LOG_EXPORTED, asked.universe, detail=detail)
    return found, _watched(actor, held, _pieces(found, form))


def newest() -> int:
    """The number of the newest event."""
    return AuditEvent.objects.aggregate(last=Max("sequence"))["last"] or 0


def following(
    actor: Actor, wanted: AuditFilter, form: Form, after: int
) -> tuple[int, Iterator[Piece]]:
    """The number of the newest event, and what came behind `after`, in pieces.

    Rights are those of now: raises Forbidden once there are none.
    """
    up_to = newest()
    search = reading.looking_for(actor, wanted, up_to=up_to)
    return max(up_to, after), _lines(Found(search, up_to, 0, wanted.of_histories), form, after)


def _watched(actor: Actor, held: Rights, pieces: Iterable[Piece]) -> Iterator[Piece]:
    asked_at = time.monotonic()
    for piece in pieces:
        if time.monotonic() >= asked_at + ASKED_AFTER:
            _check_kept(actor, held)
            asked_at = time.monotonic()
        yield piece
    # Rows that may no longer be read are just not there, so an end may be too early.
    _check_kept(actor, held)


def _check_kept(actor: Actor, held: Rights) -> None:
    now = rights_now(actor)
    if not set(held.holdings) <= set(now.holdings) or held.wider != now.wider:
        raise Forbidden(
            "Your access changed while the events were being exported, so the file isn't complete. "
            "Export them again.",
            permission=Permission.READ_AUDIT,
        )


def _pieces(found: Found, form: Form) -> Iterator[Piece]:
    yield Piece(export_texts.head(form), 0)
    yield from _lines(found, form, 0)


def _lines(found: Found, form: Form, after: int) -> Iterator[Piece]:
    for rows in streaming.rows(found.search, after, found.up_to):
        if rows:
            text = export_texts.text(form, rows, of_histories=found.of_histories)
            yield Piece(text, len(rows))
