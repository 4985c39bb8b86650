"""Publishing in the browser: the form and what it refuses, and what the page of servers says."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from emulator import Emulator, faults
from emulator import Universe as EmulatedUniverse
from secretsapp.core import place_files
from secretsapp.models import Publication, Universe
from secretsapp.web.uploads import PAGES
from tests.servers.test_pages import text_of
from tests.spine.named import leave_publication
from tests.stage import HARBOR_ID
from tests.support.game_servers import RBXL, RBXLX
from tests.support.watch import Watch

pytestmark = pytest.mark.django_db

SERVERS = f"/universes/{HARBOR_ID}/servers/"
PUBLISH = f"{SERVERS}publish/"


class Cut(BytesIO):
    """What comes from a browser whose connection breaks."""

    def read(self, size: int | None = -1, /) -> bytes:
        """Nothing more."""
        raise ConnectionResetError


@pytest.fixture
def manager(client_for: Callable[[str], Client], with_key: Universe) -> Client:
    """A manager's browser, where Harbor has a key for its servers."""
    return client_for("manager")


@pytest.fixture
def viewer(client_for: Callable[[str], Client], with_key: Universe) -> Client:
    """A viewer's browser."""
    return client_for("viewer")


def post(
    client: Client, place: object, content: bytes | None = RBXL, becomes: str = "Published"
) -> Any:
    """Send the form as a browser does."""
    sent = {"place": str(place), "becomes": becomes}
    file = {} if content is None else {"file": SimpleUploadedFile("place.rbxl", content)}
    return client.post(PUBLISH, sent | file, follow=True)


def test_a_file_becomes_a_version_and_the_page_says_which(
    manager: Client, harbor: EmulatedUniverse, place: int
) -> None:
    page = manager.get(PUBLISH)
    assert (page.status_code, "Publish a place in Harbor" in text_of(page)) == (200, True)
    said = post(manager, place)
    assert f"Published version 2 of place {place}." in text_of(said)
    assert "Restart servers so that they have this version" in text_of(said)
    assert harbor.fleet.latest_of(place) == 2
    assert f'<option value="{place}">' in manager.get(PUBLISH).content.decode()


def test_a_file_that_breaks_off_is_refused_in_a_sentence(
    manager: Client, harbor: EmulatedUniverse, place: int
) -> None:
    as_file = "multipart/form-data; boundary=b"
    broken: dict[str, Any] = {"wsgi.input": Cut()}
    said = manager.generic("POST", PUBLISH, b"--b", as_file, **broken)
    assert (said.status_code, "didn’t arrive as a whole" in text_of(said)) == (400, True)
    assert harbor.fleet.latest_of(place) == 1


def test_a_saved_version_asks_for_no_restart(manager: Client, place: int) -> None:
    said = text_of(post(manager, place, RBXLX, "Saved"))
    assert f"Saved version 2 of place {place}. Players don’t get it." in said
    assert "so that they have this version" not in said


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "Choose a file."),
        (b"", "the file is empty"),
        (b"PK\x03\x04", "this isn’t a place file"),
        (RBXL.ljust(place_files.MOST_BYTES + 1), "files up to 10 MiB"),
        (RBXL.ljust(PAGES["servers_publish"] + 300_000), "files up to 10 MiB"),
    ],
)
def test_another_file_is_refused_in_a_sentence(
    manager: Client, emulator: Emulator, place: int, content: bytes | None, words: str
) -> None:
    emulator.clear_requests()
    answer = post(manager, place, content)
    assert answer.status_code == 422
    assert words in text_of(answer)
    assert emulator.requests == []


@pytest.mark.parametrize("place_id", ["", "x", "-1", "0", "1.5", "9" * 30, "1\x00"])
def test_what_is_no_id_of_a_place_is_refused(manager: Client, place_id: str) -> None:
    answer = post(manager, place_id)
    assert answer.status_code == 422
    assert "Enter the ID of a place" in text_of(answer)


def test_it_has_to_be_said_what_the_version_becomes(manager: Client, place: int) -> None:
    answer = post(manager, place, becomes="")
    assert answer.status_code == 422
    assert "Choose what the version becomes." in text_of(answer)


def test_a_place_of_another_game_is_refused_at_its_field(manager: Client) -> None:
    answer = post(manager, 7)
    assert answer.status_code == 422
    assert "Roblox tells of no place 7 in Harbor" in text_of(answer)


def test_an_unknown_outcome_is_said_and_not_called_done(
    manager: Client, emulator: Emulator, place: int
) -> None:
    emulator.inject(faults.cut_after(), path="/versions")
    said = text_of(post(manager, place))
    assert "it isn’t known whether Roblox has the version" in said
    assert "Outcome unknown" in said
    assert "Published version" not in said


def test_who_may_not_publish_sees_versions_and_no_way_to_send_one(
    viewer: Client, universe: Universe, place: int
) -> None:
    leave_publication(universe, version=7)
    page = viewer.get(SERVERS)
    assert "version 7 of place" in text_of(page)
    assert PUBLISH not in page.content.decode()
    watch = Watch()
    assert viewer.get(PUBLISH).status_code == 403
    assert post(viewer, place).status_code == 403
    assert set(watch.tags) == {"access.refused"}
    assert Publication.objects.count() == 1


def test_a_protected_universe_says_that_a_file_cannot_wait(
    manager: Client, universe: Universe, emulator: Emulator, place: int
) -> None:
    Universe.objects.update(protected_since=timezone.now())
    page = manager.get(PUBLISH)
    assert "Sealroom would have to keep the file" in text_of(page)
    assert "Send to Roblox" not in text_of(page)
    answer = post(manager, place)
    assert answer.status_code == 400
    assert "nobody publishes its places alone" in text_of(answer)
    assert PUBLISH not in manager.get(SERVERS).content.decode()
    assert not Publication.objects.exists()
