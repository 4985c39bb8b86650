"""The universes that someone uses: pinned, opened lately, in need; and the list of all."""

from collections.abc import Callable

import pytest
import time_machine
from django.utils import timezone

from secretsapp.access import grants
from secretsapp.core.actor import Actor
from secretsapp.core.errors import InvalidInput
from secretsapp.core.roles import Role
from secretsapp.home import at_hand, sight, universe_cards
from secretsapp.home.universe_cards import ATTENTION, PINNED
from secretsapp.models import Secret, Shortcut, Universe
from secretsapp.rules.ordering import BY_NAME, name_key
from secretsapp.rules.paging import Asked
from secretsapp.universes import shortcuts
from tests.granting import Terms
from tests.stage import STAGEHAND, Cast

pytestmark = [pytest.mark.django_db, pytest.mark.engine]

Act = Callable[[Actor, Universe], object]


@pytest.fixture
def many(universe: Universe) -> list[Universe]:
    """Sixty more universes than Harbor, each with a secret."""
    made = Universe.objects.bulk_create(
        Universe(id=number, name=f"Quay {number:02}", api_key=universe.api_key)
        for number in range(1, 61)
    )
    Secret.objects.bulk_create(Secret(universe=each, name="PAY_KEY") for each in made)
    return made


def shown(actor: Actor) -> dict[str, list[str]]:
    """The names of the universes at hand, by what stands above them."""
    groups = at_hand.choose(actor).groups
    return {group.title: [each.name for each in group.universes] for group in groups}


def at(minute: int, act: Act, actor: Actor, *universes: Universe) -> None:
    """Do that with each of the universes, a minute after the other."""
    for number, universe in enumerate(universes):
        with time_machine.travel(f"2027-01-01T10:{minute + number:02}:00Z", tick=False):
            act(actor, universe)


def test_of_many_those_stand_first_that_one_pinned_opened_or_that_need_someone(
    cast: Cast, many: list[Universe]
) -> None:
    admin, viewer = cast["admin"].actor, cast["viewer"].actor
    at(0, shortcuts.note_opened, admin, *many[:6])
    at(10, shortcuts.pin, admin, many[9], many[5])
    Secret.objects.filter(universe=many[20]).update(drifted_at=timezone.now())
    Universe.objects.filter(pk=many[30].pk).update(sync_failure="Roblox is away.")
    assert shown(admin) == {
        "Pinned": ["Quay 06", "Quay 10"],
        "Recently opened": ["Quay 02", "Quay 03", "Quay 04", "Quay 05"],
        "Needs attention": ["Quay 21", "Quay 31"],
    }
    assert shown(viewer) == {"": ["Harbor"]}
    shortcuts.unpin(admin, many[9])
    assert shown(admin)["Pinned"] == ["Quay 06"]


def test_what_room_is_left_is_for_others_with_production_first(
    cast: Cast, many: list[Universe]
) -> None:
    admin = cast["admin"].actor
    assert not at_hand.choose(admin).is_all
    assert shown(admin) == {"Production": ["Harbor"], "Others": [f"Quay 0{n}" for n in range(1, 8)]}
    Universe.objects.filter(pk__in=range(20, 26)).update(environment="production", owner="users/9")
    Secret.objects.filter(universe__in=(1, 20)).update(drifted_at=timezone.now())
    shortcuts.pin(admin, many[30])
    assert shown(admin) == {
        "Pinned": ["Quay 31"],
        "Needs attention": ["Quay 20", "Quay 01"],
        "Production": ["Harbor", "Quay 21", "Quay 22", "Quay 23", "Quay 24"],
    }
    Secret.objects.update(drifted_at=timezone.now())
    found = shown(admin)
    assert [len(names) for names in found.values()] == [1, 4, 3]


def test_what_is_sorted_by_hand_stands_as_the_database_sorts_it(many: list[Universe]) -> None:
    for universe, name in zip(many, ("Tycoon 10", "tycoon 2", "Tycoon", "Aft 3"), strict=False):
        Universe.objects.filter(pk=universe.pk).update(name=name, environment="staging")
    by_name = list(Universe.objects.order_by(*BY_NAME))
    assert sorted(Universe.objects.order_by("-pk"), key=name_key) == by_name


def test_what_one_may_not_see_any_more_stands_nowhere(cast: Cast, many: list[Universe]) -> None:
    person = cast["stranger"]
    for universe in many[:20]:
        grants.give(STAGEHAND, person.user, universe, Terms(Role.VIEWER))
    shortcuts.pin(person.actor, many[0])
    shortcuts.note_opened(person.actor, many[1])
    for universe in many[:2]:
        grants.revoke_all(STAGEHAND, person.user, universe)
    assert shown(person.actor) == {"Others": [f"Quay {number:02}" for number in range(3, 11)]}
    assert universe_cards.page(person.actor, Asked(), PINNED).items == []


