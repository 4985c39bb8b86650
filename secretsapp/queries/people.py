"""People as an actor may see them."""

from secretsapp.core import actor as actors
from secretsapp.core.actor import Actor, Door
from secretsapp.core.errors import NotFound
from secretsapp.core.roles import Permission
from secretsapp.core.rules import is_storable
from secretsapp.models import Universe, User
from secretsapp.policy import people_with, require, rights_of


def get(actor: Actor, email: str) -> User:
    """The person with that e-mail address, however it is capitalised.

    People are seen by those who give access somewhere, and by themselves; else NotFound.
    """
    user = _account(email)
    if user is None or not (user.pk == actor.person_id or _may_see_people(actor)):
        raise NotFound("There is no account with that e-mail address. Create it first.")
    return user


def acting_as(email: str) -> Actor:
    """The actor for a person named on the command line; NotFound unless he is active."""
    user = _account(email)
    if user is None or not user.is_active:
        raise NotFound("There is no active account with that e-mail address.")
    return actors.person(user.pk, user.email, Door.SHELL)


def possible_owners(actor: Actor, universe: Universe, name: str) -> list[User]:
    """The active people who may list the secret of that name, by e-mail address.

    They are seen by those who may edit its details; for everyone else: Forbidden.
    """
    require(actor, Permission.EDIT_DETAILS, universe.pk, name)
    people = people_with(Permission.LIST_SECRETS, universe.pk, name)
    return sorted(people, key=lambda person: person.email)


def _account(email: str) -> User | None:
    if not is_storable(email):
        return None
    return User.objects.filter(email__iexact=email.strip()).first()


def _may_see_people(actor: Actor) -> bool:
    return rights_of(actor).universes_with(Permission.MANAGE_GRANTS) != set()
