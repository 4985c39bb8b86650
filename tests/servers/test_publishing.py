"""Publishing: refused early, written down, sent once, and found out by reading where that helps."""

import json
from collections.abc import Callable
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
from secretsapp.core import place_files
from secretsapp.core.errors import (
    Forbidden,
    HeldUp,
    InvalidInput,
    LogBroken,
    RobloxRefused,
    StaleVersion,
    StillInUse,
)
from secretsapp.core.roles import Role
from secretsapp.core.upkeep_errors import NoServerKey, PublishProtected, PublishUnderWay
from secretsapp.models import Publication, Universe
from secretsapp.opencloud.client import SETTLE_AFTER
from secretsapp.servers import publications, publishing
from secretsapp.universes import managing
from tests.granting import Terms
from tests.stage import Cast
from tests.support.game_servers import RBXL, SERVER_KEY
from tests.support.watch import Watch

pytestmark = [pytest.mark.django_db, pytest.mark.engine]

WORKER = actors.system("servers")
VERSIONS = "/versions"
Publish = Callable[..., Publication]


@pytest.fixture
def publish(with_key: Universe, place: int, cast: Cast) -> Publish:
    """Publishes Harbor's root place as the manager, unless something else is said."""

    def send(**told: Any) -> Publication:
        actor = cast[told.pop("who", "manager")].actor
        sent: dict[str, Any] = {"place_id": place, "is_published": True} | told
        where = sent.pop("universe", with_key)
        return publishing.publish(actor, where, file=place_files.read(RBXL), **sent)

    return send


def tags(watch: Watch) -> list[str]:
    """What was told, without the subject that all share."""
    return [event.tag.removeprefix("universe.publish.") for event in watch.events]


def uploads(emulator: Emulator) -> int:
    """How often a file was sent."""
    return sum(request.path.endswith(VERSIONS) for request in emulator.requests)


def settle(row: Publication, after: timedelta = timedelta(0)) -> Publication:
    """Let the worker look what became of it, so long after it was sent."""
    moved = {"started_at": row.started_at - after, "tried_at": None}
    Publication.objects.filter(pk=row.pk).update(**moved)
    publications.settle_due(WORKER)
    row.refresh_from_db()
    return row


def test_a_version_is_told_when_it_starts_and_when_roblox_has_it(
    publish: Publish, harbor: EmulatedUniverse, place: int
) -> None:
    watch = Watch()
    row = publish()
    assert (row.state, row.version, tags(watch)) == ("succeeded", 2, ["started", "succeeded"])
    assert harbor.fleet.latest_of(place) == 2
    told = [json.loads(event.detail) for event in watch.events]
    known = {"place": str(place), "kind": "published", "bytes": str(len(RBXL))}
    assert told[0] == known | {"sha256": place_files.read(RBXL).sha256}
    assert told[1] == told[0] | {"version": "2"}
    assert {event.actor_name for event in watch.events} == {"manager@example.com"}


def test_a_saved_version_reaches_no_server(
    publish: Publish, harbor: EmulatedUniverse, place: int
) -> None:
    row = publish(is_published=False)
    assert (row.version, row.kind, harbor.fleet.latest_of(place)) == (2, "saved", 1)


def test_nothing_of_the_file_is_kept(publish: Publish) -> None:
    row = publish()
    kept = " ".join(map(str, Publication.objects.filter(pk=row.pk).values()))
    assert "as Studio saves it" not in kept
    assert str(len(RBXL)) in kept


@pytest.mark.parametrize("name", ["editor", "rotator", "viewer", "auditor", "stranger"])
def test_only_managers_and_admins_publish(publish: Publish, emulator: Emulator, name: str) -> None:
    emulator.clear_requests()
    with pytest.raises(Forbidden):
        publish(who=name)
    assert emulator.requests == []


def test_who_manages_a_part_of_the_names_does_not_publish(
    publish: Publish, with_key: Universe, cast: Cast
) -> None:
    terms = Terms(Role.MANAGER, names="PAY_*")
    grants.give(cast["admin"].actor, cast["stranger"].user, with_key, terms)
    with pytest.raises(Forbidden):
        publish(who="stranger")


