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
    # The rights are looked up in any case: the time it takes must not tell who has an account.
    may_see_people = rights_of(actor).universes_with(Permission.MANAGE_GRANTS) != set()
    user = account_of(email)
    if user is None or not (may_see_people or user.pk == actor.person_id):
        raise NotFound("There is no account with that e-mail address. Create it first.")
    return user


def acting_as(email: str) -> Actor:
    """The actor for a person named on the command line; NotFound unless he is active."""
    user = account_of(email)
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


def account_of(email: str) -> User | None:
    """The account with that e-mail address, if any; no right is asked for.

    Addresses are stored in ASCII and lower case, and compared exactly: for some databases an `i`
    without its dot is an `i`.
    """
    address = email.strip()
    if not (address.isascii() and is_storable(address)):
        return None
    return User.objects.filter(email=address.lower()).first()
