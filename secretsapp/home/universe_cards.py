"""Universes with what is in them: for the first page, and for the list of them all."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from secretsapp.core.actor import Actor
from secretsapp.core.input_rules import UNIVERSE_ID_LIMIT
from secretsapp.core.roles import Permission
from secretsapp.home import at_hand, attention
from secretsapp.models import Secret, Shortcut, Universe
from secretsapp.rules.narrowing import narrowed
from secretsapp.rules.paging import Asked, Page, containing, cut

PINNED, ATTENTION = "pinned", "attention"
STATES = ("", PINNED, ATTENTION)


@dataclass(frozen=True)
class UniverseCard:
    """A universe, how many secrets the actor may list in it, and how many of those need them."""

    universe: Universe
    secrets: int
    needing: int
    is_pinned: bool = False


def cards_of(actor: Actor, universes: Sequence[Universe]) -> list[UniverseCard]:
    """A card for each of these universes, which the actor may see; only they are counted."""
    needs = attention.find_marked(actor, [universe.pk for universe in universes])
    needing = attention.names_by_universe(needs)
    counted = _counted(actor, universes)
    pinned = _pinned(actor, universes)
    return [
        UniverseCard(
            universe=each,
            secrets=counted.get(each.pk, 0),
            needing=len(needing.get(each.pk, ())),
            is_pinned=each.pk in pinned,
        )
        for each in universes
    ]


def page(actor: Actor, asked: Asked, state: str = "") -> Page[UniverseCard]:
    """A page of the universes that the actor may see, by owner and name.

    `asked.search` is a part of a name, or an id; `state` one of STATES.
    """
    found = _in_state(actor, at_hand.visible(actor), state)
    shown = cut(found.filter(_named(asked.search)), asked.number)
    return shown.of(cards_of(actor, shown.items))


def _in_state(actor: Actor, universes: QuerySet[Universe], state: str) -> QuerySet[Universe]:
    if state == PINNED:
        pinned = Shortcut.objects.filter(person_id=actor.person_id, is_pinned=True)
        return universes.filter(pk__in=pinned.values("universe"))
    return at_hand.needing(actor, universes) if state == ATTENTION else universes


def _named(text: str) -> Q:
    """The universes of that name or, since people paste it, of that id."""
    is_id = text.isascii() and text.isdigit() and int(text) <= UNIVERSE_ID_LIMIT
    return containing(text, "name") | Q(pk=int(text)) if is_id else containing(text, "name")


def _counted(actor: Actor, universes: Sequence[Universe]) -> dict[int, int]:
    """How many secrets the actor may list, by the id of their universe."""
    there = Secret.objects.filter(universe__in=universes).order_by()
    secrets = narrowed(actor, there, Permission.LIST_SECRETS)
    return dict(secrets.values_list("universe_id").annotate(Count("pk")))


def _pinned(actor: Actor, universes: Sequence[Universe]) -> set[int]:
    mine = Shortcut.objects.filter(person_id=actor.person_id, is_pinned=True)
    return set(mine.filter(universe__in=universes).values_list("universe_id", flat=True))
