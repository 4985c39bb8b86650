"""What the frame around a page shows an actor: universes at hand, and where else they may go."""

from dataclasses import dataclass

from secretsapp.core.actor import Actor
from secretsapp.core.roles import ROLE_WORDS, Permission, Role
from secretsapp.home import at_hand, waiting
from secretsapp.home.at_hand import AtHand
from secretsapp.home.waiting import Waiting
from secretsapp.models import Universe
from secretsapp.rules.policy import Rights, rights_of


@dataclass(frozen=True)
class Reach:
    """Where beyond universes an actor may go."""

    may_read_audit: bool
    may_give_everywhere: bool
    may_manage_people: bool
    may_manage_api_keys: bool
    may_manage_universes: bool
    may_manage_channels: bool
    may_see_batches: bool


@dataclass(frozen=True)
class Frame:
    """The navigation of one actor; `waiting` says how much waits for them, empty for nothing."""

    at_hand: AtHand
    reach: Reach
    waiting: str


def compose_frame(
    actor: Actor, chosen: AtHand | None = None, waits: Waiting | None = None
) -> Frame:
    """The frame for the actor: three queries where there are few universes, and a few more at most.

    `chosen` are the universes at hand, and `waits` what waits for them, where the page itself has
    asked for these.
    """
    count = waiting.count(actor) if waits is None else waits.count
    return Frame(chosen or at_hand.choose(actor), reach_of(actor), waiting.words_of(count))


def reach_of(actor: Actor) -> Reach:
    """How far the actor may go, without a query of its own."""
    rights = rights_of(actor)
    return Reach(
        may_read_audit=rights.universes_with(Permission.READ_AUDIT) != set(),
        may_give_everywhere=rights.universes_with(Permission.MANAGE_GRANTS) is None,
        may_manage_people=rights.allows_installation(Permission.MANAGE_PEOPLE),
        may_manage_api_keys=rights.allows_installation(Permission.MANAGE_API_KEYS),
        may_manage_universes=rights.allows_installation(Permission.MANAGE_UNIVERSES),
        may_manage_channels=rights.allows_installation(Permission.MANAGE_CHANNELS),
        may_see_batches=_may_see_batches(rights),
    )


def _may_see_batches(rights: Rights) -> bool:
    """Whether they could have asked for one, or read of everyone's in the log."""
    writes = (Permission.CREATE_SECRET, Permission.ROTATE_SECRET, Permission.DELETE_SECRET)
    may_write = any(rights.universes_with(each) != set() for each in writes)
    return may_write or rights.allows_installation(Permission.READ_AUDIT)


def may_create_secret(actor: Actor, universe: Universe) -> bool:
    """Whether the actor may create a secret of some name in the universe."""
    return rights_of(actor).allows_somewhere(Permission.CREATE_SECRET, universe.pk)


def roles_of(actor: Actor) -> list[str]:
    """The roles that the actor has somewhere, in words, the mightiest first."""
    held = {holding.role for holding in rights_of(actor).holdings}
    return [ROLE_WORDS[role] for role in Role if role in held]
