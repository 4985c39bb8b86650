"""Game servers in the browser: the sentence after a change, the restart and its progress, logs."""

import re
from collections.abc import Callable

import pytest
from django.test import Client

from emulator import Emulator, faults
from emulator import Universe as EmulatedUniverse
from secretsapp.models import ServerRestart, Universe
from tests.spine.named import leave_restart
from tests.stage import HARBOR_ID, Cast
from tests.support.game_servers import create, rotate
from tests.support.watch import Watch

pytestmark = pytest.mark.django_db

SignIn = Callable[[str], Client]

SECRET = f"/universes/{HARBOR_ID}/secrets/PAY_KEY/"
SERVERS = f"/universes/{HARBOR_ID}/servers/"
RESTART = f"{SERVERS}restart/"
HTMX = {"HX-Request": "true"}
OLD = "9 of 12 servers still have the old value."


@pytest.fixture
def viewer(client_for: SignIn) -> Client:
    return client_for("viewer")


@pytest.fixture
def manager(client_for: SignIn) -> Client:
    return client_for("manager")


@pytest.fixture
def admin(client_for: SignIn) -> Client:
    return client_for("admin")


def text_of(answer: object) -> str:
    """The page without its markup and the space in it."""
    content = getattr(answer, "content", b"").decode()
    return " ".join(re.sub("<[^>]+>", " ", content).split())


def test_the_page_of_a_secret_reads_its_servers_by_itself_and_then_says_how_many(
    rotated: Universe, viewer: Client
) -> None:
    before = viewer.get(SECRET).content.decode()
    assert f'hx-post="{SECRET}servers/"' in before
    assert 'hx-trigger="load, every 10s"' in before
    fragment = viewer.post(f"{SECRET}servers/", headers=HTMX)
    assert OLD in text_of(fragment)
    assert 'hx-trigger="every 10s"' in fragment.content.decode()
    assert OLD in text_of(viewer.get(SECRET))


def test_without_a_script_a_button_leads_back_to_the_page(
    rotated: Universe, viewer: Client
) -> None:
    answer = viewer.post(f"{SECRET}servers/", {"next": SECRET})
    assert (answer.status_code, answer["location"]) == (302, SECRET)
    assert OLD in text_of(viewer.get(SECRET))


def test_without_a_key_for_servers_their_page_leads_who_may_to_the_choice(
    universe: Universe, admin: Client, manager: Client
) -> None:
    Universe.objects.update(server_key=None)
    for page in (
        f"/universes/{universe.pk}/servers/",
        f"/universes/{universe.pk}/servers/publish/",
    ):
        assert "No API key for game servers is chosen" in text_of(admin.get(page))
        assert f"/universes/{universe.pk}/servers/key/" in admin.get(page).content.decode()
        assert "Ask an admin to choose one in the settings." in text_of(manager.get(page))


def test_a_secret_that_was_not_changed_says_nothing(universe: Universe, viewer: Client) -> None:
    assert f"{SECRET}servers/" not in viewer.get(SECRET).content.decode()
    assert viewer.post(f"{SECRET}servers/", headers=HTMX).status_code == 204


def test_the_universe_says_that_a_change_is_not_everywhere(
    rotated: Universe, viewer: Client
) -> None:
    viewer.post(f"{SECRET}servers/")
    listed = text_of(viewer.get(f"/universes/{HARBOR_ID}/"))
    assert "1 change hasn’t reached all running servers." in listed
    found = text_of(viewer.get(SERVERS))
    assert OLD in found
    assert "PAY_KEY" in found


def test_the_fragment_of_the_list_keeps_the_name(rotated: Universe, viewer: Client) -> None:
    sent = {"names_it": "yes", "next": SERVERS}
    fragment = viewer.post(f"{SECRET}servers/", sent, headers=HTMX)
    assert "PAY_KEY Rotation" in text_of(fragment)


def test_only_the_newest_changes_refresh_by_themselves(
    with_key: Universe, cast: Cast, viewer: Client
) -> None:
    for name in ("PAY_KEY", "PAY_WEBHOOK", "SIGNING_SEED"):
        rotate(with_key, cast, name)
    create(with_key, cast, "NEW_KEY")
    page = viewer.get(SERVERS).content.decode()
    assert page.count("Check again") == 4
    assert page.count('hx-trigger="load') == 3


def test_what_is_missing_is_said_on_the_page(
    universe: Universe, cast: Cast, viewer: Client
) -> None:
    rotate(universe, cast)
    viewer.post(f"{SECRET}servers/")
    found = text_of(viewer.get(SECRET))
    assert "Harbor has no API key for its game servers" in found
    assert "choose it as the key for servers" in found


