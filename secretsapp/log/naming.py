"""Who the people in events are: found by the id of their account, as an address may change.

Everyone chooses their own name, so a name that several have says of no one who it was.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from django.db.models import Q
from django.db.models.functions import Lower

from secretsapp.core.actor import ActorKind
from secretsapp.log.wording import EventView, Part
from secretsapp.models import User

LARGEST_ID = 2**63 - 1


def named(events: list[EventView]) -> list[EventView]:
    """The events with the names of people who have one for themselves, in two queries."""
    people = _people(events)
    return [_with_names(event, people) for event in events]


def _people(events: Iterable[EventView]) -> dict[str, User]:
    """Everyone they are about, by the id and by the address that the log has of them."""
    ids, emails = set(), set()
    for event in events:
        ids |= {event.actor_id, event.subject_id} if event.is_about_person else {event.actor_id}
        emails.add(event.started_by)
    numbers = {int(each) for each in ids if each.isascii() and each.isdigit()}
    usable = {number for number in numbers if number <= LARGEST_ID}
    emails.discard("")
    if not usable and not emails:
        return {}
    found = list(User.objects.filter(Q(pk__in=usable) | Q(email__in=emails)))
    shared = _shared_names({person.name for person in found if person.name})
    known = (person for person in found if person.name.casefold() not in shared)
    return {key: person for person in known for key in (str(person.pk), person.email)}


def _shared_names(names: set[str]) -> set[str]:
    """Those that several accounts have, whatever their case."""
    alike = Q(name__in=names) | Q(lowered__in={name.lower() for name in names})
    having = User.objects.annotate(lowered=Lower("name")).filter(alike)
    counted = Counter(name.casefold() for name in having.values_list("name", flat=True))
    return {name for name, count in counted.items() if count > 1}


def _with_names(event: EventView, people: dict[str, User]) -> EventView:
    actor = people.get(event.actor_id) if event.actor_kind == ActorKind.PERSON else None
    about = people.get(event.subject_id) if event.is_about_person else None
    by_place = {"subject": about, "person": people.get(event.started_by)}
    parts = [_named_part(part, by_place.get(part.place)) for part in event.parts]
    return replace(event, person_name=actor.name if actor else "", parts=parts)


def _named_part(part: Part, person: User | None) -> Part:
    return replace(part, text=person.name) if person and person.name else part
