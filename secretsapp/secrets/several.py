"""Several secrets of a universe that were ticked in a list, for what is done to each."""

from collections.abc import Collection
from dataclasses import dataclass

from secretsapp.core.actor import Actor
from secretsapp.core.errors import InvalidInput
from secretsapp.core.roles import Permission, refusal
from secretsapp.models import Universe
from secretsapp.rules.policy import require_somewhere, rights_of
from secretsapp.secrets import listing
from secretsapp.secrets.secret_view import SecretView


@dataclass(frozen=True)
class Chosen:
    """Those on which the actor has the permission, by name, and how many others were ticked."""

    views: list[SecretView]
    left_out: int

    @property
    def names(self) -> list[str]:
        """What they are called."""
        return [view.secret.name for view in self.views]


def choose(
    actor: Actor, universe: Universe, names: Collection[str], permission: Permission
) -> Chosen:
    """Those of these names that are there and that the actor has the permission on.

    Raises InvalidInput where none is there, and Forbidden where they have it on none.
    """
    views = [view for view in listing.listing(actor, universe).secrets if not view.is_under_way]
    there = [view for view in views if view.secret.name in names]
    rights = rights_of(actor)
    able = [view for view in there if rights.allows(permission, universe.pk, view.secret.name)]
    if there and not able:
        raise refusal(permission, universe.pk)
    if not there:
        raise InvalidInput("Nothing was changed. First tick the secrets that you mean.")
    return Chosen(able, left_out=len(set(names)) - len(able))


def check_may(actor: Actor, universe: Universe, permission: Permission) -> None:
    """Raise Forbidden unless the actor has the permission on some secret of the universe."""
    require_somewhere(actor, permission, universe.pk)
