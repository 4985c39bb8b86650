"""Events as channels tell them: a sentence each, and where to read more."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.db.models import QuerySet

from secretsapp.core.errors import LogBroken
from secretsapp.core.events.proofs import ProofEvent
from secretsapp.log.damaged_rows import read_rows
from secretsapp.log.event_view import EventView, with_secret
from secretsapp.log.naming import named
from secretsapp.log.searching import UNREADABLE
from secretsapp.log.wording import view_of
from secretsapp.models import AuditEvent, Checkpoint

# An edited event can have any digits, and a database knows only numbers of 64 bits.
LONGEST_NUMBER = 18


@dataclass(frozen=True)
class Told:
    """An event, as it is stored and in words.

    `note` is the signed note of a checkpoint, which is worth most where it is kept elsewhere.
    """

    event: AuditEvent
    view: EventView
    note: str = ""

    @property
    def sentence(self) -> str:
        """The whole sentence, in one line."""
        view = self.view
        words = f"{view.who} {view.sentence}" if view.names_actor else view.sentence
        if view.names_secret:
            words += f" on {view.secret_name}"
        if view.names_universe:
            words += f" in {view.universe_name}"
        return " ".join(words.split())

    @property
    def link(self) -> str:
        """Where the event has its page."""
        return f"{settings.SITE_URL}/audit/events/{self.view.sequence}/"


def read(found: QuerySet[AuditEvent]) -> list[Told]:
    """The events in words; raises LogBroken where one cannot be read."""
    events = read_rows(found)
    if events is None:
        raise LogBroken(UNREADABLE)
    return list(told(events))


def told(events: Iterable[AuditEvent]) -> Iterable[Told]:
    """The events, with people's names as they are today."""
    rows = list(events)
    views = named([with_secret(view_of(event)) for event in rows])
    numbers = [_checkpoint(view) for view in views]
    notes = _notes({number for number in numbers if number})
    return (
        Told(event, view, notes.get(number, ""))
        for event, view, number in zip(rows, views, numbers, strict=True)
    )


def _checkpoint(view: EventView) -> int:
    """The number of the checkpoint that the event tells of, or 0."""
    number = view.detail.get("number", "")
    is_number = number.isascii() and number.isdigit() and len(number) <= LONGEST_NUMBER
    return int(number) if is_number and view.tag == ProofEvent.CHECKPOINT_MADE.tag else 0


def _notes(numbers: set[int]) -> dict[int, str]:
    """The notes of these checkpoints, by their numbers."""
    found = Checkpoint.objects.filter(number__in=numbers)
    return dict(found.values_list("number", "note"))
