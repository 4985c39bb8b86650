"""One restart is never sent twice, never taken for another, and never of more than was chosen."""

from collections.abc import Callable

import pytest
from django.test import Client

from emulator import Emulator, faults
from secretsapp.core.errors import StaleVersion, StillInUse
from secretsapp.models import ServerRestart, Universe
from secretsapp.opencloud import server_management
from secretsapp.servers import following, restarts
from secretsapp.universes import managing
from tests.servers.test_restarts import WORKER, launches, leave_unknown
from tests.stage import HARBOR_ID, STAGEHAND, Cast
from tests.support.together import together

pytestmark = [pytest.mark.django_db, pytest.mark.engine]

RESTART = f"/universes/{HARBOR_ID}/servers/restart/"


@pytest.fixture
def manager(client_for: Callable[[str], Client]) -> Client:
    """The manager's browser."""
    return client_for("manager")


def seen_by(browser: Client) -> str:
    """The last restart that the form carries."""
    page = browser.get(RESTART).content.decode()
    return page.split('name="seen"')[1].split('value="')[1].split('"')[0]


def test_a_second_click_sends_nothing_and_says_so(
    rotated: Universe, manager: Client, emulator: Emulator, place: int
) -> None:
    sent = {"places": str(place), "sure": "on", "seen": seen_by(manager)}
    assert manager.post(RESTART, sent).status_code == 302
    answer = manager.post(RESTART, sent)
    page = answer.content.decode()
    assert (answer.status_code, launches(emulator)) == (422, 1)
    assert "manager@example.com restarted servers here after you opened this page" in page
    again = {**sent, "seen": page.split('name="seen"')[1].split('value="')[1].split('"')[0]}
    assert manager.post(RESTART, again).status_code == 302
    assert launches(emulator) == 2


def test_one_that_failed_is_tried_again_from_the_same_page(
    rotated: Universe, manager: Client, emulator: Emulator, place: int
) -> None:
    sent = {"places": str(place), "sure": "on", "seen": seen_by(manager)}
    emulator.inject(faults.status(400), method="POST", path="/restarts")
    assert manager.post(RESTART, sent).status_code == 422
    assert manager.post(RESTART, sent).status_code == 302


@pytest.mark.django_db(transaction=True)
def test_of_two_who_click_at_once_one_restarts(
    rotated: Universe, cast: Cast, emulator: Emulator
) -> None:
    def click() -> object:
        return restarts.restart(cast["manager"].actor, rotated, seen_last="none").state

    answers = together(*[click] * 3)
    refused = [each for each in answers if isinstance(each, Exception)]
    assert (len(refused), launches(emulator)) == (2, 1)
    assert ServerRestart.objects.count() == 1


def test_places_that_were_chosen_do_not_become_all_without_a_forecast(
    rotated: Universe, manager: Client, emulator: Emulator, place: int
) -> None:
    emulator.inject(faults.status(200, {}), path="restarts:forecast")
    answer = manager.post(RESTART, {"places": str(place), "sure": "on"})
    assert answer.status_code == 422
    assert "Roblox no longer says which places have servers" in answer.content.decode()
    assert launches(emulator) == 0


def test_a_restart_that_is_known_is_not_taken_for_one_that_never_came_through(
    rotated: Universe, cast: Cast, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Roblox's list may lag, so it isn't among those that were known before the second."""
    manager = cast["manager"].actor
    first = restarts.restart(manager, rotated, bleed_off_minutes=60)
    listed = server_management.list_restarts
    monkeypatch.setattr(server_management, "list_restarts", lambda *_: [])
    emulator.inject(faults.cut_before(), method="POST", path="/restarts")
    second = restarts.restart(manager, rotated, bleed_off_minutes=60)
    monkeypatch.setattr(server_management, "list_restarts", listed)
    following.follow_due(WORKER)
    second.refresh_from_db()
    assert (first.state, second.state, second.remote_id) == ("taken", "unknown", "")


def test_a_universe_with_a_restart_whose_outcome_is_open_is_not_removed(
    rotated: Universe, cast: Cast, emulator: Emulator
) -> None:
    leave_unknown(cast, rotated, emulator)
    with pytest.raises(StillInUse, match="outcome of a restart is still unknown"):
        managing.remove(STAGEHAND, rotated)
    following.follow_due(WORKER)
    managing.remove(STAGEHAND, rotated)
    assert not ServerRestart.objects.exists()


def test_who_saw_the_last_restart_restarts_again(rotated: Universe, cast: Cast) -> None:
    manager = cast["manager"].actor
    restarts.restart(manager, rotated, seen_last="none")
    with pytest.raises(StaleVersion):
        restarts.restart(manager, rotated, seen_last="none")
    restarts.restart(manager, rotated, seen_last=restarts.last_of(rotated))
    assert ServerRestart.objects.count() == 2
