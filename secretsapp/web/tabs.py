"""The tabs in the head of a page: parts of one subject, each at an address of its own."""

from dataclasses import dataclass

from django.urls import reverse

from secretsapp.core.actor import Actor
from secretsapp.home import frame, universe_parts
from secretsapp.models import Universe


@dataclass(frozen=True)
class Tab:
    """A page of a subject, and how much is on it where that says something."""

    name: str
    words: str
    address: str
    count: int | None = None


def tabs_of_universe(actor: Actor, universe: Universe, secrets: int | None = None) -> list[Tab]:
    """The pages of a universe that the actor may open.

    `secrets` is how many of them the actor may list, where the page knows it already.
    """
    parts = universe_parts.compose(actor, universe, secrets)
    return [
        tab
        for tab, is_open in (
            (_tab("universe", "Secrets", universe, parts.secrets), True),
            (_tab("access", "Access", universe), parts.may_give_access),
            (_tab("proposals", "Proposals", universe, parts.proposals or None), universe.protected),
            (_tab("servers", "Servers", universe), True),
            (_tab("universe_activity", "Activity", universe), True),
            (_tab("universe_settings", "Settings", universe), parts.may_manage),
        )
        if is_open
    ]


def tabs_of_people(actor: Actor) -> list[Tab]:
    """People and teams, of which the actor may open the first only as who manages people."""
    teams = Tab("teams", "Teams", reverse("teams"))
    if not frame.reach_of(actor).may_manage_people:
        return [teams]
    return [Tab("people", "People", reverse("people")), teams]


def _tab(name: str, words: str, universe: Universe, count: int | None = None) -> Tab:
    return Tab(name, words, reverse(name, args=[universe.pk]), count)