def test_a_right_that_ends_meanwhile_is_asked_for_again(
    publish: Publish, cast: Cast, emulator: Emulator
) -> None:
    read = publishing._updated

    def revoke_first(*told: Any) -> Any:
        grant = cast["manager"].user.grants.get()
        grants.revoke(cast["admin"].actor, grant)
        return read(*told)

    with patch.object(publishing, "_updated", side_effect=revoke_first), pytest.raises(Forbidden):
        publish()
    assert uploads(emulator) == 0
    assert not Publication.objects.exists()


def test_a_protected_universe_says_why_a_file_cannot_wait_there(
    publish: Publish, with_key: Universe, emulator: Emulator
) -> None:
    with_key.protected_since = timezone.now()
    with_key.save(update_fields=["protected_since"])
    with pytest.raises(PublishProtected, match="would have to keep the file"):
        publish()
    # It was protected while the page was open.
    stale = Universe.objects.get(pk=with_key.pk)
    stale.protected_since = None
    with pytest.raises(PublishProtected):
        publish(universe=stale)
    assert uploads(emulator) == 0


@pytest.mark.parametrize("place_id", [7, 0, -1, 2**63 - 1, 10**30])
def test_a_place_of_elsewhere_is_refused_before_the_file_is_sent(
    publish: Publish, emulator: Emulator, place_id: int
) -> None:
    with pytest.raises(InvalidInput, match=f"no place {place_id} in Harbor") as refused:
        publish(place_id=place_id)
    assert (refused.value.field, uploads(emulator)) == ("place", 0)


def test_without_a_key_for_it_the_scope_is_named(
    publish: Publish, with_key: Universe, emulator: Emulator
) -> None:
    emulator.add_api_key(SERVER_KEY, name="servers", scopes={READ_UNIVERSE})
    with pytest.raises(RobloxRefused, match="universe-places:write"):
        publish()
    assert Publication.objects.get().state == "failed"
    with_key.server_key = None
    with_key.save(update_fields=["server_key"])
    with pytest.raises(NoServerKey, match="scope universe-places:write"):
        publish()
    assert Publication.objects.count() == 1


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (400, "Roblox refused the file"),
        (401, "Roblox refused the API key for this"),
        (403, "missing the scope universe-places:write"),
        (404, "doesn’t know this place"),
        (409, "isn’t part of the universe"),
        (413, "too large"),
    ],
)
def test_what_roblox_refuses_is_said_and_told(
    publish: Publish, emulator: Emulator, status: int, words: str
) -> None:
    emulator.inject(faults.status(status), path=VERSIONS)
    watch = Watch()
    with pytest.raises(RobloxRefused, match=words):
        publish()
    assert tags(watch) == ["started", "failed"]
    assert words in json.loads(watch.events[1].detail)["reason"]


def test_one_whose_answer_never_came_is_found_by_when_the_place_was_updated(
    publish: Publish, emulator: Emulator
) -> None:
    emulator.inject(faults.cut_after(), path=VERSIONS)
    row = publish()
    assert row.state == "unknown"
    watch = Watch()
    settle(row)
    assert (row.state, row.version, tags(watch)) == ("succeeded", None, ["succeeded"])
    assert row.reason.startswith("Roblox says that the place was updated at")
    assert json.loads(watch.events[0].detail)["started_by"] == "manager@example.com"
    assert uploads(emulator) == 1


def test_one_that_left_no_trace_stays_open_and_is_then_undetermined(
    publish: Publish, emulator: Emulator
) -> None:
    emulator.inject(faults.cut_before(), path=VERSIONS)
    row = publish()
    assert settle(row).state == "unknown"
    assert settle(row, SETTLE_AFTER).state == "undetermined"
    assert row.reason == publications.NOT_UPDATED
    assert uploads(emulator) == 1


def test_an_update_of_long_after_is_not_taken_for_it(
    publish: Publish, emulator: Emulator, harbor: EmulatedUniverse, place: int
) -> None:
    emulator.inject(faults.cut_before(), path=VERSIONS)
    row = publish()
    harbor.fleet.publish(place)
    assert settle(row, timedelta(hours=1)).state == "undetermined"


