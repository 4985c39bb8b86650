"""The first page of an actor: what needs them, recent activity, where their universes are."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from secretsapp.core.actor import Actor
from secretsapp.home import activity, at_hand, attention, figures, waiting, worth
from secretsapp.home.activity import Activity
from secretsapp.home.at_hand import AtHand, Group
from secretsapp.home.figures import Figures
from secretsapp.home.needs import Need
from secretsapp.home.universe_cards import UniverseCard, cards_of
from secretsapp.home.waiting import Waiting
from secretsapp.home.worth import Worth
from secretsapp.log import standing
from secretsapp.people import wrong_passwords
from secretsapp.people.wrong_passwords import Tried
from secretsapp.secrets.forcing import ForcedChange, forced_lately


@dataclass(frozen=True)
class CardGroup:
    """The cards of some universes, which belong together for the reason that the group says."""

    group: Group
    cards: list[UniverseCard]


@dataclass(frozen=True)
class Overview:
    """All that the first page shows; `tried` are wrong passwords on the actor's own account.

    `witnessed` is what witnesses say who have seen another audit log.
    """

    tried: Tried | None
    figures: Figures
    needs: list[Need]
    worth: Worth
    activity: Activity
    witnessed: list[str]
    groups: list[CardGroup]
    at_hand: AtHand
    waiting: Waiting
    forced: list[ForcedChange]

    @property
    def names_owners(self) -> bool:
        """Whether what needs someone or is worth a look is about universes of several owners."""
        needing = chain.from_iterable(need.universes for need in self.needs)
        named = chain(needing, (each.universe for each in self.worth.universes))
        return len({universe.owner for universe in named}) > 1

    @property
    def has_alarm(self) -> bool:
        """Whether the audit log itself needs someone: a notice says so above everything else."""
        return bool(self.activity.broken or self.witnessed)

    @property
    def universes(self) -> int:
        """How many universes there are for the actor, shown here or not."""
        counted = self.figures.universes
        return len(self.at_hand.universes) if counted is None else counted


def compose_overview(actor: Actor) -> Overview:
    """The overview for the actor; the number of queries does not grow with what there is."""
    chosen = at_hand.choose(actor)
    api_keys = attention.find_keys(actor)
    needs = attention.find_needs(actor, api_keys, [each.pk for each in chosen.universes])
    cards = cards_of(actor, chosen.universes, needs)
    happened, witnessed = activity.read_activity(actor), standing.witnessed(actor)
    alarms = len(witnessed) + bool(happened.broken)
    return Overview(
        tried=wrong_passwords.find_tried(actor),
        figures=figures.count(actor, chosen, needs, cards, alarms=alarms),
        needs=needs,
        worth=worth.look(actor, api_keys),
        activity=happened,
        witnessed=witnessed,
        groups=list(_groups(chosen, cards)),
        at_hand=chosen,
        waiting=waiting.look(actor),
        forced=forced_lately(actor),
    )


def _groups(chosen: AtHand, cards: list[UniverseCard]) -> Iterator[CardGroup]:
    by_id = {card.universe.pk: card for card in cards}
    for group in chosen.groups:
        yield CardGroup(group, [by_id[universe.pk] for universe in group.universes])
