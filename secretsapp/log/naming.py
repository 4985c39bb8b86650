"""Who the people in events are: found by the id of their account, as an address may change."""

from collections.abc import Iterable
from dataclasses import replace

from django.db.models import Q

from secretsapp.core.actor import ActorKind
from secretsapp.log.wording import EventView, Part
from secretsapp.models import User

LARGEST_ID = 2**63 - 1


def named(events: list[EventView]) -> list[EventView]:
    """The events with the names of people that have an account with a name, in one query."""
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
    found = User.objects.filter(Q(pk__in=usable) | Q(email__in=emails))
    return {key: person for person in found for key in (str(person.pk), person.email)}


def _with_names(event: EventView, people: dict[str, User]) -> EventView:
    actor = people.get(event.actor_id) if event.actor_kind == ActorKind.PERSON else None
    about = people.get(event.subject_id) if event.is_about_person else None
    by_place = {"subject": about, "person": people.get(event.started_by)}
    parts = [_named_part(part, by_place.get(part.place)) for part in event.parts]
    return replace(event, person_name=actor.name if actor else "", parts=parts)


def _named_part(part: Part, person: User | None) -> Part:
    return replace(part, text=person.name) if person and person.name else part
