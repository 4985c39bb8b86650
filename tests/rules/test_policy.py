"""Policy: what each role may do, where, to which names, and until when."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from hypothesis import given, strategies

from secretsapp.access import grants
from secretsapp.core import actor as actors
from secretsapp.core.errors import Forbidden
from secretsapp.core.roles import PERMISSIONS, Permission, Role, refusal
from secretsapp.models import EVERYWHERE, ApiKey, Grant, Place, Universe, User
from secretsapp.rules.policy import (
    Holding,
    Rights,
    require,
    require_installation,
    require_somewhere,
    rights_now,
    rights_of,
)
from tests.granting import Terms
from tests.stage import STAGEHAND, Cast

A = Permission
OF_A_UNIVERSE = [
    A.LIST_SECRETS,
    A.ROTATE_SECRET,
    A.CREATE_SECRET,
    A.CHANGE_DOMAIN,
    A.EDIT_DETAILS,
    A.DELETE_SECRET,
    A.MANAGE_GRANTS,
    A.READ_AUDIT,
    A.RESTART_SERVERS,
    A.PUBLISH_PLACES,
]
OF_THE_INSTALLATION = [
    *(A.MANAGE_UNIVERSES, A.MANAGE_API_KEYS, A.MANAGE_PEOPLE, A.MANAGE_CHANNELS),
]

# Written out by hand and not drawn from the product's table, so that a change there shows here.
ALLOWED = {
    "admin": {*OF_A_UNIVERSE, *OF_THE_INSTALLATION},
    "manager": set(OF_A_UNIVERSE),
    "editor": {
        A.LIST_SECRETS,
        A.ROTATE_SECRET,
        A.CREATE_SECRET,
        A.CHANGE_DOMAIN,
        A.EDIT_DETAILS,
    },
    "rotator": {A.LIST_SECRETS, A.ROTATE_SECRET},
    "viewer": {A.LIST_SECRETS},
    "auditor": {A.LIST_SECRETS, A.READ_AUDIT},
    "stranger": set(),
}

ROLES = strategies.sampled_from(Role)
NAMES = strategies.sampled_from(["PAY", "PAY_", "PAY_KEY", "pay_key", "P", "SIGN"])
PATTERNS = strategies.sampled_from(["", "PAY_*", "P*", "pay_*", "PAY_KEY", "PAY", "SIGN"])
STAGING, GROUP = Place(environment="staging"), Place(owner="groups/1")
PLACES = strategies.sampled_from([EVERYWHERE, Place(1), Place(2), STAGING, GROUP])
# The first universe is one of staging, the second one of the group.
WIDER = {1: (STAGING,), 2: (GROUP,)}
ENDS = strategies.sampled_from([None, *[datetime(2030, 1, day, tzinfo=UTC) for day in (1, 2, 3)]])
HOLDINGS = strategies.builds(Holding, ROLES, PLACES, PATTERNS, ENDS)


def test_the_table_has_a_row_for_every_role_and_knows_every_permission() -> None:
    assert set(ALLOWED) == {role.value for role in Role} | {"stranger"}
    assert set(OF_A_UNIVERSE) | set(OF_THE_INSTALLATION) == set(Permission)


@pytest.mark.django_db
@pytest.mark.parametrize("who", list(ALLOWED))
def test_each_role_may_do_what_the_table_says(universe: Universe, cast: Cast, who: str) -> None:
    actor = cast[who].actor
    for permission in Permission:
        allowed = permission in ALLOWED[who]
        assert passes(require, actor, permission, universe.pk, "PAY_KEY") == allowed
        assert passes(require_somewhere, actor, permission, universe.pk) == allowed
        assert passes(require_installation, actor, permission) == (who == "admin")


def passes(check: Callable[..., None], *arguments: object) -> bool:
    """Whether the check does not refuse."""
    try:
        check(*arguments)
    except Forbidden:
        return False
    return True


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["manager", "editor", "rotator", "viewer", "auditor"])
def test_nobody_has_anything_in_another_universe(universe: Universe, cast: Cast, who: str) -> None:
    rights = rights_of(cast[who].actor)
    for permission in Permission:
        assert not rights.allows(permission, universe.pk + 1, "PAY_KEY")
        assert not rights.allows_somewhere(permission, universe.pk + 1)


@pytest.mark.django_db
@pytest.mark.parametrize("actor", [STAGEHAND, actors.system("sweep")])
def test_a_command_and_the_system_may_do_everything(
    universe: Universe, actor: actors.Actor
) -> None:
    rights = rights_of(actor)
    assert all(rights.allows(permission, universe.pk, "PAY_KEY") for permission in Permission)
    assert all(rights.allows_installation(permission) for permission in Permission)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("pattern", "name", "allowed"),
    [
        ("PAY_*", "PAY_KEY", True),
        ("PAY_*", "PAY_", True),
        ("PAY_*", "PAY", False),
        ("PAY_*", "pay_key", False),
        ("PAY_*", "PAYXKEY", False),
        ("PAY_KEY", "PAY_KEY", True),
        ("PAY_KEY", "PAY_KEY2", False),
        ("PAY_KEY", "pay_key", False),
        ("", "anything", True),
    ],
)
def test_a_pattern_reaches_the_names_it_covers(
    universe: Universe, cast: Cast, pattern: str, name: str, allowed: bool
) -> None:
    grants.give(STAGEHAND, cast["stranger"].user, universe, Terms(Role.EDITOR, pattern))
    rights = rights_of(cast["stranger"].actor)
    assert rights.allows(A.ROTATE_SECRET, universe.pk, name) == allowed
    assert rights.allows_somewhere(A.ROTATE_SECRET, universe.pk)
    assert rights.allows_throughout(A.ROTATE_SECRET, universe.pk) == (pattern == "")


@pytest.mark.django_db
def test_a_grant_gives_nothing_from_its_end_on(universe: Universe, cast: Cast) -> None:
    person = cast["stranger"]
    soon = timezone.now() + timedelta(hours=1)
    grants.give(STAGEHAND, person.user, universe, Terms(Role.EDITOR, until=soon))
    assert rights_of(person.actor).allows(A.LIST_SECRETS, universe.pk, "PAY_KEY")
    Grant.objects.filter(person=person.user).update(until=timezone.now())
    assert rights_of(person.actor) == Rights(())


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["admin", "manager", "viewer"])
def test_a_disabled_person_has_nothing(cast: Cast, who: str) -> None:
    User.objects.filter(pk=cast[who].user.pk).update(is_active=False)
    assert rights_of(cast[who].actor) == Rights(())


@pytest.mark.django_db
def test_a_person_without_an_account_has_nothing(cast: Cast) -> None:
    assert rights_of(actors.person(10**9, "gone@example.com", actors.Door.SHELL)) == Rights(())


@pytest.mark.django_db
def test_the_best_of_several_grants_counts_each_where_it_holds(
    universe: Universe, api_key: ApiKey, cast: Cast
) -> None:
    quay = Universe.objects.create(id=77, name="Quay", api_key=api_key)
    person = cast["stranger"]
    grants.give(STAGEHAND, person.user, None, Terms(Role.VIEWER))
    grants.give(STAGEHAND, person.user, universe, Terms(Role.EDITOR, "PAY_*"))
    rights = rights_of(person.actor)
    assert rights.allows(A.CREATE_SECRET, universe.pk, "PAY_NEW")
    assert not rights.allows(A.CREATE_SECRET, universe.pk, "NEW")
    assert not rights.allows(A.CREATE_SECRET, quay.pk, "PAY_NEW")
    assert rights.allows(A.LIST_SECRETS, quay.pk, "NEW")
    assert rights.universes_with(A.CREATE_SECRET) == {universe.pk}
    assert rights.universes_with(A.LIST_SECRETS) is None
    assert rights.universes_with(A.DELETE_SECRET) == set()


def test_what_is_loaded_for_one_place_is_all_that_holds_there(
    universe: Universe, cast: Cast
) -> None:
    person = cast["stranger"]
    Universe.objects.create(id=77, name="Quay", api_key=universe.api_key)
    places = (universe, Universe.objects.get(pk=77), Place(environment="production"))
    for where in (*places, Place(environment="staging"), Place(owner=universe.owner), None):
        grants.add(STAGEHAND, person.user, where, Terms(Role.EDITOR, "PAY_*"))
    whole = rights_now(person.actor)
    for place, count in ((Place(universe.pk), 4), (Place(77), 2), (EVERYWHERE, 1)):
        part = rights_now(person.actor, place)
        assert sorted(map(repr, part.over(place))) == sorted(map(repr, whole.over(place)))
        assert len(part.holdings) == count


def test_rights_in_all_universes_under_a_pattern_are_not_the_installations() -> None:
    rights = Rights((Holding(Role.AUDITOR, EVERYWHERE, "PAY_*", None),))
    assert not rights.allows_installation(A.READ_AUDIT)
    assert Rights((Holding(Role.AUDITOR, EVERYWHERE, "", None),)).allows_installation(A.READ_AUDIT)


def test_a_refusal_says_who_may_and_carries_what_was_asked() -> None:
    refused = refusal(A.DELETE_SECRET, 7, "PAY_KEY")
    assert str(refused) == (
        "You can’t delete PAY_KEY. You need the Manager or Admin role. Ask a manager or an admin."
    )
    assert (refused.permission, refused.universe_id, refused.secret_name) == (
        "delete_secret",
        7,
        "PAY_KEY",
    )


def lies_within(outer: Holding, inner: Holding) -> bool:
    """Whether someone who has the one has all of the other."""
    return outer in Rights((outer,), WIDER).over(inner.place) and outer.contains(inner)


@given(outer=HOLDINGS, inner=HOLDINGS, name=NAMES, place=strategies.sampled_from([1, 2]))
def test_what_lies_within_a_grant_never_goes_beyond_it(
    outer: Holding, inner: Holding, name: str, place: int
) -> None:
    if not lies_within(outer, inner):
        return
    for permission in Permission:
        if Rights((inner,), WIDER).allows(permission, place, name):
            assert Rights((outer,), WIDER).allows(permission, place, name)
    assert PERMISSIONS[inner.role] <= PERMISSIONS[outer.role]
    assert outer.until is None or (inner.until is not None and inner.until <= outer.until)


@given(
    held=strategies.lists(HOLDINGS, max_size=4), name=NAMES, place=strategies.sampled_from([1, 2])
)
def test_what_is_permitted_on_a_secret_is_each_permission_that_is_allowed(
    held: list[Holding], name: str, place: int
) -> None:
    rights = Rights(tuple(held), WIDER)
    assert rights.on(place, name) == {
        permission for permission in Permission if rights.allows(permission, place, name)
    }


@given(holding=HOLDINGS)
def test_whoever_may_manage_grants_may_give_just_what_they_have(holding: Holding) -> None:
    manages = A.MANAGE_GRANTS in PERMISSIONS[holding.role]
    assert Rights((holding,)).may_give([holding]) == manages


@given(first=HOLDINGS, second=HOLDINGS, third=HOLDINGS)
def test_lying_within_is_handed_on(first: Holding, second: Holding, third: Holding) -> None:
    if lies_within(first, second) and lies_within(second, third):
        assert lies_within(first, third)
