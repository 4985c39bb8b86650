"""What is sent to a page that takes a file is parsed from who may send it, and nobody else."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest
from django.test import Client
from django.utils import timezone

from emulator import Emulator
from secretsapp.adapters import confirmations
from secretsapp.models import Batch, Publication, Universe
from tests.served import TOKEN
from tests.stage import HARBOR_ID
from tests.support.game_servers import RBXL

pytestmark = pytest.mark.django_db

PUBLISH = f"/universes/{HARBOR_ID}/servers/publish/"
IMPORT = "/import/"
SignIn = Callable[[str], Client]


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses to which something was sent that was parsed as a form with a file."""

    def parse(request: HttpRequest, *arguments: Any) -> Any:
        addresses.append(request.path)
        return done(request, *arguments)

    addresses: list[str] = []
    done = HttpRequest.parse_file_upload
    monkeypatch.setattr(HttpRequest, "parse_file_upload", parse)
    return addresses


def send(client: Client, address: str, **fields: object) -> Any:
    """Send a file of a few megabytes, as a browser does."""
    file = SimpleUploadedFile("place.rbxl", RBXL.ljust(3_000_000))
    return client.post(address, {"file": file, **fields})


def test_it_is_parsed_from_who_may_send_it(
    client_for: SignIn, with_key: Universe, parsed: list[str], place: int
) -> None:
    sent = send(client_for("manager"), PUBLISH, place=place, becomes="Published")
    assert (sent.status_code, Publication.objects.count()) == (302, 1)
    assert send(client_for("editor"), IMPORT).status_code == 422
    assert parsed == [PUBLISH, IMPORT]


@pytest.mark.parametrize("role", ["viewer", "rotator", "editor", "auditor", "stranger"])
def test_a_place_is_not_parsed_from_who_may_not_publish(
    client_for: SignIn, with_key: Universe, parsed: list[str], role: str
) -> None:
    assert send(client_for(role), PUBLISH).status_code in (403, 404)
    assert parsed == []


@pytest.mark.parametrize("role", ["viewer", "auditor", "stranger"])
def test_an_import_is_not_parsed_from_who_may_change_nothing(
    client_for: SignIn, with_key: Universe, parsed: list[str], role: str
) -> None:
    assert send(client_for(role), IMPORT).status_code == 403
    assert parsed == []


def test_nor_is_a_place_for_a_protected_universe_or_one_that_is_not_here(
    client_for: SignIn, with_key: Universe, parsed: list[str]
) -> None:
    Universe.objects.update(protected_since=timezone.now())
    manager = client_for("manager")
    assert send(manager, PUBLISH).status_code == 400
    assert send(manager, "/universes/1/servers/publish/").status_code == 404
    assert parsed == []


@pytest.mark.parametrize("address", [PUBLISH, IMPORT])
def test_nor_is_anything_from_who_is_not_signed_in_or_has_not_confirmed(
    client_for: SignIn,
    with_key: Universe,
    parsed: list[str],
    monkeypatch: pytest.MonkeyPatch,
    address: str,
) -> None:
    assert send(Client(), address)["Location"].startswith("/sign-in/")
    manager = client_for("manager")
    monkeypatch.setattr(confirmations, "is_confirmed", lambda request: False)
    answer = send(manager, address)
    assert (answer.status_code, b"Confirm that it" in answer.content) == (403, True)
    assert parsed == []


@pytest.mark.parametrize("token", [{}, {"csrfmiddlewaretoken": "a" * 64}])
def test_a_file_that_another_site_had_sent_is_refused(
    client_for: SignIn, with_key: Universe, emulator: Emulator, place: int, token: dict[str, str]
) -> None:
    manager = Client(enforce_csrf_checks=True)
    manager.cookies = client_for("manager").cookies
    manager.get(PUBLISH)
    emulator.clear_requests()
    fields = {"place": place, "becomes": "Published"}
    assert send(manager, PUBLISH, **fields, **token).status_code == 403
    assert send(manager, IMPORT, step="preview", **token).status_code == 403
    assert (Publication.objects.count(), Batch.objects.count(), emulator.requests) == (0, 0, [])


def test_with_the_token_of_the_page_it_is_taken(
    client_for: SignIn, with_key: Universe, place: int
) -> None:
    manager = Client(enforce_csrf_checks=True)
    manager.cookies = client_for("manager").cookies
    token = TOKEN.search(manager.get(PUBLISH).content.decode())
    assert token is not None
    fields = {"place": place, "becomes": "Published", "csrfmiddlewaretoken": token[1]}
    assert send(manager, PUBLISH, **fields).status_code == 302
    assert Publication.objects.get().state == "succeeded"
