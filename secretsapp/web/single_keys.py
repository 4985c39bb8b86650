"""The single keys that lead to a page, for those who may open it."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import reverse

from secretsapp.core.actor import Actor
from secretsapp.home.frame import may_create_secret, reach_of
from secretsapp.models import Universe


@dataclass(frozen=True)
class SingleKey:
    """Keys that are pressed one after the other, and the page that they lead to."""

    keys: str
    words: str
    address: str


def places(actor: Actor) -> Iterator[SingleKey]:
    """The keys to the pages beyond universes that the actor may open."""
    reach = reach_of(actor)
    yield SingleKey("g h", "Home", reverse("home"))
    yield SingleKey("g u", "Universes", reverse("universes"))
    if reach.may_read_audit:
        yield SingleKey("g a", "Audit log", reverse("audit"))
    if reach.may_manage_people:
        yield SingleKey("g p", "People", reverse("people"))
    if reach.may_manage_api_keys:
        yield SingleKey("g k", "API keys", reverse("api_keys"))


def goals(actor: Actor, universe: Universe | None) -> str:
    """Where keys lead on a page, which may be about a universe, as js/keys.js reads it."""
    goals = [f"{place.keys}={place.address}" for place in places(actor)]
    if universe and may_create_secret(actor, universe):
        goals.append(f"n={reverse('secret_create', args=[universe.pk])}")
    return ";".join(goals)
