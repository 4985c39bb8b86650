"""Restarts: refused early, written down, sent once, and followed to the end."""

import json
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.db import DatabaseError
from django.utils import timezone

from emulator import READ_UNIVERSE, Emulator, faults
from emulator import Universe as EmulatedUniverse
from secretsapp.access import grants
from secretsapp.core import actor as actors
from secretsapp.core.errors import (
    Forbidden,
    HeldUp,
    InvalidInput,
    LogBroken,
    NeedsApproval,
    NotFound,
    RobloxRefused,
    RobloxUnreachable,
)
from secretsapp.core.roles import Role
from secretsapp.core.upkeep_errors import NoServerKey, RestartUnderWay
from secretsapp.models import AuditEvent, ServerRestart, Universe
from secretsapp.opencloud.client import SETTLE_AFTER
from secretsapp.servers import following, restarts, rollouts, watching
from tests.granting import Terms
from tests.stage import Cast
from tests.support.game_servers import SERVER_KEY
from tests.support.watch import Watch

pytestmark = [pytest.mark.django_db, pytest.mark.engine]

WORKER = actors.system("servers")


def tags(watch: Watch) -> list[str]:
    """What was told, without the subject that all share."""
    return [event.tag.removeprefix("universe.restart.") for event in watch.events]


def launches(emulator: Emulator) -> int:
    """How often a restart was sent."""
    sent = [request for request in emulator.requests if request.method == "POST"]
    return sum(request.path.endswith("/restarts") for request in sent)


def let_rest(**passed: float) -> None:
    """Let that time have passed since each reading."""
    ServerRestart.objects.update(tried_at=timezone.now() - timedelta(**passed))


def let_age(row: ServerRestart, passed: timedelta) -> None:
    """Let it have started that long ago."""
    ServerRestart.objects.filter(pk=row.pk).update(started_at=timezone.now() - passed)


def follow(cast: Cast, universe: Universe, row: ServerRestart) -> None:
    """Let the manager look how far it is."""
    manager = cast["manager"].actor
    following.follow(manager, following.get(manager, universe, row.pk))


def leave_unknown(
    cast: Cast, universe: Universe, emulator: Emulator, minutes: int | None = 5
) -> ServerRestart:
    """A restart that Roblox took, though no answer came."""
    emulator.inject(faults.cut_after(), method="POST", path="/restarts")
    actor = cast["manager"].actor
    return restarts.restart(actor, universe, bleed_off_minutes=minutes)


def test_a_restart_is_told_when_it_starts_when_it_is_taken_and_when_it_is_finished(
    rotated: Universe, harbor: EmulatedUniverse, place: int, cast: Cast
) -> None:
    watching.look(cast["viewer"].actor, rotated, "PAY_KEY")
    watch = Watch()
    row = restarts.restart(cast["manager"].actor, rotated, place_ids=[place], why="a new key")
    assert (row.state, row.total, tags(watch)) == ("taken", 12, ["started", "succeeded"])
    assert {each.secrets["PAY_KEY"] for each in harbor.fleet.active()} == {b"new value"}
    follow(cast, rotated, row)
    view = following.get(cast["admin"].actor, rotated, row.pk)
    assert (view.restart.remaining, view.ended, view.is_over) == (0, 12, True)
    assert tags(watch) == ["started", "succeeded", "finished"]
    watching.look(cast["viewer"].actor, rotated, "PAY_KEY")
    assert all(view.is_out for view in rollouts.of_universe(cast["viewer"].actor, rotated))
    started = watch.events[0]
    assert json.loads(started.detail)["why"] == "a new key"
    assert started.actor_name == "manager@example.com"