def test_a_restart_is_confirmed_sent_and_followed_to_zero(
    rotated: Universe, manager: Client, harbor: EmulatedUniverse, place: int
) -> None:
    page = text_of(manager.get(RESTART))
    assert "12 servers with 60 players" in page
    assert "closeAllVersions" in page
    sent = {"places": str(place), "bleed_off_minutes": "", "why": "new key", "sure": "on"}
    answer = manager.post(RESTART, sent)
    row = ServerRestart.objects.get()
    progress = f"{SERVERS}restarts/{row.pk}/"
    assert (answer.status_code, answer["location"]) == (302, progress)
    assert "new key" in text_of(manager.get(progress))
    followed = manager.post(f"{progress}follow/", headers=HTMX)
    assert "Roblox says that it is finished." in text_of(followed)
    assert "hx-trigger" not in followed.content.decode()
    assert {each.secrets["PAY_KEY"] for each in harbor.fleet.active()} == {b"new value"}


def test_a_restart_that_is_not_confirmed_sends_nothing(
    rotated: Universe, manager: Client, place: int
) -> None:
    answer = manager.post(RESTART, {"places": str(place)})
    assert answer.status_code == 422
    assert "Confirm that you mean it." in text_of(answer)
    answer = manager.post(RESTART, {"sure": "on"})
    assert "Choose a place." in text_of(answer)
    assert not ServerRestart.objects.exists()


def test_a_restart_is_told_by_whom_and_so_is_its_refusal(
    rotated: Universe, manager: Client, viewer: Client, place: int
) -> None:
    sent = {"places": str(place), "sure": "on"}
    watch = Watch()
    assert viewer.post(RESTART, sent).status_code == 403
    assert manager.post(RESTART, sent).status_code == 302
    assert [(event.tag, event.actor_name) for event in watch.events] == [
        ("access.refused", "viewer@example.com"),
        ("universe.restart.started", "manager@example.com"),
        ("universe.restart.succeeded", "manager@example.com"),
    ]


def test_without_a_forecast_it_is_for_all_places(
    rotated: Universe, manager: Client, emulator: Emulator
) -> None:
    emulator.inject(faults.status(200, {}), path="restarts:forecast", times=2)
    assert "Roblox sent no forecast" in text_of(manager.get(RESTART))
    assert manager.post(RESTART, {"sure": "on", "bleed_off_minutes": "5"}).status_code == 302
    assert ServerRestart.objects.get().total == 12


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"state": "unknown", "finished_at": None}, "Sealroom reads Roblox to find out"),
        ({"state": "failed", "reason": "Roblox said no."}, "Roblox said no."),
        ({"finished_at": None, "remaining": 3}, "3 of 12 servers still to restart."),
        ({"finished_at": None, "remaining": None}, "doesn’t tell how many servers are left"),
    ],
)
def test_progress_claims_no_more_than_is_known(
    universe: Universe, manager: Client, told: dict[str, object], words: str
) -> None:
    row = leave_restart(universe, **told)
    assert words in text_of(manager.get(f"{SERVERS}restarts/{row.pk}/"))


def test_logs_are_looked_into_and_only_numbers_shown(
    with_key: Universe, viewer: Client, harbor: EmulatedUniverse, place: int
) -> None:
    [job_id] = harbor.fleet.start(place)
    harbor.fleet.read(job_id, "GONE")
    harbor.fleet.log(job_id, "<b>what a script wrote</b>", severity=3)
    viewer.post(f"{SERVERS}logs/")
    found = text_of(viewer.get(SERVERS))
    assert "1 of 1 server asked for a secret that isn’t there." in found
    assert job_id in found
    assert "what a script wrote" not in found
    answer = viewer.post(f"{SERVERS}logs/", follow=True)
    assert "The logs were read a moment ago." in text_of(answer)


def test_an_admin_chooses_the_key_for_servers(with_key: Universe, admin: Client) -> None:
    settings = f"/universes/{HARBOR_ID}/settings/"
    told = "Servers are read and restarted, and places published, with servers"
    assert told in text_of(admin.get(settings))
    assert admin.post(f"{SERVERS}key/", {"api_key": ""}).status_code == 302
    assert "No API key of their own." in text_of(admin.get(settings))
    wrong = str(with_key.api_key_id)
    answer = admin.post(f"{SERVERS}key/", {"api_key": wrong})
    assert answer.status_code == 422
    assert "universe:read" in text_of(answer)
