"""People as an actor may see them."""

from secretsapp.core import actor as actors
from secretsapp.core.actor import Actor, Door
from secretsapp.core.errors import NotFound
from secretsapp.core.roles import Permission
from secretsapp.models import User
from secretsapp.policy import rights_of


def get(actor: Actor, email: str) -> User:
    """The person with that e-mail address, however it is capitalised.

    People are seen by those who give access somewhere; for everyone else: NotFound.
    """
    user = User.objects.filter(email__iexact=email.strip()).first()
    if user is None or not _may_see_people(actor):
        raise NotFound("There is no account with that e-mail address. Create it first.")
    return user


def acting_as(email: str) -> Actor:
    """The actor for a person named on the command line; NotFound unless he is active."""
    user = User.objects.filter(email__iexact=email.strip(), is_active=True).first()
    if user is None:
        raise NotFound("There is no active account with that e-mail address.")
    return actors.person(user.pk, user.email, Door.SHELL)


def _may_see_people(actor: Actor) -> bool:
    return rights_of(actor).universes_with(Permission.MANAGE_GRANTS) != set()
