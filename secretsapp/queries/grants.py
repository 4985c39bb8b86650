"""Grants as an actor may see them."""

from secretsapp.core.actor import Actor
from secretsapp.core.errors import NotFound
from secretsapp.models import Grant, Universe, User
from secretsapp.policy import holding_of, rights_of


def of_person(actor: Actor, person: User) -> list[Grant]:
    """The grants of a person that the actor may change or revoke."""
    rights = rights_of(actor)
    grants = Grant.objects.filter(person=person).select_related("universe").order_by("pk")
    return [grant for grant in grants if rights.may_give(holding_of(grant))]


def get(actor: Actor, person: User, universe: Universe | None) -> Grant:
    """The person's grant in the universe, or in all if None; NotFound if there is none."""
    for grant in of_person(actor, person):
        if grant.universe_id == (universe.pk if universe else None):
            return grant
    scope = universe.name if universe else "all universes"
    raise NotFound(f"{person.email} has no grant of {scope} that you may change.")
