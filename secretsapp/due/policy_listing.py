"""The policies of more than one secret, for who can set them."""

from secretsapp.access import team_listing
from secretsapp.core.actor import Actor
from secretsapp.core.roles import Permission
from secretsapp.models import RotationPolicy, Team, Universe
from secretsapp.rules.ordering import in_order
from secretsapp.rules.policy import require_installation


def policies(actor: Actor) -> list[RotationPolicy]:
    """The policies of all universes, of environments and of universes, the widest first.

    Raises Forbidden for those who can't set them.
    """
    require_installation(actor, Permission.MANAGE_UNIVERSES)
    found = RotationPolicy.objects.filter(secret=None).select_related("team", "universe")
    return sorted(found, key=_place)


def _place(policy: RotationPolicy) -> tuple[bool, bool, str]:
    return policy.universe is not None, bool(policy.environment), policy.where


def universes(actor: Actor) -> list[Universe]:
    """The universes that can have a policy; raises Forbidden as `policies` does."""
    require_installation(actor, Permission.MANAGE_UNIVERSES)
    return list(in_order(Universe.objects.all()))


def teams(actor: Actor) -> list[Team]:
    """The teams whose people a policy can have reminded; raises Forbidden as `policies` does."""
    require_installation(actor, Permission.MANAGE_UNIVERSES)
    return list(team_listing.visible(actor).order_by("name"))
