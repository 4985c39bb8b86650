"""What the frame around a page shows an actor: universes at hand, and where else they may go."""

from dataclasses import dataclass

from secretsapp.core.actor import Actor
from secretsapp.core.roles import ROLE_WORDS, Permission, Role
from secretsapp.home import at_hand
from secretsapp.home.at_hand import AtHand
from secretsapp.rules.policy import rights_of


@dataclass(frozen=True)
class Frame:
    """The navigation of one actor; `roles` are those that they have somewhere, in words."""

    at_hand: AtHand
    roles: list[str]
    may_read_audit: bool
    may_give_everywhere: bool
    may_manage_people: bool
    may_manage_api_keys: bool
    may_manage_universes: bool


def compose_frame(actor: Actor, chosen: AtHand | None = None) -> Frame:
    """The frame for the actor: two queries where there are few universes, and five at most.

    `chosen` are the universes at hand where the page itself has asked for them.
    """
    rights = rights_of(actor)
    held = {holding.role for holding in rights.holdings}
    return Frame(
        at_hand=chosen or at_hand.choose(actor),
        roles=[ROLE_WORDS[role] for role in Role if role in held],
        may_read_audit=rights.universes_with(Permission.READ_AUDIT) != set(),
        may_give_everywhere=rights.universes_with(Permission.MANAGE_GRANTS) is None,
        may_manage_people=rights.allows_installation(Permission.MANAGE_PEOPLE),
        may_manage_api_keys=rights.allows_installation(Permission.MANAGE_API_KEYS),
        may_manage_universes=rights.allows_installation(Permission.MANAGE_UNIVERSES),
    )
