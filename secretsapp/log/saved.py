"""Searches of the log that people keep under a name, for themselves or for all who read the log."""

from urllib.parse import parse_qsl

from django.utils import timezone

from secretsapp.core.actor import Actor
from secretsapp.core.errors import AlreadyExists, InvalidInput
from secretsapp.core.events.installation import InstallationEvent
from secretsapp.core.input_rules import is_storable
from secretsapp.core.labels import check_label
from secretsapp.core.roles import Permission
from secretsapp.log.filters import check_once, parse
from secretsapp.models import SavedSearch, User
from secretsapp.models.shortcuts import NAME_LIMIT, TEXT_LIMIT
from secretsapp.rules.acting import Oneself, RightSomewhere, acting

MOST = 50


def save(actor: Actor, person: User, *, name: str, text: str, is_shared: bool) -> SavedSearch:
    """Keep the search that stands in an address; raises InvalidInput for what is none."""
    name = name.strip()
    check_label(name, field="name", what="name", limit=NAME_LIMIT)
    # Kept is what was understood, and not what else may stand beside it.
    said = parse_qsl(text, keep_blank_values=True)
    check_once(each for each, _ in said)
    text = parse(dict(said)).text
    if len(text) > TEXT_LIMIT or not text:
        raise InvalidInput("Choose a filter first, and not more than an address can hold.")
    with acting(actor, Oneself(person), RightSomewhere(Permission.READ_AUDIT)) as act:
        own = SavedSearch.objects.filter(person=person)
        if own.filter(name=name).exists():
            raise AlreadyExists("You have saved a search of that name. Choose another name.")
        if own.count() >= MOST:
            raise InvalidInput(f"You have saved {MOST} searches. Delete one first.")
        act.tell(InstallationEvent.LOG_SEARCH_SAVED, detail={"name": name})
        return SavedSearch.objects.create(
            person=person, name=name, text=text, is_shared=is_shared, saved_at=timezone.now()
        )


def delete(actor: Actor, person: User, *, name: str) -> None:
    """Delete the person's own search of that name; raises InvalidInput where there is none."""
    with acting(actor, Oneself(person)) as act:
        own = SavedSearch.objects.filter(person=person, name=name)
        # PostgreSQL can't even be asked about some characters.
        if not is_storable(name) or not own.delete()[0]:
            raise InvalidInput("You have no search of that name. It may have been deleted already.")
        act.tell(InstallationEvent.LOG_SEARCH_DELETED, detail={"name": name})
