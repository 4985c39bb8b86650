"""Rights that a request remembers: loaded once, for reads alone, and never after a write."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from secretsapp.access import grants
from secretsapp.core.actor import Actor, remembering
from secretsapp.core.errors import Forbidden
from secretsapp.core.roles import Permission, Role
from secretsapp.models import EVERYWHERE, Grant, Place, Universe, User
from secretsapp.people import accounts
from secretsapp.rules.acting import Right, acting
from secretsapp.rules.policy import Rights, grants_of, rights_now, rights_of
from secretsapp.secrets import listing
from tests.granting import Terms
from tests.stage import STAGEHAND, Cast

pytestmark = [pytest.mark.django_db, pytest.mark.engine]

AssertQueries = Callable[[int], AbstractContextManager[object]]
NOTHING = Rights(())


def test_nothing_is_remembered_where_no_door_lets_it(
    cast: Cast, django_assert_num_queries: AssertQueries
) -> None:
    actor = cast["manager"].actor
    with django_assert_num_queries(2):
        assert rights_of(actor) == rights_of(actor) != NOTHING


def test_a_request_loads_rights_once_even_where_there_are_none(
    cast: Cast, django_assert_num_queries: AssertQueries
) -> None:
    for who in ("manager", "stranger"):
        actor = remembering(cast[who].actor)
        with django_assert_num_queries(1):
            assert rights_of(actor) is rights_of(actor)


def test_the_next_request_loads_them_again(cast: Cast) -> None:
    manager = cast["manager"].actor
    assert rights_of(remembering(manager)) != NOTHING
    Grant.objects.all().delete()
    assert rights_of(remembering(manager)) == NOTHING


def test_rights_now_are_those_of_the_database_whatever_is_remembered(cast: Cast) -> None:
    actor = remembering(cast["manager"].actor)
    assert rights_of(actor) != NOTHING
    User.objects.update(is_active=False)
    assert rights_of(actor) != NOTHING
    assert rights_now(actor) == NOTHING
    assert rights_of(actor) == NOTHING


def test_what_is_read_between_the_check_and_the_write_is_not_remembered(cast: Cast) -> None:
    actor = remembering(cast["admin"].actor)
    with acting(actor, Right(Permission.MANAGE_PEOPLE)):
        assert rights_of(actor) != NOTHING
        Grant.objects.all().delete()
    assert rights_of(actor) == NOTHING


def test_the_grants_by_which_a_page_narrows_are_asked_about_at_one_time_and_found_anew(
    cast: Cast,
) -> None:
    actor = remembering(cast["manager"].actor)
    held = grants_of(actor)
    assert held.count() == 1
    assert str(grants_of(actor).query) == str(held.query)
    Grant.objects.all().delete()
    assert not grants_of(actor).exists()
    actor.forget()
    assert str(grants_of(actor).query) != str(held.query)


def test_rights_now_at_a_place_are_all_that_hold_there_and_no_others(
    universe: Universe, cast: Cast
) -> None:
    stranger, elsewhere = cast["stranger"], Place(universe.pk + 1)
    grants.give(STAGEHAND, stranger.user, None, Terms(Role.VIEWER, "ALL_*"))
    grants.give(STAGEHAND, stranger.user, universe, Terms(Role.VIEWER, "HERE_*"))
    for place, patterns in (
        (EVERYWHERE, {"ALL_*"}),
        (Place(universe.pk), {"ALL_*", "HERE_*"}),
        (elsewhere, {"ALL_*"}),
    ):
        now = rights_now(stranger.actor, place)
        assert {holding.pattern for holding in now.holdings} == patterns, place


def test_an_act_asks_again_who_was_let_in_before(cast: Cast) -> None:
    actor = remembering(cast["admin"].actor)
    assert rights_of(actor).allows_installation(Permission.MANAGE_PEOPLE)
    Grant.objects.all().delete()
    with pytest.raises(Forbidden), acting(actor, Right(Permission.MANAGE_PEOPLE)):
        pass


def revoke_own(actor: Actor, user: User) -> None:
    """End one's own access."""
    grants.revoke_all(actor, user, None)


def narrow_own(actor: Actor, user: User) -> None:
    """Leave oneself names that no secret has."""
    grants.give(actor, user, None, Terms(Role.VIEWER, "NOTHING*"))


def disable_own(actor: Actor, user: User) -> None:
    """Disable one's own account."""
    accounts.disable(actor, user)


@pytest.mark.parametrize("act", [revoke_own, narrow_own, disable_own])
def test_after_changing_ones_own_rights_no_more_is_shown_than_holds(
    universe: Universe, cast: Cast, act: Callable[[Actor, User], None]
) -> None:
    grants.give(STAGEHAND, cast["stranger"].user, None, Terms(Role.ADMIN))
    admin = cast["admin"]
    actor = remembering(admin.actor)
    assert len(listing.listing(actor, universe).secrets) == 3
    act(actor, admin.user)
    assert rights_of(actor) == rights_of(admin.actor)
    assert listing.listing(actor, universe).secrets == []
