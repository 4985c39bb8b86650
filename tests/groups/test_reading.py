"""A universe's group is read for who asks: owner, roles, members, and its audit log with a key."""

from datetime import UTC, datetime, timedelta

import pytest

from emulator import Emulator, Group, faults
from secretsapp.core.errors import Forbidden, RobloxBusy
from secretsapp.core.upkeep_errors import NoGroup
from secretsapp.groups import could, reading
from secretsapp.groups.could import GroupView
from secretsapp.models import Budget, RobloxGroup, Universe
from tests.groups.conftest import DEVELOPER, LOG_KEY, OWNER
from tests.stage import API_KEY, Cast

pytestmark = [pytest.mark.django_db, pytest.mark.engine]


def looked(cast: Cast, universe: Universe, who: str = "viewer") -> GroupView:
    """What the page tells after a look of theirs."""
    reading.look(cast[who].actor, universe)
    return could.of_universe(cast[who].actor, universe)


def rest() -> None:
    """Let a while pass since the last reading of any group."""
    RobloxGroup.objects.update(tried_at=datetime.now(UTC) - timedelta(minutes=2))
    Budget.objects.all().delete()


def test_owner_roles_members_and_log_are_read_with_a_key_for_it(
    with_log: Universe, cast: Cast
) -> None:
    view = looked(cast, with_log)
    assert view.group is not None
    assert (view.group.title, view.group.owner_id) == ("Harbor Works", OWNER)
    assert [role.name for role in view.could.roles] == ["Owner", "Developer", "Member"]
    assert [role.accounts for role in view.could.roles] == [(OWNER,), (DEVELOPER,), None]
    assert [entry.action for entry in view.entries] == ["ChangeRank", "CreateRoleset"]
    assert view.group.log_failure == ""
    assert "At least" in view.could.words
    assert f"{OWNER} (owns the group)" in view.could.words
    assert "doesn’t say which roles" in view.could.doubt


def test_without_such_a_key_the_log_is_not_asked_for_and_the_page_says_what_is_missing(
    group: Group, universe: Universe, cast: Cast, emulator: Emulator
) -> None:
    emulator.clear_requests()
    view = looked(cast, universe)
    assert view.group is not None
    assert "legacy-group:manage" in view.group.log_failure
    assert view.group.owner_id == OWNER
    assert not any("audit-log" in request.path for request in emulator.requests)


def test_a_log_that_roblox_does_not_show_keeps_the_rest(
    with_log: Universe, cast: Cast, emulator: Emulator
) -> None:
    emulator.add_api_key(LOG_KEY, owner_id=9, scopes={"universe:read"})
    view = looked(cast, with_log)
    assert view.group is not None
    assert "doesn’t let this key" in view.group.log_failure
    assert len(view.could.roles) == 3


def test_a_group_is_read_once_a_minute_however_many_ask(
    with_log: Universe, cast: Cast, emulator: Emulator
) -> None:
    assert reading.look(cast["viewer"].actor, with_log)
    asked = len(emulator.requests)
    assert not reading.look(cast["manager"].actor, with_log)
    assert len(emulator.requests) == asked


def test_many_groups_together_stay_below_ten_calls_a_minute(
    with_log: Universe, cast: Cast, emulator: Emulator
) -> None:
    looked(cast, with_log)
    RobloxGroup.objects.update(tried_at=None)
    with pytest.raises(RobloxBusy):
        looked(cast, with_log)
    assert RobloxGroup.objects.get().claimed_until is None
    assert RobloxGroup.objects.get().tried_at is None


def test_a_failure_is_told_and_what_was_known_stays(
    with_log: Universe, cast: Cast, emulator: Emulator
) -> None:
    looked(cast, with_log)
    rest()
    emulator.inject(faults.status(500, {}), times=9)
    view = looked(cast, with_log)
    assert view.group is not None
    assert view.group.failure
    assert view.group.owner_id == OWNER
    assert view.could.read_at is not None


def test_what_can_not_be_read_is_never_taken_for_a_change(
    with_log: Universe, group: Group, cast: Cast, emulator: Emulator
) -> None:
    looked(cast, with_log)
    rest()
    emulator.inject(faults.status(200, {"owner": "x"}))
    view = looked(cast, with_log)
    assert view.notices == []
    assert view.group is not None
    assert view.group.failure


def test_only_who_sees_the_whole_universe_has_it_read_and_shown(
    with_log: Universe, cast: Cast, emulator: Emulator
) -> None:
    emulator.clear_requests()
    for act in (reading.look, could.of_universe):
        with pytest.raises(Forbidden):
            act(cast["stranger"].actor, with_log)
    assert emulator.requests == []
    assert could.of_universes(cast["stranger"].actor, [with_log.pk]) == {}


def test_a_universe_of_an_account_has_no_group(universe: Universe, cast: Cast) -> None:
    universe.owner = "users/55"
    universe.save()
    with pytest.raises(NoGroup):
        reading.look(cast["viewer"].actor, universe)
    view = could.of_universe(cast["viewer"].actor, universe)
    assert "55 (owns the game)" in view.could.words
    assert view.could.doubt == ""


@pytest.mark.parametrize("owner", ["", "groups/", "groups/x", "groups/0", "groups/" + "9" * 19])
def test_an_owner_that_is_not_known_is_said_to_be_so(
    universe: Universe, cast: Cast, owner: str
) -> None:
    universe.owner = owner
    universe.save()
    view = could.of_universe(cast["viewer"].actor, universe)
    assert view.group is None
    with pytest.raises(NoGroup):
        reading.look(cast["viewer"].actor, universe)


def test_a_group_that_nobody_read_claims_nothing(universe: Universe, cast: Cast) -> None:
    [told] = could.of_universes(cast["viewer"].actor, [universe.pk]).values()
    assert told.words.startswith("Nobody has looked yet")
    assert told.short == "Who could"


@pytest.mark.parametrize("column", ["roles", "log"])
@pytest.mark.parametrize("edited", ["x", "[1]", '{"a": 1}', '[{"role_id": "x"}]'])
def test_what_was_edited_in_the_database_is_left_out(
    with_log: Universe, cast: Cast, column: str, edited: str
) -> None:
    looked(cast, with_log)
    RobloxGroup.objects.update(**{column: edited})
    view = could.of_universe(cast["viewer"].actor, with_log)
    assert not (view.could.roles if column == "roles" else view.entries)


def test_members_are_listed_of_small_roles_alone(
    with_log: Universe, group: Group, cast: Cast, emulator: Emulator
) -> None:
    member = next(role for role in group.roles.values() if role.name == "Member")
    for number in range(101):
        group.assign(9000 + number, member.role_id)
    emulator.clear_requests()
    view = looked(cast, with_log)
    assert view.could.roles[-1].members == 101
    assert view.could.roles[-1].accounts is None
    assert sum("memberships" in request.path for request in emulator.requests) == 2
    assert API_KEY not in str(view)
