"""A group that owns several universes tells those who see one of them nothing of the others."""

from datetime import UTC, datetime, timedelta

import pytest
from pytest_django import Settings

from emulator import MANAGE_GROUP, READ_GROUP, Emulator, Group
from secretsapp.api_keys.remembered import as_stored
from secretsapp.groups import could, reading
from secretsapp.models import ApiKey, Budget, GroupNotice, RobloxGroup, Universe
from secretsapp.opencloud.types import read_introspection
from secretsapp.rules.locks import claim
from tests.groups.conftest import LOG_KEY, OWNER
from tests.groups.test_watching import WORKER
from tests.stage import Cast
from tests.support.connected import connect, set_up_app, use_for

pytestmark = [pytest.mark.django_db, pytest.mark.engine]


@pytest.fixture
def other(universe: Universe) -> Universe:
    """Another universe of the same group, which comes first and which only admins see."""
    return Universe.objects.create(
        pk=5, name="Skunkworks", owner=universe.owner, api_key=universe.api_key
    )


def rest(passed: timedelta = timedelta(minutes=2)) -> None:
    """Let a while pass since the last reading of any group."""
    RobloxGroup.objects.update(tried_at=datetime.now(UTC) - passed)
    Budget.objects.all().delete()


def test_what_is_missing_for_the_log_names_no_universe(
    group: Group, universe: Universe, other: Universe, cast: Cast
) -> None:
    RobloxGroup.objects.create(pk=group.id)
    stored = RobloxGroup.objects.get()
    reading.read(WORKER, stored, other, is_look=True)
    view = could.of_universe(cast["viewer"].actor, universe)
    assert view.group is not None
    assert "scope legacy-group:manage" in view.group.log_failure
    assert other.name not in view.group.log_failure


def test_a_look_at_one_universe_keeps_the_log_that_a_key_of_another_reads(
    with_log: Universe, other: Universe, cast: Cast
) -> None:
    """Else someone with the weaker key would hide what was done in the group."""
    reading.look(cast["viewer"].actor, with_log)
    rest()
    assert reading.look(cast["admin"].actor, other)
    view = could.of_universe(cast["viewer"].actor, with_log)
    assert view.group is not None
    assert (len(view.entries), view.group.log_failure) == (2, "")


def test_what_a_weaker_key_is_not_told_is_noticed_all_the_same(
    with_log: Universe, group: Group, cast: Cast, emulator: Emulator
) -> None:
    scopes = {READ_GROUP, MANAGE_GROUP}
    emulator.add_api_key(LOG_KEY, owner_id=OWNER, scopes=scopes)
    reading.look(cast["viewer"].actor, with_log)
    role = next(role for role in group.roles.values() if role.name == "Developer")
    group.change_role(role.role_id, permissions=("viewAuditLog",))
    emulator.add_api_key(LOG_KEY, owner_id=9, scopes=scopes)
    rest()
    assert reading.look(cast["viewer"].actor, with_log)
    assert not GroupNotice.objects.exists()
    emulator.add_api_key(LOG_KEY, owner_id=OWNER, scopes=scopes)
    rest()
    assert reading.look(cast["viewer"].actor, with_log)
    assert GroupNotice.objects.get().what == "has viewAuditLog now"


def test_a_change_of_what_nobody_is_told_is_noticed_with_a_key_that_is_told_less(
    with_log: Universe, group: Group, cast: Cast, emulator: Emulator
) -> None:
    emulator.add_api_key(LOG_KEY, owner_id=OWNER, scopes={READ_GROUP, MANAGE_GROUP})
    reading.look(cast["viewer"].actor, with_log)
    role = next(role for role in group.roles.values() if role.name == "Developer")
    group.change_role(role.role_id)
    emulator.add_api_key(LOG_KEY, owner_id=OWNER, scopes={MANAGE_GROUP})
    rest()
    assert reading.look(cast["viewer"].actor, with_log)
    assert GroupNotice.objects.get().what == "Roblox doesn’t say what"


def test_a_group_that_is_forgotten_meanwhile_is_not_read(
    with_log: Universe, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forget(*told: object, **named: object) -> int:
        claimed = claim(*told, **named)  # type: ignore[arg-type]
        RobloxGroup.objects.all().delete()
        return claimed

    monkeypatch.setattr(reading, "claim", forget)
    assert not reading.look(cast["viewer"].actor, with_log)


def test_access_by_oauth_reads_no_group_and_another_key_of_the_group_does(
    group: Group, universe: Universe, cast: Cast, emulator: Emulator, settings: Settings
) -> None:
    set_up_app(emulator, settings)
    by_oauth = use_for(universe, connect())
    emulator.clear_requests()
    assert not reading.look(cast["viewer"].actor, by_oauth)
    assert "can’t be read with a connection by OAuth" in RobloxGroup.objects.get().failure
    assert emulator.requests == []
    rest()
    key = ApiKey.objects.get(is_oauth=False)
    Universe.objects.create(pk=5, name="Skunkworks", owner=universe.owner, api_key=key)
    assert reading.look(cast["viewer"].actor, by_oauth)
    assert RobloxGroup.objects.get().failure == ""


def test_a_key_for_servers_reads_the_group_of_a_universe_with_access_by_oauth(
    with_log: Universe, cast: Cast, emulator: Emulator, settings: Settings
) -> None:
    ApiKey.objects.update(told=as_stored(read_introspection({})))
    set_up_app(emulator, settings)
    assert reading.look(cast["viewer"].actor, use_for(with_log, connect()))
    assert "No API key here" in RobloxGroup.objects.get().log_failure
