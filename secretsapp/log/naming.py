"""Who the people in events are: found by the id of their account, as an address may change.

They are called by their name of today. Everyone chooses their own name, so a name that several have
says of no one who it was; their address of today does, and the one of then is in the details.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

from secretsapp.core.actor import ActorKind
from secretsapp.log.event_view import EventView, Part
from secretsapp.models import User

LARGEST_ID = 2**63 - 1


@dataclass(frozen=True)
class _Known:
    """An account as it is now; the name is empty where it has none for itself."""

    name: str
    email: str

    @property
    def called(self) -> str:
        """What the person is called."""
        return self.name or self.email


def named(events: list[EventView]) -> list[EventView]:
    """The events with the names of people who have one for themselves, in one query."""
    people = _people(events)
    return [_with_names(event, people) for event in events]


def _people(events: Iterable[EventView]) -> dict[str, _Known]:
    """Everyone they are about, by the id and by the address that the log has of them."""
    ids, emails = set(), set()
    for event in events:
        ids |= {event.actor_id, event.starter_id}
        ids |= {event.subject_id} if event.is_about_person else set()
        emails |= set() if event.starter_id else {event.started_by}
    numbers = {int(each) for each in ids if each.isascii() and each.isdigit()}
    usable = {number for number in numbers if number <= LARGEST_ID}
    emails.discard("")
    if not usable and not emails:
        return {}
    found = list(_with_namesakes(User.objects.filter(Q(pk__in=usable) | Q(email__in=emails))))
    shared = Counter(person.name.casefold() for person in found)
    return {
        key: _Known(person.name if shared[person.name.casefold()] == 1 else "", person.email)
        for person in found
        for key in (str(person.pk), person.email)
    }


def _with_namesakes(people: QuerySet[User]) -> QuerySet[User]:
    """These people, and everyone who has the name of one of them, whatever its case."""
    lowered = User.objects.annotate(lowered=Lower("name"))
    theirs = people.exclude(name="").annotate(theirs=Lower("name")).values("theirs")
    return people | lowered.filter(lowered__in=theirs)


def _with_names(event: EventView, people: dict[str, _Known]) -> EventView:
    actor = people.get(event.actor_id) if event.actor_kind == ActorKind.PERSON else None
    about = people.get(event.subject_id) if event.is_about_person else None
    by_place = {"subject": about, "person": people.get(event.starter_id or event.started_by)}
    parts = [_named_part(part, by_place.get(part.place)) for part in event.parts]
    return replace(
        event,
        person_name=actor.name if actor else "",
        person_email=actor.email if actor else "",
        subject_email=about.email if about else "",
        parts=parts,
    )


def _named_part(part: Part, person: _Known | None) -> Part:
    return replace(part, text=person.called) if person else part