def test_a_pattern_hides_that_other_names_need_someone(cast: Cast, many: list[Universe]) -> None:
    person = cast["stranger"]
    grants.give(STAGEHAND, person.user, None, Terms(Role.VIEWER, "CHAT_*"))
    Secret.objects.filter(universe=many[20]).update(drifted_at=timezone.now())
    assert list(shown(person.actor)) == ["Production", "Others"]
    assert universe_cards.page(person.actor, Asked(), ATTENTION).count == 0
    (card,) = universe_cards.page(person.actor, Asked("Quay 21")).items
    assert (card.secrets, card.needing) == (0, 0)


def test_so_many_can_be_pinned_and_no_more(cast: Cast, many: list[Universe]) -> None:
    actor = cast["admin"].actor
    for universe in many[: shortcuts.MOST_PINNED]:
        shortcuts.pin(actor, universe)
    with pytest.raises(InvalidInput, match="already pinned 8 universes"):
        shortcuts.pin(actor, many[20])
    shortcuts.pin(actor, many[0])
    assert len(shown(actor)["Pinned"]) == shortcuts.MOST_PINNED


def test_an_opening_is_noted_once_a_minute_and_of_people_alone(
    cast: Cast, universe: Universe
) -> None:
    actor = cast["viewer"].actor
    at(0, shortcuts.note_opened, actor, universe)
    first = Shortcut.objects.get().opened_at
    with time_machine.travel("2027-01-01T10:00:30Z", tick=False):
        shortcuts.note_opened(actor, universe)
    assert Shortcut.objects.get().opened_at == first
    at(2, shortcuts.note_opened, actor, universe)
    assert Shortcut.objects.get().opened_at != first
    shortcuts.note_opened(STAGEHAND, universe)
    assert Shortcut.objects.count() == 1


def test_the_list_of_all_is_paged_in_one_order_and_looked_through(
    cast: Cast, many: list[Universe]
) -> None:
    actor = cast["admin"].actor
    first, second = (universe_cards.page(actor, Asked(number=number)) for number in (1, 2))
    assert (first.first, first.last, first.next, first.previous) == (1, 40, 2, None)
    assert (second.first, second.last, second.next, second.previous) == (41, 61, None, 1)
    names = [card.universe.name for card in (*first.items, *second.items)]
    assert names == [*(each.name for each in many), "Harbor"]
    assert universe_cards.page(actor, Asked(number=99)) == second

    def found(search: str) -> list[str]:
        return [card.universe.name for card in universe_cards.page(actor, Asked(search)).items]

    assert found("harb") == ["Harbor"]
    assert found("17") == ["Quay 17"]
    assert found("9" * 80) == found("\0") == found("%") == []


def test_what_is_written_once_finds_what_is_written_anew(cast: Cast, many: list[Universe]) -> None:
    """Who sees everything, who has single universes, and who has wider places as well."""
    single, wide = cast["viewer"], cast["stranger"]
    for number, universe in enumerate(many[:30]):
        names = ("", "CHAT_*", "PAY_KEY")[number % 3]
        grants.give(STAGEHAND, single.user, universe, Terms(Role.VIEWER, names))
    grants.give(STAGEHAND, wide.user, None, Terms(Role.VIEWER, "CHAT_*"))
    Secret.objects.filter(universe__in=range(1, 7)).update(drifted_at=timezone.now())
    Universe.objects.filter(pk=8).update(sync_failure="Roblox is away.")
    found = {}
    for name in ("admin", "viewer", "stranger", "rotator"):
        actor = cast[name].actor
        at(0, shortcuts.note_opened, actor, *sight.visible(actor)[5:8])
        every = sight.visible(actor).order_by(*BY_NAME)
        assert sight.first(actor, 13) == (list(every[:13]), every.count())
        needing = list(sight.needing_among(actor, every))
        assert sight.needing(actor) == needing
        opened = Shortcut.objects.filter(person=cast[name].user).order_by("-opened_at")
        assert sight.known(actor) == [(each.universe, False) for each in opened]
        found[name] = (every.count(), len(needing), len(opened))
    assert found == {
        "admin": (61, 7, 3),
        "viewer": (31, 5, 3),
        "stranger": (61, 1, 3),
        "rotator": (1, 0, 0),
    }
