"""The first page of an actor: what needs them, what happened lately, where their universes are."""

from collections.abc import Iterator
from dataclasses import dataclass

from secretsapp.core.actor import Actor
from secretsapp.core.roles import Permission
from secretsapp.home import activity, at_hand, attention
from secretsapp.home.activity import Activity
from secretsapp.home.at_hand import AtHand, Group
from secretsapp.home.attention import Need
from secretsapp.home.universe_cards import UniverseCard, cards_of
from secretsapp.people import wrong_passwords
from secretsapp.people.wrong_passwords import Tried
from secretsapp.rules.policy import rights_of


@dataclass(frozen=True)
class CardGroup:
    """The cards of some universes, which stand together for the reason that the group says."""

    group: Group
    cards: list[UniverseCard]


@dataclass(frozen=True)
class Overview:
    """All that the first page shows; `tried` are wrong passwords on the actor's own account."""

    tried: Tried | None
    needs: list[Need]
    activity: Activity
    groups: list[CardGroup]
    at_hand: AtHand
    may_add_universes: bool


def compose_overview(actor: Actor) -> Overview:
    """The overview for the actor; the number of queries does not grow with what there is."""
    chosen = at_hand.choose(actor)
    return Overview(
        tried=wrong_passwords.find_tried(actor),
        needs=attention.find_needs(actor),
        activity=activity.read_activity(actor),
        groups=list(_groups(actor, chosen)),
        at_hand=chosen,
        may_add_universes=rights_of(actor).allows_installation(Permission.MANAGE_UNIVERSES),
    )


def _groups(actor: Actor, chosen: AtHand) -> Iterator[CardGroup]:
    cards = {card.universe.pk: card for card in cards_of(actor, chosen.universes)}
    for group in chosen.groups:
        yield CardGroup(group, [cards[universe.pk] for universe in group.universes])
