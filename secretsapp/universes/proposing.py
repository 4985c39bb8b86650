"""The universe that someone probably meant by an id that they typed wrong."""

from secretsapp.core.actor import Actor
from secretsapp.core.roles import Permission
from secretsapp.core.spelling import proposal
from secretsapp.models import Universe
from secretsapp.rules.narrowing import narrowed_universes


def meant(actor: Actor, universe_id: int) -> str:
    """A question that proposes one of nearly that id which the actor may see, or empty."""
    seen = narrowed_universes(actor, Universe.objects.all(), Permission.LIST_SECRETS)
    names = seen.values_list("pk", "name")
    return proposal(str(universe_id), {str(pk): f"{pk} ({name})" for pk, name in names})
