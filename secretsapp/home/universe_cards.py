"""Universes with what is in them: for the first page, and for the list of them all."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Max, Q, QuerySet

from secretsapp.core.actor import Actor
from secretsapp.core.hints import is_nearly_full
from secretsapp.core.input_rules import SECRETS_PER_UNIVERSE, UNIVERSE_ID_LIMIT
from secretsapp.core.roles import Permission
from secretsapp.core.times import parse_roblox_time
from secretsapp.home import attention, sight
from secretsapp.home.needs import Need
from secretsapp.models import ApiKey, Secret, Shortcut, Universe
from secretsapp.rules.narrowing import narrowed
from secretsapp.rules.paging import Asked, Page, containing, cut
from secretsapp.rules.policy import rights_of

PINNED, ATTENTION = "pinned", "attention"
STATES = ("", PINNED, ATTENTION)


@dataclass(frozen=True)
class UniverseCard:
    """A universe, how many secrets the actor may list, and how many of those need attention.

    `present` is how many secrets count against the most that there can be: None for who does not
    see all of them. `updated_at` is when one that they see was changed last. `api_key` opens it,
    and is None for who may not manage keys.
    """

    universe: Universe
    secrets: int
    needing: int
    is_pinned: bool = False
    present: int | None = None
    updated_at: datetime | None = None
    api_key: ApiKey | None = None
    most = SECRETS_PER_UNIVERSE

    @property
    def is_nearly_full(self) -> bool:
        """Whether there is little room left."""
        return is_nearly_full(self.present or 0)

    @property
    def left(self) -> int:
        """How many more secrets there is room for."""
        return max(0, self.most - (self.present or 0))


@dataclass(frozen=True)
class _Counted:
    """What there is in a universe of secrets that the actor may list."""

    secrets: int = 0
    present: int = 0
    last_update: str = ""


_NOTHING = _Counted()


def cards_of(
    actor: Actor, universes: Sequence[Universe], needs: Sequence[Need]
) -> list[UniverseCard]:
    """A card for each of these universes, which the actor may see, in one query.

    `needs` are those of these universes, among others.
    """
    rights = rights_of(actor)
    needing = attention.names_by_universe(needs)
    counted = _counted(actor, universes)

    def card(universe: Universe) -> UniverseCard:
        found = counted.get(universe.pk, _NOTHING)
        sees_all = rights.allows_throughout(Permission.LIST_SECRETS, universe.pk)
        return UniverseCard(
            universe=universe,
            secrets=found.secrets,
            needing=len(needing.get(universe.pk, ())),
            present=found.present if sees_all else None,
            updated_at=parse_roblox_time(found.last_update),
        )

    return [card(universe) for universe in universes]


def page(
    actor: Actor, asked: Asked, state: str = "", owner: str | None = None
) -> Page[UniverseCard]:
    """A page of the universes that the actor may see, in their order.

    `asked.search` is a part of a name, or an id, of the universe or of its owner; `state` one of
    STATES; `owner` is one as Roblox names it, empty for no known one, or None for all.
    """
    found = _in_state(actor, sight.visible(actor), state)
    of_owner = Q() if owner is None else Q(owner=owner)
    shown = cut(found.filter(_named(asked.search), of_owner), asked.number)
    return shown.of(listed(actor, shown.items))


def listed(actor: Actor, universes: Sequence[Universe]) -> list[UniverseCard]:
    """The cards of these universes, which the actor may see, as the list of them has them."""
    needs = attention.find_marked(actor, [universe.pk for universe in universes])
    pinned, keys = _pinned(actor, universes), _keys(actor, universes)
    return [
        replace(
            card,
            is_pinned=card.universe.pk in pinned,
            api_key=keys.get(card.universe.api_key_id),
        )
        for card in cards_of(actor, universes, needs)
    ]


def _in_state(actor: Actor, universes: QuerySet[Universe], state: str) -> QuerySet[Universe]:
    if state == PINNED:
        pinned = Shortcut.objects.filter(person_id=actor.person_id, is_pinned=True)
        return universes.filter(pk__in=pinned.values("universe"))
    return sight.needing_among(actor, universes) if state == ATTENTION else universes


def _named(text: str) -> Q:
    """The universes of that name or, since people paste it, of that id or that of an owner."""
    is_id = text.isascii() and text.isdigit() and int(text) <= UNIVERSE_ID_LIMIT
    found = containing(text, "name")
    return found | Q(pk=int(text)) | Q(owner__endswith=f"/{text}") if is_id else found


def _counted(actor: Actor, universes: Sequence[Universe]) -> dict[int, _Counted]:
    """What there is of the secrets that the actor may list, by the id of their universe."""
    there = Secret.objects.filter(universe__in=universes).order_by()
    secrets = narrowed(actor, there, Permission.LIST_SECRETS)
    rows = secrets.values_list("universe_id").annotate(
        secrets=Count("pk"),
        present=Count("pk", filter=Q(missing_since=None)),
        last_update=Max("update_time"),
    )
    return {pk: _Counted(*found) for pk, *found in rows}


def _keys(actor: Actor, universes: Sequence[Universe]) -> dict[UUID, ApiKey]:
    """The API keys that open them, for who manages keys."""
    if not rights_of(actor).allows_installation(Permission.MANAGE_API_KEYS):
        return {}
    ids = {universe.api_key_id for universe in universes}
    return ApiKey.objects.only("name").in_bulk(ids)


def _pinned(actor: Actor, universes: Sequence[Universe]) -> set[int]:
    mine = Shortcut.objects.filter(person_id=actor.person_id, is_pinned=True)
    return set(mine.filter(universe__in=universes).values_list("universe_id", flat=True))