def test_a_bleed_off_is_followed_while_servers_are_left(
    rotated: Universe, harbor: EmulatedUniverse, cast: Cast
) -> None:
    row = restarts.restart(cast["manager"].actor, rotated, bleed_off_minutes=5)
    for server in harbor.fleet.active()[:4]:
        harbor.fleet.end(server.job_id)
    follow(cast, rotated, row)
    view = following.get(cast["manager"].actor, rotated, row.pk)
    assert (view.restart.remaining, view.ended, view.is_over) == (8, 4, False)


def test_the_game_is_told_the_names_of_secrets_and_nothing_else(
    rotated: Universe, harbor: EmulatedUniverse, cast: Cast
) -> None:
    restarts.restart(cast["manager"].actor, rotated, why="because of the leak")
    [restart] = harbor.fleet.restarts.values()
    assert restart.attributes == {"by": "Sealroom", "changedSecrets": "PAY_KEY"}


def test_what_the_game_is_told_has_room_in_500_bytes(
    rotated: Universe, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(restarts, "ATTRIBUTES_LIMIT_BYTES", 40)
    told = restarts.attributes_of(cast["manager"].actor, rotated)
    assert told["changedSecrets"] == ""


@pytest.mark.parametrize("name", ["editor", "rotator", "viewer", "auditor", "stranger"])
def test_only_managers_and_admins_restart(
    rotated: Universe, cast: Cast, emulator: Emulator, name: str
) -> None:
    emulator.clear_requests()
    with pytest.raises(Forbidden):
        restarts.restart(cast[name].actor, rotated)
    with pytest.raises(Forbidden):
        restarts.forecast(cast[name].actor, rotated)
    assert emulator.requests == []


def test_who_manages_a_part_of_the_names_does_not_restart_all_servers(
    rotated: Universe, cast: Cast
) -> None:
    stranger = cast["stranger"]
    terms = Terms(Role.MANAGER, names="PAY_*")
    grants.give(cast["admin"].actor, stranger.user, rotated, terms)
    with pytest.raises(Forbidden):
        restarts.restart(stranger.actor, rotated)


def test_a_right_that_ended_meanwhile_sends_nothing(
    rotated: Universe, cast: Cast, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(restarts, "check_may", lambda *_: None)
    with pytest.raises(Forbidden):
        restarts.restart(cast["viewer"].actor, rotated)
    assert launches(emulator) == 0
    assert not ServerRestart.objects.exists()


@pytest.mark.parametrize("minutes", [0, 241, -1])
def test_minutes_that_roblox_does_not_take_send_nothing(
    rotated: Universe, cast: Cast, emulator: Emulator, minutes: int
) -> None:
    with pytest.raises(InvalidInput, match="1 to 240 minutes"):
        restarts.restart(cast["manager"].actor, rotated, bleed_off_minutes=minutes)
    assert launches(emulator) == 0


def test_too_many_places_send_nothing(rotated: Universe, cast: Cast, emulator: Emulator) -> None:
    with pytest.raises(InvalidInput, match="100 places"):
        restarts.restart(cast["manager"].actor, rotated, place_ids=range(1, 102))
    assert launches(emulator) == 0


def test_a_protected_universe_takes_no_restart_of_one_person(
    rotated: Universe, cast: Cast, emulator: Emulator
) -> None:
    Universe.objects.update(protected_since=timezone.now())
    with pytest.raises(NeedsApproval, match="is protected"):
        restarts.restart(cast["admin"].actor, rotated)
    assert launches(emulator) == 0
    assert not ServerRestart.objects.exists()


def test_without_a_key_that_may_nothing_is_sent(
    universe: Universe, cast: Cast, emulator: Emulator
) -> None:
    with pytest.raises(NoServerKey, match="universe:write"):
        restarts.restart(cast["manager"].actor, universe)
    assert launches(emulator) == 0


def test_a_key_that_only_reads_is_refused_and_told(
    rotated: Universe, cast: Cast, emulator: Emulator
) -> None:
    emulator.add_api_key(SERVER_KEY, scopes={READ_UNIVERSE})
    watch = Watch()
    with pytest.raises(RobloxRefused, match="universe:write"):
        restarts.restart(cast["manager"].actor, rotated)
    assert tags(watch) == ["started", "failed"]
    assert ServerRestart.objects.get().finished_at is not None


def test_roblox_out_of_reach_sends_nothing(
    rotated: Universe, cast: Cast, emulator: Emulator
) -> None:
    emulator.stop()
    try:
        with pytest.raises(RobloxUnreachable):
            restarts.restart(cast["manager"].actor, rotated)
    finally:
        emulator.start()
    assert not ServerRestart.objects.exists()


def test_an_answer_that_never_came_is_unknown_and_found_out_by_reading(
    rotated: Universe, cast: Cast, emulator: Emulator
) -> None:
    watch = Watch()
    row = leave_unknown(cast, rotated, emulator)
    assert row.state == "unknown"
    with pytest.raises(RestartUnderWay):
        restarts.restart(cast["admin"].actor, rotated)
    assert following.follow_due(WORKER) == 1
    row.refresh_from_db()
    assert (row.state, row.remaining) == ("taken", 12)
    assert tags(watch) == ["started", "unknown", "succeeded"]
    assert json.loads(watch.events[-1].detail)["settled"] == "by reading"
    assert launches(emulator) == 1


def test_what_did_not_get_through_is_failed_once_it_is_sure(
    rotated: Universe, cast: Cast, emulator: Emulator
) -> None:
    emulator.inject(faults.cut_before(), method="POST", path="/restarts")
    row = restarts.restart(cast["manager"].actor, rotated, bleed_off_minutes=5)
    assert following.follow_due(WORKER) == 1
    row.refresh_from_db()
    assert row.state == "unknown"
    let_age(row, SETTLE_AFTER)
    let_rest(minutes=2)
    following.follow_due(WORKER)
    row.refresh_from_db()
    assert (row.state, row.reason) == ("failed", "Roblox tells of no restart since then")


def test_what_may_be_over_already_is_undetermined(
    rotated: Universe, cast: Cast, emulator: Emulator
) -> None:
    emulator.inject(faults.cut_before(), method="POST", path="/restarts")
    row = restarts.restart(cast["manager"].actor, rotated)
    let_age(row, SETTLE_AFTER)
    following.follow_due(WORKER)
    row.refresh_from_db()
    assert (row.state, row.reason) == ("undetermined", "Roblox tells of none that it could be")


def test_two_that_it_could_be_leave_it_undetermined(
    rotated: Universe, harbor: EmulatedUniverse, place: int, cast: Cast, emulator: Emulator
) -> None:
    row = leave_unknown(cast, rotated, emulator)
    [restart] = harbor.fleet.restarts.values()
    harbor.fleet.schedule(restart.places, 5, {})
    following.follow_due(WORKER)
    row.refresh_from_db()
    assert row.state == "unknown"
    ServerRestart.objects.update(started_at=row.started_at - SETTLE_AFTER)
    let_rest(minutes=2)
    following.follow_due(WORKER)
    row.refresh_from_db()
    assert (row.state, row.reason) == ("undetermined", "Roblox tells of several that it could be")


def test_a_restart_that_was_there_before_is_not_taken_for_it(
    rotated: Universe, place: int, cast: Cast, emulator: Emulator
) -> None:
    restarts.restart(cast["manager"].actor, rotated, bleed_off_minutes=60)
    emulator.inject(faults.cut_before(), method="POST", path="/restarts")
    row = restarts.restart(cast["manager"].actor, rotated, bleed_off_minutes=60)
    follow(cast, rotated, row)
    row.refresh_from_db()
    assert row.state == "unknown"


def test_one_that_roblox_takes_and_does_not_do_is_late_and_not_called_finished(
    rotated: Universe, harbor: EmulatedUniverse, cast: Cast
) -> None:
    harbor.fleet.ignores_restarts = True
    row = restarts.restart(cast["manager"].actor, rotated)
    long_ago = timezone.now() - timedelta(minutes=20)
    ServerRestart.objects.update(started_at=long_ago, settled_at=long_ago)
    follow(cast, rotated, row)
    view = following.get(cast["manager"].actor, rotated, row.pk)
    assert (view.is_late, view.restart.remaining, view.is_over) == (True, 12, False)


def test_an_id_that_was_not_told_is_found_by_reading(
    rotated: Universe, cast: Cast, emulator: Emulator
) -> None:
    row = restarts.restart(cast["manager"].actor, rotated)
    ServerRestart.objects.update(remote_id="")
    follow(cast, rotated, row)
    row.refresh_from_db()
    assert row.finished_at is not None


def test_many_who_look_cost_roblox_one_reading_and_a_failure_changes_nothing(
    rotated: Universe, cast: Cast, emulator: Emulator
) -> None:
    row = restarts.restart(cast["manager"].actor, rotated, bleed_off_minutes=5)
    emulator.clear_requests()
    emulator.inject(faults.status(400), path="/restarts")
    for _ in range(3):
        follow(cast, rotated, row)
        following.follow_due(WORKER)
    assert len(emulator.requests) == 1
    row.refresh_from_db()
    assert (row.state, row.claimed_until) == ("taken", None)


def test_a_restart_of_elsewhere_is_not_found(rotated: Universe, cast: Cast) -> None:
    row = restarts.restart(cast["manager"].actor, rotated)
    ServerRestart.objects.all().delete()
    with pytest.raises(NotFound):
        following.get(cast["manager"].actor, rotated, row.pk)


def test_a_forecast_tells_what_runs_or_why_it_did_not_come(
    rotated: Universe, cast: Cast, emulator: Emulator
) -> None:
    found = restarts.forecast(cast["manager"].actor, rotated)
    assert (found.servers, found.players, found.failure) == (12, 60, "")
    emulator.inject(faults.status(200, {}), path="restarts:forecast")
    found = restarts.forecast(cast["manager"].actor, rotated)
    assert (found.places, bool(found.failure)) == ([], True)


def test_no_value_is_in_what_was_told(rotated: Universe, cast: Cast) -> None:
    restarts.restart(cast["manager"].actor, rotated)
    told = AuditEvent.objects.filter(tag__startswith="universe.restart")
    assert not any("value" in event.detail for event in told)


def test_what_cannot_be_written_down_is_not_sent(
    rotated: Universe, cast: Cast, emulator: Emulator
) -> None:
    broken = patch("secretsapp.rules.audit._append", side_effect=LogBroken("no log"))
    with broken, pytest.raises(LogBroken):
        restarts.restart(cast["manager"].actor, rotated)
    assert launches(emulator) == 0
    assert not ServerRestart.objects.exists()


def test_an_outcome_that_cannot_be_stored_stays_open_and_is_found_out(
    rotated: Universe, cast: Cast, emulator: Emulator
) -> None:
    stored = restarts.move

    def fail_once(*told: Any) -> bool:
        patched.stop()
        raise DatabaseError

    patched = patch.object(restarts, "move", side_effect=fail_once)
    patched.start()
    row = restarts.restart(cast["manager"].actor, rotated, bleed_off_minutes=5)
    assert restarts.move is stored
    assert row.state == "unknown"
    row.refresh_from_db()
    assert row.state == "started"
    following.follow_due(WORKER)
    row.refresh_from_db()
    assert (row.state, launches(emulator)) == ("taken", 1)


def test_what_was_held_up_for_too_long_is_not_sent(
    rotated: Universe, cast: Cast, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(restarts, "SEND_WITHIN", timedelta(seconds=-1))
    with pytest.raises(HeldUp):
        restarts.restart(cast["manager"].actor, rotated)
    assert launches(emulator) == 0
    assert ServerRestart.objects.get().state == "failed"
