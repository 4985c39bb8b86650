"""API keys as an actor may see them: their names and what they serve, never their values."""

from secretsapp.core.actor import Actor
from secretsapp.core.errors import NotFound
from secretsapp.core.roles import Permission
from secretsapp.core.rules import is_storable
from secretsapp.models import ApiKey
from secretsapp.policy import require_installation


def visible(actor: Actor) -> list[ApiKey]:
    """Every API key, by name; raises Forbidden for those who may not manage them."""
    require_installation(actor, Permission.MANAGE_API_KEYS)
    return list(ApiKey.objects.order_by("name").prefetch_related("universes"))


def get(actor: Actor, name: str) -> ApiKey:
    """The API key of that name; raises Forbidden, or NotFound."""
    require_installation(actor, Permission.MANAGE_API_KEYS)
    api_key = ApiKey.objects.filter(name=name).first() if is_storable(name) else None
    if api_key is None:
        raise NotFound(f"There is no API key named “{name}”. Add it first.")
    return api_key
