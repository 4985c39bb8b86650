"""What there is to choose from when the log is filtered: only what one may read there anyway."""

from contextlib import suppress
from dataclasses import replace

from django.db.models import CharField, Q, QuerySet
from django.db.models.functions import Cast

from secretsapp.core.actor import Actor
from secretsapp.core.errors import InvalidInput
from secretsapp.core.events.secrets import UniverseEvent
from secretsapp.core.input_rules import parse_universe_id
from secretsapp.log.filters import AuditFilter
from secretsapp.log.index.questions import Basis
from secretsapp.log.reading import looking_for, readable
from secretsapp.models import SavedSearch, Universe, User

# So many of the newest events that are in the index, and so many of those that aren't yet.
PEOPLE_AMONG = 100
REMOVED_AT_MOST = 50


def people(actor: Actor, within: AuditFilter, own: Basis | None = None) -> list[User]:
    """Who acted in the newest events of what is looked for, and still has an account."""
    search = looking_for(actor, replace(within, shows_attempts=True), own)
    recent = Q()
    for events in search.recent(PEOPLE_AMONG):
        recent |= Q(text__in=events.values("actor_id"))
    # An event has the id as text, which may be anything where someone edited it.
    acted = User.objects.annotate(text=Cast("pk", CharField())).filter(recent)
    return sorted(acted, key=lambda person: person.name or person.email)


def removed(actor: Actor) -> dict[int, str]:
    """The universes that were removed last, by their names, of which there are events to read."""
    gone = readable(actor).filter(tag=UniverseEvent.UNIVERSE_REMOVED.tag)
    there = Universe.objects.annotate(text=Cast("pk", CharField())).values("text")
    newest = gone.exclude(universe_id__in=there).order_by("-sequence")[:REMOVED_AT_MOST]
    names: dict[int, str] = {}
    for text, name in newest.values_list("universe_id", "universe_name"):
        with suppress(InvalidInput):
            names.setdefault(parse_universe_id(text), name)
    return names


def searches(actor: Actor) -> QuerySet[SavedSearch]:
    """The person's own saved searches and those that are shared, for someone who reads the log."""
    found = SavedSearch.objects.filter(Q(person_id=actor.person_id) | Q(is_shared=True))
    return found.select_related("person").order_by("name", "pk")
