"""Each group is read daily; a new owner and new or changed roles are told once and reviewed."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from emulator import READ_GROUP, READ_SECRETS, Emulator, Group
from emulator import Universe as EmulatedUniverse
from secretsapp.core import actor as actors
from secretsapp.core.errors import Forbidden
from secretsapp.groups import could, reading, reviewing, watching
from secretsapp.models import AuditEvent, Budget, GroupNotice, RobloxGroup, Universe
from secretsapp.opencloud import groups
from secretsapp.opencloud.client import Client
from secretsapp.opencloud.group_types import RemoteRole
from secretsapp.universes import refreshing
from tests.groups.conftest import DEVELOPER, OWNER
from tests.stage import API_KEY, GROUP_ID, Cast

pytestmark = [pytest.mark.django_db, pytest.mark.engine]

WORKER = actors.system("groups")
DAY = timedelta(days=1, minutes=1)


def read_after(passed: timedelta = DAY) -> int:
    """Read what is due after so long."""
    then = datetime.now(UTC) - passed
    RobloxGroup.objects.filter(read_at__isnull=False).update(read_at=then)
    RobloxGroup.objects.filter(tried_at__isnull=False).update(tried_at=then)
    Budget.objects.all().delete()
    return watching.read_due(WORKER)


def told() -> list[tuple[str, str]]:
    """The events about groups, with their details."""
    events = AuditEvent.objects.filter(tag__startswith="group.").order_by("sequence")
    return [(event.tag, event.detail) for event in events]


def test_a_first_reading_tells_nothing(group: Group, universe: Universe) -> None:
    assert read_after() == 1
    row = RobloxGroup.objects.get()
    assert (row.pk, row.owner_id, row.looked_at) == (GROUP_ID, OWNER, None)
    assert told() == []


def test_a_group_is_read_once_a_day(group: Group, universe: Universe, emulator: Emulator) -> None:
    read_after()
    emulator.clear_requests()
    assert read_after(timedelta(hours=23)) == 0
    assert emulator.requests == []
    assert read_after() == 1
    assert [request.path.rpartition("/")[2] for request in emulator.requests] == [
        str(GROUP_ID),
        "roles",
    ]


def test_a_new_owner_is_told_once(group: Group, universe: Universe, cast: Cast) -> None:
    read_after()
    group.give_to(999)
    read_after()
    read_after()
    [(tag, detail)] = told()
    assert tag == "group.owner_changed"
    assert "account 999" in detail
    assert "Harbor Works" in detail
    [notice] = could.of_universe(cast["viewer"].actor, universe).notices
    assert (notice.kind, notice.what) == ("owner_changed", "account 999")
    group.give_to(None)
    read_after()
    assert "nobody" in told()[-1][1]


def test_new_and_changed_roles_are_told_and_members_are_not(
    group: Group, universe: Universe
) -> None:
    read_after()
    role = group.add_role("Release", 60)
    group.assign(4242, role.role_id)
    read_after()
    assert [tag for tag, _ in told()] == ["group.role_added"]
    group.change_role(role.role_id, name="Live", rank=61)
    read_after()
    tag, detail = told()[-1]
    assert tag == "group.role_changed"
    assert "it was called Release, rank 60 became 61" in detail
    group.remove_role(role.role_id)
    read_after()
    assert len(told()) == 2


def test_what_only_the_owner_is_shown_of_a_role_is_compared_where_it_is_told(
    group: Group, universe: Universe, emulator: Emulator
) -> None:
    emulator.add_api_key(API_KEY, owner_id=OWNER, scopes={READ_SECRETS, READ_GROUP})
    read_after()
    role = next(role for role in group.roles.values() if role.name == "Developer")
    group.change_role(role.role_id, permissions=("manageApiKeys",))
    read_after()
    assert "has manageApiKeys now" in told()[-1][1]
    group.change_role(role.role_id)
    read_after()
    assert json.loads(told()[-1][1])["what"] == "Roblox doesn’t say what"
    emulator.add_api_key(API_KEY, owner_id=9)
    read_after()
    assert len(told()) == 2


def test_something_changed_elsewhere_has_the_group_looked_at_with_its_log(
    with_log: Universe, harbor: EmulatedUniverse, cast: Cast
) -> None:
    read_after()
    harbor.put("PAY_KEY", b"other", "elsewhere.example")
    refreshing.refresh(cast["manager"].actor, with_log)
    assert read_after(timedelta(minutes=2)) == 1
    row = RobloxGroup.objects.get()
    assert row.looked_at is not None
    assert "ChangeRank" in row.log
    assert read_after(timedelta(minutes=2)) == 0


def test_a_hundred_groups_take_less_than_ten_calls_a_minute(
    group: Group, universe: Universe, emulator: Emulator
) -> None:
    for number in range(1, 21):
        emulator.add_group(number)
        universe.pk, universe.owner, universe.name = number, f"groups/{number}", f"Isle {number}"
        universe.save(force_insert=True)
    emulator.clear_requests()
    assert read_after() == 2
    assert len(emulator.requests) == 4
    assert watching.read_due(WORKER) == 0
    assert len(emulator.requests) == 4


def test_a_group_that_owns_nothing_here_any_more_is_forgotten(
    group: Group, universe: Universe
) -> None:
    read_after()
    universe.owner = "users/5"
    universe.save()
    read_after()
    assert not RobloxGroup.objects.exists()


def test_what_failed_rests_for_an_hour(universe: Universe, emulator: Emulator) -> None:
    assert read_after() == 0
    assert RobloxGroup.objects.get().failure
    emulator.clear_requests()
    assert read_after(timedelta(minutes=50)) == 0
    assert emulator.requests == []
    read_after(timedelta(minutes=61))
    assert emulator.requests


def test_a_claim_that_was_lost_stores_nothing(
    group: Group, universe: Universe, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_after()
    group.give_to(999)
    asked = groups.list_roles

    def lose(client: Client, group_id: int) -> list[RemoteRole]:
        RobloxGroup.objects.update(claimed_until=datetime.now(UTC))
        return asked(client, group_id)

    monkeypatch.setattr(groups, "list_roles", lose)
    read_after()
    assert RobloxGroup.objects.get().owner_id == OWNER
    assert told() == []


def test_an_admin_marks_as_reviewed_what_they_saw(
    group: Group, universe: Universe, cast: Cast
) -> None:
    read_after()
    group.give_to(999)
    read_after()
    seen = could.of_universe(cast["admin"].actor, universe).seen
    group.add_role("Release", 60)
    read_after()
    with pytest.raises(Forbidden):
        reviewing.review(cast["manager"].actor, universe, seen=seen)
    assert reviewing.review(cast["admin"].actor, universe, seen=seen) == 1
    assert [notice.kind for notice in GroupNotice.objects.all()] == ["role_added"]
    assert told()[-1][0] == "group.reviewed"
    assert reviewing.review(cast["admin"].actor, universe) == 1
    count = len(told())
    assert reviewing.review(cast["admin"].actor, universe) == 0
    assert len(told()) == count


def test_notices_that_nobody_reviews_stay_few(group: Group, universe: Universe) -> None:
    read_after()
    for turn in range(3):
        for number in range(25):
            group.add_role(f"Role {turn} {number}", 2)
        read_after()
        for role in [role for role in group.roles.values() if role.rank == 2]:
            group.remove_role(role.role_id)
    assert GroupNotice.objects.count() == 50


def test_members_that_a_look_listed_stay_known_over_the_next_reading(
    with_log: Universe, cast: Cast
) -> None:
    reading.look(cast["viewer"].actor, with_log)
    read_after()
    roles = could.of_universe(cast["viewer"].actor, with_log).could.roles
    assert [role.accounts for role in roles] == [(OWNER,), (DEVELOPER,), None]
