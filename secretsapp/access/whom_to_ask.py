"""Who could give an actor what they were refused."""

from dataclasses import dataclass

from secretsapp.core import patterns
from secretsapp.core.actor import Actor
from secretsapp.core.errors import Forbidden
from secretsapp.core.roles import Permission, Role, roles_with
from secretsapp.models import Universe, User
from secretsapp.rules.holders import people_with
from secretsapp.rules.narrowing import held_by
from secretsapp.rules.policy import Rights, reaching, rights_of

# Only admins have it, and they have it in every universe, whichever is asked for.
ADMINS_OWN = Permission.MANAGE_PEOPLE
ANY_UNIVERSE = 0
# So many people are named in a sentence.
NAMED = 3


@dataclass(frozen=True)
class Givers:
    """Managers of the universe, or of some universe where it is None, and admins; or these alone.

    `emails` are theirs, for those who see them among the grants anyway: admins for who gives access
    somewhere, and managers for who gives it throughout that universe. Whose pattern covers a name
    is no one else's to know.
    """

    only_admins: bool
    universe: Universe | None
    emails: list[str]


def find_givers(actor: Actor, refusal: Forbidden) -> Givers:
    """Those who could give the right that was missing."""
    rights = rights_of(actor)
    only_admins = roles_with(Permission(refusal.permission)) == [Role.ADMIN]
    universe = None
    if refusal.universe_id is not None and not only_admins:
        universe = Universe.objects.filter(pk=refusal.universe_id).first()
    if universe and not rights.allows_somewhere(Permission.LIST_SECRETS, universe.pk):
        universe = None
    return Givers(
        only_admins=only_admins,
        universe=universe,
        emails=(
            _emails(actor, universe, refusal.secret_name) if _may_see(rights, universe) else []
        ),
    )


def role_to_ask_for(actor: Actor, refusal: Forbidden) -> Role | None:
    """The least role with the missing right, if the actor is a person who could ask for it there.

    What only admins may, and what lies beyond a right that one has, is asked for in person.
    """
    least, where = roles_with(Permission(refusal.permission))[-1], refusal.universe_id
    if least is Role.ADMIN or where is None or actor.person_id is None:
        return None
    rights, permission = rights_of(actor), Permission(refusal.permission)
    if refusal.secret_name:
        has_it = rights.allows(permission, where, refusal.secret_name)
    else:
        has_it = rights.allows_somewhere(permission, where)
    sees = rights.allows_somewhere(Permission.LIST_SECRETS, where)
    return least if sees and not has_it else None


def who_gave(actor: Actor, universe_id: int, name: str) -> list[User]:
    """A few who gave the person their access to that secret, and could give more of it.

    They are shown to that person anyway, and those who see everyone's grants are denied nothing.
    """
    own = held_by(actor, Permission.LIST_SECRETS).filter(
        reaching(universe_id), patterns__pattern__in=patterns.matching(name)
    )
    givers = people_with(Permission.MANAGE_GRANTS, universe_id, name)
    return list(givers.filter(pk__in=own.values("giver"))[:NAMED])


def _may_see(rights: Rights, universe: Universe | None) -> bool:
    if universe:
        return rights.allows_throughout(Permission.MANAGE_GRANTS, universe.pk)
    return rights.universes_with(Permission.MANAGE_GRANTS) != set()


def _emails(actor: Actor, universe: Universe | None, name: str) -> list[str]:
    if universe:
        people = people_with(Permission.MANAGE_GRANTS, universe.pk, name)
    else:
        people = people_with(ADMINS_OWN, ANY_UNIVERSE, "")
    return [person.email for person in people if person.pk != actor.person_id]