def test_of_a_saved_one_roblox_tells_nothing(publish: Publish, emulator: Emulator) -> None:
    emulator.inject(faults.cut_after(), path=VERSIONS)
    row = publish(is_published=False)
    assert (row.state, row.reason) == ("undetermined", publishing.NOT_TOLD)


def test_what_cannot_be_read_stays_open_for_a_day(publish: Publish, emulator: Emulator) -> None:
    emulator.inject(faults.cut_after(), path=VERSIONS)
    row = publish()
    emulator.inject(faults.status(400), path="/cloud/v2/universes", times=2)
    assert settle(row, SETTLE_AFTER).state == "unknown"
    assert settle(row, publications.READ_FOR).state == "undetermined"
    assert row.reason == publications.NOT_READ


def test_another_of_the_place_waits_until_the_first_is_known(
    publish: Publish, emulator: Emulator
) -> None:
    emulator.inject(faults.cut_before(), path=VERSIONS)
    row = publish()
    with pytest.raises(PublishUnderWay):
        publish()
    settle(row, SETTLE_AFTER)
    assert publish().state == "succeeded"


def test_what_cannot_be_written_down_is_not_sent(publish: Publish, emulator: Emulator) -> None:
    broken = patch("secretsapp.rules.audit._append", side_effect=LogBroken("no log"))
    with broken, pytest.raises(LogBroken):
        publish()
    assert uploads(emulator) == 0
    assert not Publication.objects.exists()


@pytest.mark.parametrize("is_published", [True, False])
def test_an_outcome_that_cannot_be_stored_stays_open_and_is_found_out(
    publish: Publish, is_published: bool
) -> None:
    with patch.object(publishing, "move", side_effect=DatabaseError):
        row = publish(is_published=is_published)
    assert row.state == "unknown"
    assert settle(row).state == "started"
    expected = "succeeded" if is_published else "undetermined"
    assert settle(row, SETTLE_AFTER).state == expected


def test_what_was_held_up_for_too_long_is_not_sent(
    publish: Publish, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publishing, "SEND_WITHIN", timedelta(seconds=-1))
    with pytest.raises(HeldUp):
        publish()
    assert uploads(emulator) == 0
    assert Publication.objects.get().state == "failed"


def test_places_are_known_from_what_was_sent_before(
    publish: Publish, with_key: Universe, place: int
) -> None:
    assert publications.known_places(with_key) == []
    publish()
    assert publications.known_places(with_key) == [place]
    assert [row.version for row in publications.of_universe(with_key)] == [2]


def test_a_universe_is_not_removed_while_an_outcome_is_open(
    publish: Publish, with_key: Universe, emulator: Emulator, cast: Cast
) -> None:
    emulator.inject(faults.cut_before(), path=VERSIONS)
    row = publish()
    with pytest.raises(StillInUse, match="outcome of a published version is still unknown"):
        managing.remove(cast["admin"].actor, with_key)
    settle(row, SETTLE_AFTER)
    managing.remove(cast["admin"].actor, with_key)
    assert not Publication.objects.exists()


def test_a_second_click_sends_the_same_file_no_second_time(
    publish: Publish, emulator: Emulator
) -> None:
    row = publish()
    with pytest.raises(StaleVersion, match=r"manager@example\.com sent this very file"):
        publish()
    assert uploads(emulator) == 1
    assert publish(is_published=False).state == "succeeded"
    Publication.objects.update(started_at=row.started_at - publishing.TWICE_WITHIN)
    assert publish().state == "succeeded"


def test_what_roblox_refused_is_sent_again(publish: Publish, emulator: Emulator) -> None:
    emulator.inject(faults.status(413), path=VERSIONS)
    with pytest.raises(RobloxRefused):
        publish()
    assert publish().state == "succeeded"


def test_a_version_that_came_while_the_place_was_read_is_looked_at_first(
    publish: Publish, place: int, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = publishing._updated

    def read_and_be_overtaken(*args: Any) -> Any:
        monkeypatch.setattr(publishing, "_updated", read)
        found = read(*args)
        publish()
        return found

    monkeypatch.setattr(publishing, "_updated", read_and_be_overtaken)
    with pytest.raises(StaleVersion, match="sent a version of this place just now"):
        publish()
    assert uploads(emulator) == 1
