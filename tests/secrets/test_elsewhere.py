"""The same name in other universes of a group."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from secretsapp.access import grants
from secretsapp.core.roles import Role
from secretsapp.models import Secret, Universe
from secretsapp.secrets import elsewhere
from tests.granting import Terms
from tests.stage import STAGEHAND, Cast

pytestmark = [pytest.mark.django_db, pytest.mark.engine]

NAME = "PAY_KEY"


def add(universe: Universe, number: int, *names: str) -> Universe:
    """Let the group have another universe, with secrets of these names."""
    added = Universe.objects.create(
        id=number, name=f"Quay {number}", api_key=universe.api_key, owner=universe.owner
    )
    Secret.objects.bulk_create(Secret(universe=added, name=name) for name in names)
    return added


def found(cast: Cast, who: str, universe: Universe) -> tuple[list[str], list[str]]:
    """The names of the universes that have it, and of those that lack it."""
    told = elsewhere.find(cast[who].actor, universe, NAME)
    return [there.name for there, _ in told.present], [lack.universe.name for lack in told.missing]


def test_it_tells_where_the_name_is_and_where_it_is_missing(universe: Universe, cast: Cast) -> None:
    add(universe, 1, NAME, "OTHER")
    add(universe, 2, "OTHER")
    gone = add(universe, 3, NAME)
    Secret.objects.filter(universe=gone).update(missing_since="2026-12-03T18:00:00Z")
    Universe.objects.filter(pk=add(universe, 4, NAME).pk).update(owner="groups/1")
    Universe.objects.filter(pk=3).update(environment="production")
    # In the order in which universes stand everywhere: production first.
    assert found(cast, "admin", universe) == (["Quay 1"], ["Quay 3", "Quay 2"])


def test_it_tells_of_no_universe_in_which_the_name_may_not_be_listed(
    universe: Universe, cast: Cast
) -> None:
    viewer = cast["viewer"].user
    for number, pattern in ((1, "PAY_*"), (2, "AD_*"), (3, NAME), (4, "AD_*")):
        there = add(universe, number, *([NAME] if number < 3 else []))
        grants.give(STAGEHAND, viewer, there, Terms(Role.VIEWER, pattern))
    add(universe, 5, NAME)
    assert found(cast, "viewer", universe) == (["Quay 1"], ["Quay 3"])
    missing = elsewhere.find(cast["viewer"].actor, universe, NAME).missing
    assert [lacking.may_create for lacking in missing] == [False]
    grants.give(STAGEHAND, viewer, Universe.objects.get(pk=3), Terms(Role.EDITOR, NAME))
    missing = elsewhere.find(cast["viewer"].actor, universe, NAME).missing
    assert [lacking.may_create for lacking in missing] == [True]


def test_it_reads_no_more_for_a_group_of_many_universes(universe: Universe, cast: Cast) -> None:
    for number in range(1, 31):
        add(universe, number, *([NAME] if number % 2 else []))
    with CaptureQueriesContext(connection) as captured:
        told = elsewhere.find(cast["admin"].actor, universe, NAME)
    assert (len(told.present), len(told.missing)) == (elsewhere.AT_MOST, elsewhere.AT_MOST)
    assert (told.more_present, told.more_missing, told.is_cut) == (7, 7, False)
    assert sum(bool(re.search(r"LIMIT \d+$", query["sql"])) for query in captured) == 2
